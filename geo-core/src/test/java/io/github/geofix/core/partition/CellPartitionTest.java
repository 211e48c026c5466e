package io.github.geofix.core.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.common.geometry.S2CellId;
import com.google.common.geometry.S2LatLng;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.cell.S2Cells;
import io.github.geofix.core.internal.geodesy.SphericalMean;
import io.github.geofix.core.partition.CellPartition.AdaptiveOptions;
import io.github.geofix.core.partition.CellPartition.AdaptiveOptions.Rule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CellPartitionTest {
  private static final AdaptiveOptions SMALL =
      AdaptiveOptions.defaults().withMinPoints(3).withMaxPoints(10).withMaxLevel(12);

  @TempDir Path folder;

  /** The definition read literally: S2 decides which points each cell holds. */
  private static List<String> keptBySlowScan(List<LatLng> points, AdaptiveOptions options) {
    List<String> kept = new ArrayList<>();
    int startLevel = options.rule() == Rule.ISN ? 2 : 0;
    for (S2CellId cell = S2CellId.begin(startLevel);
        !cell.equals(S2CellId.end(startLevel));
        cell = cell.next()) {
      scan(cell, points, options, kept);
    }
    return kept;
  }

  private static void scan(
      S2CellId cell, List<LatLng> points, AdaptiveOptions options, List<String> kept) {
    List<LatLng> inside = points.stream().filter(p -> cell.contains(leaf(p))).toList();
    boolean enough =
        options.rule() == Rule.ISN
            ? inside.size() > options.minPoints()
            : inside.size() >= options.minPoints();
    if (inside.size() > options.maxPoints() && cell.level() < options.maxLevel()) {
      for (S2CellId child : cell.children()) {
        scan(child, inside, options, kept);
      }
    } else if (enough) {
      kept.add(cell.toToken());
    }
  }

  private static S2CellId leaf(LatLng point) {
    return S2CellId.fromLatLng(S2LatLng.fromDegrees(point.latitude(), point.longitude()));
  }

  private static List<String> tokens(CellPartition partition) {
    return IntStream.range(0, partition.size()).mapToObj(partition::s2Token).toList();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void keepsExactlyTheCellsThatTheDefinitionKeeps(long seed) {
    List<LatLng> points = Points.clustered(400, new Random(seed));
    for (Rule rule : Rule.values()) {
      AdaptiveOptions options = SMALL.withRule(rule);
      assertThat(tokens(CellPartition.adaptive(points, options)))
          .containsExactlyElementsOf(keptBySlowScan(points, options));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void labelsCountsAndMeansAreThoseOfTheCellsPoints(long seed) {
    List<LatLng> points = Points.clustered(400, new Random(seed));
    CellPartition partition = CellPartition.adaptive(points, SMALL);
    List<List<LatLng>> inside = new ArrayList<>();
    tokens(partition).forEach(t -> inside.add(new ArrayList<>()));
    for (LatLng point : points) {
      int expected = -1;
      for (int label = 0; label < partition.size(); label++) {
        if (S2CellId.fromToken(partition.s2Token(label)).contains(leaf(point))) {
          expected = label;
          inside.get(label).add(point);
        }
      }
      assertThat(partition.labelOf(point.latitude(), point.longitude())).isEqualTo(expected);
      assertThat(partition.labelOf(point).orElse(-1)).isEqualTo(expected);
    }
    for (int label = 0; label < partition.size(); label++) {
      assertThat(partition.countOf(label)).isEqualTo(inside.get(label).size());
      LatLng mean = SphericalMean.of(inside.get(label));
      assertThat(GreatCircle.distanceKm(partition.meanOf(label), mean)).isLessThan(1e-9);
    }
    double[] pairs =
        points.stream()
            .flatMapToDouble(p -> DoubleStream.of(p.latitude(), p.longitude()))
            .toArray();
    assertThat(partition.labelsOf(pairs))
        .containsExactly(points.stream().mapToInt(p -> partition.labelOf(p).orElse(-1)).toArray());
  }

  @Test
  void theOrderOfPointsDoesNotMatter() {
    List<LatLng> points = Points.clustered(1000, new Random(9));
    CellPartition partition = CellPartition.adaptive(points, SMALL);
    Collections.shuffle(points, new Random(10));
    CellPartition again = CellPartition.adaptive(points, SMALL);
    assertThat(again.cellIds()).isEqualTo(partition.cellIds());
    assertThat(again.counts()).isEqualTo(partition.counts());
    for (int i = 0; i < 2 * again.size(); i++) {
      assertThat(again.meanLatLngs()[i]).isCloseTo(partition.meanLatLngs()[i], within(1e-9));
    }
  }

  @ParameterizedTest
  @CsvSource({"48.8584,2.2945", "90,0", "-90,17", "0,180", "0,-180", "45,45", "0,0"})
  void onePointAMillionTimesIsOneLeaf(double latitude, double longitude) {
    PointSet points = new PointSet();
    for (int i = 0; i < 1_000_000; i++) {
      points.add(latitude, longitude);
    }
    CellPartition partition = CellPartition.adaptive(points, AdaptiveOptions.defaults());
    assertThat(partition.cellIds()).containsExactly(S2Cells.leafOf(latitude, longitude));
    assertThat(partition.counts()).containsExactly(1_000_000);
    assertThat(GreatCircle.distanceKm(partition.meanOf(0), new LatLng(latitude, longitude)))
        .isLessThan(1e-11);
    assertThat(
            CellPartition.adaptive(points, AdaptiveOptions.defaults().withMaxLevel(7)).s2Token(0))
        .isEqualTo(S2Cells.token(S2Cells.parent(S2Cells.leafOf(latitude, longitude), 7)));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 5, 17, 30})
  void aFixedLevelHoldsTheCellOfEveryPointAndNoOther(int level) {
    List<LatLng> points = Points.clustered(500, new Random(level));
    CellPartition partition = CellPartition.fixedLevel(points, level);
    assertThat(tokens(partition))
        .containsExactlyInAnyOrderElementsOf(
            points.stream().map(p -> leaf(p).parent(level).toToken()).distinct().toList());
    assertThat(IntStream.of(partition.counts()).sum()).isEqualTo(500);
  }

  @Test
  void areasOfAllCellsOfALevelAddUpToTheSphere() {
    CellPartition partition =
        CellPartition.ofTokens(
            IntStream.range(0, 6)
                .mapToObj(S2CellId::fromFace)
                .flatMap(f -> StreamSupport.stream(f.childrenAtLevel(3).spliterator(), false))
                .map(S2CellId::toToken)
                .toList());
    double sum = IntStream.range(0, partition.size()).mapToDouble(partition::areaKm2).sum();
    double radius = GreatCircle.EARTH_RADIUS_KM;
    assertThat(sum).isCloseTo(4 * Math.PI * radius * radius, within(1.0));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void everyPointLiesWithinTheRadiusOfItsCell(long seed) {
    List<LatLng> points = Points.clustered(1000, new Random(seed));
    CellPartition partition = CellPartition.adaptive(points, SMALL);
    for (LatLng point : points) {
      partition
          .labelOf(point)
          .ifPresent(
              label ->
                  assertThat(GreatCircle.distanceKm(partition.meanOf(label), point))
                      .isLessThanOrEqualTo(partition.radiusKm(label) + 1e-6));
    }
    assertThat(partition.radiusKm(0))
        .isEqualTo(
            partition.cornersOf(0).stream()
                .mapToDouble(c -> GreatCircle.distanceKm(c, partition.meanOf(0)))
                .max()
                .orElseThrow());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aSavedPartitionIsReadBackExactly(long seed) {
    CellPartition partition =
        CellPartition.adaptive(Points.clustered(2000, new Random(seed)), SMALL)
            .withMetadata(Map.of("source", "a, \"quoted\": thing", "rule", "geosurge"));
    Path file = folder.resolve("cells.csv");
    partition.save(file);
    CellPartition again = CellPartition.load(file);
    assertThat(again).isEqualTo(partition);
    assertThat(again.metadata()).isEqualTo(partition.metadata());
    assertThat(
            CellPartition.ofCells(partition.cellIds(), partition.counts(), partition.meanLatLngs()))
        .isEqualTo(partition);
  }

  /** An editor may put a byte order mark before the comments. */
  @Test
  void aFileWithAByteOrderMarkIsReadAsWithout() throws IOException {
    Path file = folder.resolve("cells.csv");
    CellPartition partition = CellPartition.fixedLevel(List.of(new LatLng(48.8584, 2.2945)), 8);
    partition.save(file);
    Files.writeString(file, "\uFEFF" + Files.readString(file));
    assertThat(CellPartition.load(file)).isEqualTo(partition);
    assertThat(CellPartition.load(file).metadata()).isEqualTo(partition.metadata());
  }

  @Test
  void aSavedFileHasCommentsOneHeaderAndARowPerCell() throws IOException {
    Path file = folder.resolve("cells.csv");
    CellPartition.fixedLevel(List.of(new LatLng(48.8584, 2.2945)), 8).save(file);
    assertThat(Files.readAllLines(file))
        .containsExactly(
            "# partition: fixed level",
            "# level: 8",
            "# points: 1",
            "s2Token,points,latitude,longitude",
            "47e67,1," + 48.8584 + ",2.2945");
  }

  @Test
  void readsListsThatOthersPublished() throws IOException {
    Path tokens =
        Files.writeString(
            folder.resolve("t.csv"), "class_label,hex_id,imgs_per_cell\n0,89c3,7\n1,47e7,9\n");
    CellPartition partition = CellPartition.load(tokens);
    assertThat(tokens(partition)).containsExactly("47e7", "89c3");
    assertThat(partition.counts()).containsExactly(9, 7);
    assertThat(partition.meanOf(0)).isEqualTo(partition.centerOf(0));
    Path ids =
        Files.writeString(
            folder.resolve("i.csv"),
            "id\n"
                + Long.toUnsignedString(S2Cells.ofToken("89c3"))
                + "\n"
                + S2Cells.ofToken("b3")
                + "\n");
    assertThat(tokens(CellPartition.load(ids))).containsExactly("89c3", "b3");
    assertThat(tokens(CellPartition.ofCellIds(S2Cells.ofToken("89c3"), S2Cells.ofToken("1"))))
        .containsExactly("1", "89c3");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|holds no cell",
        "'a,b\n1,2\n'|has no column s2Token or cellId: its header is a,b",
        "'s2Token\n'|holds no cell",
        "'s2Token\nxyz\n'|line 2: not an S2 token: 'xyz'",
        "'s2Token\n89c3\n89c3\n'|cells 89c3 and 89c3 overlap",
        "'s2Token\n89c3\n89c31\n'|overlap",
        "'s2Token,points\n89c3,many\n'|line 2: not a number",
        "'s2Token,points\n89c3,-1\n'|line 2: a cell of -1 points",
        "'s2Token,points\n89c3\n'|line 2: 1 field, the header has 2",
        "'s2Token,latitude,longitude\n89c3,95,0\n'|line 2: latitude 95",
        "'level,s2Token\n0,89c3\n1,89c31\n'|a hierarchy of 2 levels",
        "'level,s2Token\n7,89c3\n'|line 2: level 7 after level -1",
        "'id\n10\n'|line 2: not an S2 cell id: 10"
      })
  void saysWhatIsWrongWithAFile(String content, String reason) throws IOException {
    Path file = Files.writeString(folder.resolve("bad.csv"), content);
    assertThatThrownBy(() -> CellPartition.load(file))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("bad.csv")
        .hasMessageContaining(reason == null ? "" : reason);
  }

  @Test
  void saysWhenThereIsNoFile() {
    assertThatThrownBy(() -> CellPartition.load(folder.resolve("none.csv")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("no such file")
        .hasMessageContaining("none.csv");
  }

  @Test
  void refusesWhatItCannotPartition() {
    assertThatThrownBy(() -> CellPartition.adaptive(List.of(), SMALL))
        .hasMessage("a partition needs at least one point");
    assertThatThrownBy(() -> CellPartition.fixedLevel(List.of(new LatLng(0, 0)), 31))
        .hasMessage("an S2 level is 0 to 30, not 31");
    assertThatThrownBy(() -> SMALL.withMaxPoints(2)).hasMessageContaining("less than minPoints 3");
    assertThatThrownBy(() -> SMALL.withMinPoints(0)).hasMessageContaining("minPoints");
    assertThatThrownBy(() -> SMALL.withMaxLevel(31)).hasMessageContaining("2 to 30");
    assertThatThrownBy(() -> PointSet.ofPairs(1, 2, 3)).hasMessageContaining("not 3 numbers");
    assertThatThrownBy(() -> PointSet.ofPairs(95, 2)).hasMessageContaining("latitude 95");
    assertThatThrownBy(() -> PointSet.ofPairs(0, Double.NaN)).hasMessageContaining("longitude NaN");
    assertThatThrownBy(
            () -> CellPartition.ofCells(new long[] {4}, new int[] {1, 2}, new double[] {0, 0}))
        .hasMessageContaining(
            "1 cell: arrays of 1 counts and 2 coordinates are needed, not of 2 and 2");
    long[] unsorted = {S2Cells.ofToken("89c3"), S2Cells.ofToken("1")};
    assertThatThrownBy(() -> CellPartition.ofCells(unsorted, new int[2], new double[4]))
        .hasMessageContaining("not in Hilbert order");
  }
}
