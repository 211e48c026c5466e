package io.github.geofix.core.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.BoxPartition.Box;
import io.github.geofix.core.partition.BoxPartition.QuadtreeOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BoxPartitionTest {
  @TempDir Path folder;

  @Test
  void readsTheQuadtreeOfOsv5m() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("quadtree_10_1000.csv"),
            """
            cluster_id,min_lat,max_lat,mean_lat,min_lon,max_lon,mean_lon
            0,-47.5,-31.25,-38.0,-180.0,-12.5,-70.25
            7,48.0,49.0,48.85,2.0,2.75,2.33
            """);
    BoxPartition partition = BoxPartition.load(file);
    assertThat(partition.size()).isEqualTo(2);
    assertThat(partition.box(1).id()).isEqualTo("7");
    assertThat(partition.box(1).mean()).isEqualTo(new LatLng(48.85, 2.33));
    assertThat(partition.labelOf(new LatLng(48.8584, 2.2945))).hasValue(1);
    assertThat(partition.labelOf(new LatLng(-40, -180))).hasValue(0);
    assertThat(partition.labelOf(new LatLng(0, 0))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void theLabelIsThatOfTheFirstBoxThatHoldsThePoint(long seed) {
    Random random = new Random(seed);
    List<Box> boxes = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      double south = random.nextInt(-90, 90);
      double west = random.nextInt(-180, 180);
      double north = Math.min(90, south + random.nextInt(1, 20) * 0.5);
      double east = Math.min(180, west + random.nextInt(1, 20) * 0.5);
      boxes.add(new Box("" + i, south, west, north, east, new LatLng(south, west)));
    }
    BoxPartition partition = BoxPartition.of(boxes);
    for (int i = 0; i < 5000; i++) {
      LatLng point = new LatLng(random.nextInt(-180, 181) * 0.5, random.nextInt(-360, 361) * 0.5);
      int expected = -1;
      for (int label = boxes.size() - 1; label >= 0; label--) {
        Box box = boxes.get(label);
        if (box.south() <= point.latitude()
            && point.latitude() <= box.north()
            && box.west() <= point.longitude()
            && point.longitude() <= box.east()) {
          expected = label;
        }
      }
      assertThat(partition.labelOf(point).orElse(-1)).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'cluster_id,min_lat\n'|no column min_lon: its header is cluster_id,min_lat",
        "'cluster_id,min_lat,max_lat,mean_lat,min_lon,max_lon,mean_lon\n'|has no box",
        "'cluster_id,min_lat,max_lat,mean_lat,min_lon,max_lon,mean_lon\n0,2,1,1,0,1,0\n'|inside out",
        "'cluster_id,min_lat,max_lat,mean_lat,min_lon,max_lon,mean_lon\n0,1,99,1,0,1,0\n'|line 2:"
            + " latitude 99"
      })
  void saysWhatIsWrongWithAFile(String content, String reason) throws IOException {
    Path file = Files.writeString(folder.resolve("bad.csv"), content);
    assertThatThrownBy(() -> BoxPartition.load(file))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("bad.csv")
        .hasMessageContaining(reason);
  }

  /** The definition, box by box. */
  private static void split(
      List<LatLng> points,
      double south,
      double west,
      double north,
      double east,
      int depth,
      int splitAt,
      List<Box> boxes) {
    if (points.isEmpty()) {
      return;
    }
    if (depth == 0 || points.size() < splitAt) {
      LatLng mean =
          new LatLng(
              points.stream().mapToDouble(LatLng::latitude).average().orElseThrow(),
              points.stream().mapToDouble(LatLng::longitude).average().orElseThrow());
      boxes.add(new Box("" + boxes.size(), south, west, north, east, mean));
      return;
    }
    double middle = (south + north) / 2;
    double center = (west + east) / 2;
    for (boolean upper : new boolean[] {false, true}) {
      for (boolean right : new boolean[] {false, true}) {
        split(
            points.stream()
                .filter(p -> p.latitude() >= middle == upper && p.longitude() >= center == right)
                .toList(),
            upper ? middle : south,
            right ? center : west,
            upper ? north : middle,
            right ? east : center,
            depth - 1,
            splitAt,
            boxes);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1,10,20", "2,3,1", "3,0,5", "4,30,50"})
  void theQuadtreeSplitsBoxesAtTheirMiddle(long seed, int depth, int splitAt) throws IOException {
    List<LatLng> points = Points.clustered(1000, new Random(seed));
    double[] latitudes = points.stream().mapToDouble(LatLng::latitude).sorted().toArray();
    double[] longitudes = points.stream().mapToDouble(LatLng::longitude).sorted().toArray();
    List<Box> expected = new ArrayList<>();
    split(
        points,
        latitudes[0],
        longitudes[0],
        latitudes[999],
        longitudes[999],
        depth,
        splitAt,
        expected);
    QuadtreeOptions options = new QuadtreeOptions(depth, splitAt);
    BoxPartition partition = BoxPartition.quadtree(points, options);
    assertThat(partition.size()).isEqualTo(expected.size());
    for (int label = 0; label < expected.size(); label++) {
      Box box = partition.box(label);
      assertThat(box)
          .usingRecursiveComparison()
          .ignoringFields("mean")
          .isEqualTo(expected.get(label));
      assertThat(GreatCircle.distanceKm(box.mean(), expected.get(label).mean())).isLessThan(1e-6);
    }
    StringBuilder csv = new StringBuilder("lat,long\n");
    points.forEach(p -> csv.append(p.latitude()).append(',').append(p.longitude()).append('\n'));
    Path file = Files.writeString(folder.resolve("points.csv"), csv);
    Path saved = folder.resolve("boxes.csv");
    BoxPartition.quadtree(file, options).save(saved);
    BoxPartition loaded = BoxPartition.load(saved);
    assertThat(loaded.size()).isEqualTo(partition.size());
    for (int label = 0; label < partition.size(); label++) {
      assertThat(loaded.box(label)).isEqualTo(partition.box(label));
    }
  }

  @Test
  void refusesQuadtreesThatCannotBe() {
    assertThatThrownBy(() -> BoxPartition.quadtree(List.of(), QuadtreeOptions.defaults()))
        .hasMessageContaining("at least one point");
    assertThatThrownBy(() -> QuadtreeOptions.defaults().withDepth(31))
        .hasMessageContaining("depth");
    assertThatThrownBy(() -> QuadtreeOptions.defaults().withSplitAt(0))
        .hasMessageContaining("splitAt");
  }
}
