package io.github.geofix.core.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.common.geometry.S2CellId;
import com.google.gson.JsonParser;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.cell.S2Cells;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegionTest {

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void holdsTheShareInTheLeastArea(long seed) {
    Random random = new Random(seed);
    // Few cells of mixed sizes, so that all subsets can be tried.
    List<String> tokens =
        List.of("1", "34", "2c", "7", "84", "9c", "94", "b", "47e7", "47e9", "89c3");
    CellPartition partition =
        CellPartition.ofTokens(tokens.stream().filter(t -> random.nextInt(5) > 0).toList());
    double[] scores = new double[partition.size()];
    for (int label = 0; label < scores.length; label++) {
      scores[label] = random.nextInt(6);
    }
    scores[0] = 1;
    double total = 0;
    for (double score : scores) {
      total += score;
    }
    for (double share : new double[] {0.1, 0.5, 0.9, 1}) {
      Region region = Region.holding(share, partition, scores);
      List<Integer> in =
          IntStream.range(0, scores.length)
              .filter(label -> region.containsCell(partition.cellId(label)))
              .boxed()
              .toList();
      double held = in.stream().mapToDouble(label -> scores[label]).sum();
      assertThat(held).isGreaterThanOrEqualTo(share * total - 1e-9);
      // No other set of cells holds as much or more of the score in less area.
      double area = in.stream().mapToDouble(partition::areaKm2).sum();
      assertThat(region.areaKm2()).isCloseTo(area, within(1e-6 * area));
      for (int set = 1; set < 1 << scores.length; set++) {
        double otherHeld = 0;
        double otherArea = 0;
        for (int label = 0; label < scores.length; label++) {
          if ((set >> label & 1) == 1) {
            otherHeld += scores[label];
            otherArea += partition.areaKm2(label);
          }
        }
        assertThat(otherHeld >= held && otherArea < area * (1 - 1e-9)).isFalse();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void severalSharesAreThoseTakenOneByOneFromAFullSort(long seed) {
    Random random = new Random(seed);
    CellPartition partition = CellPartition.fixedLevel(Points.uniform(3000, random), 6);
    double[] scores = new double[partition.size()];
    for (int label = 0; label < scores.length; label++) {
      scores[label] = random.nextInt(4) == 0 ? 0 : Math.exp(5 * random.nextGaussian());
    }
    List<Double> shares = List.of(0.9, 0.5, 1.0, 0.5);
    List<Region> regions = Region.holding(shares, partition, scores);
    double total = 0;
    for (double score : scores) {
      total += score;
    }
    for (int i = 0; i < shares.size(); i++) {
      List<Long> held = new ArrayList<>();
      double sum = 0;
      for (int label :
          IntStream.range(0, scores.length)
              .boxed()
              .sorted(
                  Comparator.comparingDouble(
                      label -> -scores[label] / S2Cells.areaKm2(partition.cellId(label))))
              .toList()) {
        if (scores[label] > 0 && (shares.get(i) == 1 || sum < shares.get(i) * total)) {
          held.add(partition.cellId(label));
          sum += scores[label];
        }
      }
      Region expected = Region.ofCellIds(held.stream().mapToLong(Long::longValue).toArray());
      assertThat(regions.get(i).equals(expected)).as("share %s", shares.get(i)).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void aRegionHasACellIfItsShareIsMoreThanThatOfDenserCells(long seed) {
    Random random = new Random(seed);
    CellPartition partition = CellPartition.fixedLevel(Points.uniform(200, random), 4);
    double[] scores = new double[partition.size()];
    for (int label = 0; label < scores.length; label++) {
      scores[label] = random.nextInt(4) == 0 ? 0 : Math.exp(2 * random.nextGaussian());
    }
    int tried = 0;
    for (int label = 0; label < scores.length; label++) {
      double before = Region.shareBefore(label, partition, scores);
      if (scores[label] == 0) {
        assertThat(before).isEqualTo(1);
        continue;
      }
      long cell = partition.cellId(label);
      assertThat(Region.holding(before + 1e-9, partition, scores).containsCell(cell)).isTrue();
      if (before > 1e-9) {
        tried++;
        assertThat(Region.holding(before - 1e-9, partition, scores).containsCell(cell)).isFalse();
      }
    }
    assertThat(tried).isGreaterThan(20);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void containsWhatOneOfItsCellsContains(long seed) {
    Random random = new Random(seed);
    List<S2CellId> cells = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      LatLng point = Points.uniform(1, random).get(0);
      cells.add(new S2CellId(S2Cells.leafOf(point)).parent(random.nextInt(5)));
    }
    Region region = Region.ofTokens(cells.stream().map(S2CellId::toToken).toList());
    for (LatLng point : Points.uniform(2000, random)) {
      S2CellId leaf = new S2CellId(S2Cells.leafOf(point));
      assertThat(region.contains(point)).isEqualTo(cells.stream().anyMatch(c -> c.contains(leaf)));
      S2CellId probe = leaf.parent(random.nextInt(8));
      assertThat(region.intersectsCell(probe.id()))
          .isEqualTo(cells.stream().anyMatch(c -> c.intersects(probe)));
    }
  }

  @Test
  void equalRegionsHaveEqualCells() {
    S2CellId cell = S2CellId.fromToken("47e7");
    List<String> children = new ArrayList<>();
    cell.children().forEach(child -> children.add(child.toToken()));
    children.add(cell.child(2).child(1).toToken());
    Region region = Region.ofTokens(children);
    assertThat(region).isEqualTo(Region.ofTokens(List.of("47e7")));
    assertThat(region).hasSameHashCodeAs(Region.ofTokens(List.of("47e7")));
    assertThat(region.s2Tokens()).containsExactly("47e7");
    assertThat(region.cellIds()).containsExactly(cell.id());
    assertThat(region.rings()).hasSize(1);
    assertThat(Region.ofCellIds().areaKm2()).isZero();
    assertThat(Region.ofCellIds().contains(new LatLng(0, 0))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aCircleIsCoveredTightly(long seed) {
    Random random = new Random(seed);
    for (LatLng center : Points.uniform(20, random)) {
      double radiusKm = Math.pow(10, 4 * random.nextDouble() - 1);
      Region region = Region.around(center, radiusKm);
      double radius = GreatCircle.EARTH_RADIUS_KM;
      double cap = 2 * Math.PI * radius * radius * (1 - Math.cos(radiusKm / radius));
      assertThat(region.areaKm2()).isBetween(cap * 0.999, cap * 1.6);
      for (int i = 0; i < 200; i++) {
        LatLng near = Points.uniform(1, random).get(0);
        LatLng point =
            LatLng.wrapped(
                Math.max(-90, Math.min(90, center.latitude() + near.latitude() * radiusKm / 1e4)),
                center.longitude() + near.longitude() * radiusKm / 1e4);
        if (GreatCircle.distanceKm(center, point) <= radiusKm) {
          assertThat(region.contains(point)).isTrue();
        }
      }
    }
  }

  @Test
  void isWrittenAsGeoJson() {
    String json = Region.ofTokens(List.of("47e7", "9")).toGeoJson();
    assertThat(
            JsonParser.parseString(json)
                .getAsJsonObject()
                .getAsJsonArray("features")
                .get(0)
                .getAsJsonObject()
                .getAsJsonObject("geometry")
                .getAsJsonArray("coordinates"))
        .hasSize(2);
  }

  @Test
  void refusesWhatIsNoShareOfAScore() {
    CellPartition two = CellPartition.ofTokens(List.of("1", "3"));
    assertThatThrownBy(() -> Region.holding(0, two, new double[] {1, 1})).hasMessageContaining("0");
    assertThatThrownBy(() -> Region.holding(1.1, two, new double[] {1, 1}))
        .hasMessageContaining("1.1");
    assertThatThrownBy(() -> Region.holding(0.5, two, new double[1]))
        .hasMessageContaining("2 cells but 1 score");
    assertThatThrownBy(() -> Region.holding(0.5, two, new double[2])).hasMessageContaining("are 0");
    assertThatThrownBy(() -> Region.holding(0.5, two, new double[] {1, Double.NaN}))
        .hasMessageContaining("not NaN");
    assertThatThrownBy(() -> Region.ofCellIds(10)).hasMessageContaining("not an S2 cell id: 10");
    assertThatThrownBy(() -> Region.around(new LatLng(0, 0), -1)).hasMessageContaining("radiusKm");
  }
}
