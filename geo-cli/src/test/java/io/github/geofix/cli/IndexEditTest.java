package io.github.geofix.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.EmbeddingIndex;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Changes of an index file that need no model. */
final class IndexEditTest {
  @TempDir private Path folder;

  @Test
  void rowsOfARegionAreRemovedAndTheirSpaceFreed() throws IOException {
    Path file = folder.resolve("a.index");
    EmbeddingIndex.Builder rows = EmbeddingIndex.builder(64, EmbeddingIndex.Options.defaults());
    for (int i = 0; i < 2000; i++) {
      float[] vector = new float[64];
      vector[i % 64] = 1;
      rows.add(vector, new LatLng(i % 2 == 0 ? 10 : 50, 20), "row" + i);
    }
    try (EmbeddingIndex index = rows.build()) {
      index.save(file);
    }
    long full = Files.size(file);

    Result delete = run("delete", "--region", "0,0,30,30", file);
    assertThat(delete.code()).isZero();
    assertThat(delete.out()).isEqualTo("1,000 rows removed, 1000 left in " + file + "\n");
    assertThat(run("delete", "--region", "0,0,30,30", file).out()).startsWith("0 rows removed");
    assertThat(Files.size(file)).isGreaterThanOrEqualTo(full);

    assertThat(run("compact", file).out()).isEqualTo("1,000 rows in " + file + "\n");
    assertThat(Files.size(file)).isLessThan(full * 2 / 3);
    try (EmbeddingIndex index = EmbeddingIndex.open(file)) {
      assertThat(index.size()).isEqualTo(1000);
      assertThat(index.latLng(0)).isEqualTo(new LatLng(50, 20));
    }

    assertThat(run("verify", file).out()).isEqualTo(file + " is as it was written\n");
    byte[] bytes = Files.readAllBytes(file);
    bytes[5000] ^= 1;
    Files.write(file, bytes);
    Result verify = run("verify", file);
    assertThat(verify.code()).isEqualTo(1);
    assertThat(verify.err()).contains(file.toString());
  }

  private static Result run(String command, Path file) {
    return Result.run("index", command, "--index", file.toString());
  }

  private static Result run(String command, String option, String value, Path file) {
    return Result.run("index", command, option, value, "--index", file.toString());
  }
}
