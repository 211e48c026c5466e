package io.github.geofix.train;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.geofix.models.nn.TorchEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process that is killed without warning loses nothing but the steps since its checkpoint. */
class KilledRunTest {
  private final Path folder;

  KilledRunTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void endsWithTheSameBitsAfterTwoKills() throws Exception {
    Path killed = folder.resolve("killed");
    Random random = new Random(1);
    for (int kills = 0; kills < 2; kills++) {
      Process process = start(killed);
      waitForNewCheckpoint(killed.resolve("last.safetensors"), process);
      process.waitFor(random.nextInt(300), TimeUnit.MILLISECONDS);
      assertThat(process.isAlive()).as("killed before its end").isTrue();
      process.destroyForcibly().waitFor();
    }
    assertThat(start(killed).waitFor()).isZero();

    Path calm = folder.resolve("calm");
    assertThat(start(calm).waitFor()).isZero();
    Map<String, float[]> expected = arrays(calm.resolve("last.safetensors"));
    Map<String, float[]> actual = arrays(killed.resolve("last.safetensors"));
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    expected.forEach((name, values) -> assertThat(actual.get(name)).as(name).isEqualTo(values));
  }

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void savesAndSaysHowToGoOnWhenAskedToEnd() throws Exception {
    Path run = folder.resolve("asked");
    Process process = start(run);
    waitForNewCheckpoint(run.resolve("last.safetensors"), process);
    process.destroy();
    process.waitFor();
    assertThat(Files.readString(folder.resolve("stderr")))
        .containsPattern("stopped after step \\d+ of 400; all is kept in .*asked");
  }

  private Process start(Path run) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            "-Dai.djl.pytorch.num_threads=1",
            KilledRun.class.getName(),
            run.toString())
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(folder.resolve("stderr").toFile())
        .start();
  }

  private static void waitForNewCheckpoint(Path file, Process process) throws Exception {
    Object before = Files.exists(file) ? Files.getLastModifiedTime(file) : "none";
    while (!Files.exists(file) || Files.getLastModifiedTime(file).equals(before)) {
      assertThat(process.waitFor(5, TimeUnit.MILLISECONDS)).as("ended by itself").isFalse();
    }
  }

  private static Map<String, float[]> arrays(Path checkpoint) {
    try (NDManager manager = TorchEngine.newManager()) {
      Map<String, NDArray> arrays = new LinkedHashMap<>();
      Checkpoint.readArrays(checkpoint, manager, arrays);
      Map<String, float[]> values = new LinkedHashMap<>();
      arrays.forEach((name, array) -> values.put(name, array.toFloatArray()));
      return values;
    }
  }
}
