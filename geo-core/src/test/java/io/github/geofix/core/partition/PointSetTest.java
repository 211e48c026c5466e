package io.github.geofix.core.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.cell.S2Cells;
import io.github.geofix.core.internal.geodesy.SphericalMean;
import io.github.geofix.core.internal.partition.RadixSort;
import io.github.geofix.core.partition.CellPartition.AdaptiveOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PointSetTest {
  @TempDir Path folder;

  @Test
  void everySourceGivesTheSamePartition() throws IOException {
    List<LatLng> points = Points.clustered(70_000, new Random(1));
    Path file = folder.resolve("points.csv");
    Files.writeString(
        file,
        points.stream()
            .map(p -> "x," + p.longitude() + "," + p.latitude())
            .collect(Collectors.joining("\n", "image,LON,LAT\n", "\n")));
    AdaptiveOptions options = AdaptiveOptions.defaults();
    CellPartition expected = CellPartition.adaptive(points, options);
    assertThat(expected.size()).isGreaterThan(100);
    assertThat(CellPartition.adaptive(PointSet.readCsv(file), options)).isEqualTo(expected);
    assertThat(CellPartition.adaptive(PointSet.readCsv(file, "Lat", "lon"), options))
        .isEqualTo(expected);
    assertThat(CellPartition.adaptive(PointSet.of(points.iterator()), options)).isEqualTo(expected);
    double[] pairs = new double[2 * points.size()];
    for (int i = 0; i < points.size(); i++) {
      pairs[2 * i] = points.get(i).latitude();
      pairs[2 * i + 1] = points.get(i).longitude();
    }
    assertThat(CellPartition.adaptive(PointSet.ofPairs(pairs), options)).isEqualTo(expected);
  }

  @Test
  void millionsOfPointsGiveTheSameMeansHoweverTheyCame() {
    double[] pairs = new double[2 * 1_200_000];
    Random random = new Random(2);
    for (int i = 0; i < pairs.length; i += 2) {
      pairs[i] = 180 * random.nextDouble() - 90;
      pairs[i + 1] = 20 * random.nextDouble() + 160;
    }
    PointSet added = new PointSet();
    for (int i = 0; i < pairs.length; i += 2) {
      added.add(pairs[i], pairs[i + 1]);
    }
    CellPartition expected = CellPartition.fixedLevel(added, 3);
    assertThat(CellPartition.fixedLevel(PointSet.ofPairs(pairs), 3)).isEqualTo(expected);
    assertThat(Arrays.stream(expected.counts()).sum()).isEqualTo(1_200_000);
    for (int label : new int[] {0, expected.size() / 2, expected.size() - 1}) {
      SphericalMean mean = new SphericalMean();
      for (int i = 0; i < pairs.length; i += 2) {
        if (S2Cells.contains(expected.cellId(label), S2Cells.leafOf(pairs[i], pairs[i + 1]))) {
          mean.add(pairs[i], pairs[i + 1], 1);
        }
      }
      assertThat(GreatCircle.distanceKm(expected.meanOf(label), mean.latLng())).isLessThan(1e-7);
    }
  }

  @Test
  void pointsMayBeAddedAfterAPartitionWasMade() {
    PointSet points = PointSet.ofPairs(1, 1);
    assertThat(CellPartition.fixedLevel(points, 5).size()).isEqualTo(1);
    points.add(50, 50);
    assertThat(points.size()).isEqualTo(2);
    assertThat(CellPartition.fixedLevel(points, 5).size()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'lat,east\n1,2\n'|has no column longitude or lon or lng or long: its header is lat,east",
        "'lat,lon\n1,2\nx,2\n'|line 3: not a number: \"x\"",
        "'lat,lon\n1,2\n151.2,-33.9\n'|line 3: latitude 151.2 is not within -90 to 90 degrees:"
            + " are latitude and longitude swapped?",
        "'lat,lon\n1,2\n1\n'|line 3: 1 field, the header has 2",
      })
  void saysWhatIsWrongWithAFile(String content, String reason) throws IOException {
    Path file = Files.writeString(folder.resolve("bad.csv"), content);
    assertThatThrownBy(() -> PointSet.readCsv(file))
        .isInstanceOf(ModelFormatException.class)
        .hasMessage(file + " " + reason);
    assertThatThrownBy(() -> PointSet.readCsv(folder.resolve("none.csv")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("no such file");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void radixSortIsTheUnsignedSort(long seed) {
    Random random = new Random(seed);
    for (int size : new int[] {0, 1, 2, 100, 5000, 40_000, 600_000}) {
      long mask = random.nextBoolean() ? -1 : -1L << random.nextInt(64) >>> random.nextInt(64);
      long crowd = random.nextLong();
      long near = -1L >>> (8 + random.nextInt(56));
      long[] numbers =
          LongStream.generate(
                  () -> {
                    long number = random.nextLong() & mask;
                    return random.nextBoolean() ? number : crowd ^ (number & near);
                  })
              .limit(size)
              .toArray();
      Long[] expected = Arrays.stream(numbers).boxed().toArray(Long[]::new);
      Arrays.sort(expected, Long::compareUnsigned);
      RadixSort.sortUnsigned(numbers);
      assertThat(numbers).isEqualTo(Arrays.stream(expected).mapToLong(Long::longValue).toArray());
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void lookUpIsTheScanOfAllLeaves(long seed) {
    Random random = new Random(seed);
    for (int size : new int[] {0, 1, 2, 3, 40, 1000}) {
      long near = random.nextLong();
      long[] leaves =
          LongStream.generate(
                  () -> random.nextBoolean() ? random.nextLong() : near + random.nextInt(1000))
              .limit(size)
              .distinct()
              .toArray();
      RadixSort.sortUnsigned(leaves);
      LeafLookup lookup = new LeafLookup(leaves);
      for (int i = 0; i < 300; i++) {
        long probe =
            switch (random.nextInt(3)) {
              case 0 -> random.nextLong();
              case 1 -> near + random.nextInt(1000);
              default -> size == 0 ? 0 : leaves[random.nextInt(leaves.length)];
            };
        int expected = -1;
        while (expected + 1 < leaves.length
            && Long.compareUnsigned(leaves[expected + 1], probe) <= 0) {
          expected++;
        }
        assertThat(lookup.lastNotAfter(probe)).isEqualTo(expected);
      }
    }
  }
}
