package io.github.geofix.core.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.BoxPartition.Box;
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
    BoxPartition partition = BoxPartition.loadOsv5m(file);
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
        "'cluster_id,min_lat\n'|no column min_lon among cluster_id,min_lat",
        "'cluster_id,min_lat,max_lat,mean_lat,min_lon,max_lon,mean_lon\n'|holds no box",
        "'cluster_id,min_lat,max_lat,mean_lat,min_lon,max_lon,mean_lon\n0,2,1,1,0,1,0\n'|inside out",
        "'cluster_id,min_lat,max_lat,mean_lat,min_lon,max_lon,mean_lon\n0,1,99,1,0,1,0\n'|line 2:"
            + " latitude 99"
      })
  void saysWhatIsWrongWithAFile(String content, String reason) throws IOException {
    Path file = Files.writeString(folder.resolve("bad.csv"), content);
    assertThatThrownBy(() -> BoxPartition.loadOsv5m(file))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("bad.csv")
        .hasMessageContaining(reason);
  }
}
