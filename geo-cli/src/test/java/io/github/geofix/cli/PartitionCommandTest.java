package io.github.geofix.cli;

import static io.github.geofix.cli.Result.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.geofix.core.partition.BoxPartition;
import io.github.geofix.core.partition.CellPartition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PartitionCommandTest {
  private final Path csv;
  private final Path out;

  PartitionCommandTest(@TempDir Path folder) throws IOException {
    Random random = new Random(1);
    List<String> lines = new ArrayList<>(List.of("lat,long"));
    for (int i = 0; i < 200; i++) {
      lines.add(random.nextDouble(-60, 60) + "," + random.nextDouble(-170, 170));
    }
    csv = Files.write(folder.resolve("points.csv"), lines);
    out = folder.resolve("cells.csv");
  }

  private Result partition(String... more) {
    List<String> line =
        new ArrayList<>(List.of("partition", "--data", csv.toString(), "--out", out.toString()));
    line.addAll(List.of(more));
    return run(line.toArray(String[]::new));
  }

  @Test
  void writesTheBoxesOfAQuadtree() {
    Result result = partition("--rule", "quadtree", "--max-points", "50", "--depth", "1");
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out().strip()).isEqualTo("less than 50 points: 4 boxes");
    assertThat(BoxPartition.load(out).size()).isEqualTo(4);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"--max-points=20,10", "--min-points=5", "--map=cells.html", "--format=geojson"})
  void aQuadtreeRefusesTheOptionsOfS2Cells(String option) {
    Result result = partition("--rule", "quadtree", option);
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).contains("--rule quadtree takes one --max-points");
    assertThat(out).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"geosurge", "isn"})
  void writesS2CellsByRule(String rule) {
    Result result = partition("--rule", rule, "--min-points", "1", "--max-points", "20");
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(CellPartition.load(out).metadata()).containsEntry("rule", rule);
  }
}
