package io.github.geofix.train;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.geofix.models.nn.TorchEngine;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process that is killed without warning loses nothing but the steps since its checkpoint. */
class KilledRunTest {
  private static final String STEPS = "120";

  private final Path folder;

  KilledRunTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void endsWithTheSameBitsAfterTwoKills() throws Exception {
    Path killed = folder.resolve("killed");
    // Between two steps, right after a checkpoint.
    kill(start(killed, STEPS, "7", "0"));
    // While examples are being made, some steps after the checkpoint of an epoch's end.
    kill(start(killed, STEPS, "0", "150"));
    assertThat(start(killed, STEPS, "0", "0").waitFor()).isZero();

    Path calm = folder.resolve("calm");
    assertThat(start(calm, STEPS, "0", "0").waitFor()).isZero();
    Map<String, float[]> expected = arrays(calm.resolve("last.safetensors"));
    Map<String, float[]> actual = arrays(killed.resolve("last.safetensors"));
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    expected.forEach((name, values) -> assertThat(actual.get(name)).as(name).isEqualTo(values));
  }

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void savesAndSaysHowToGoOnWhenAskedToEnd() throws Exception {
    // Steps for days: it ends because it is asked to.
    Process process = start(folder.resolve("asked"), "100000000", "0", "0");
    await(process, "step 5");
    process.destroy();
    process.waitFor();
    assertThat(Files.readString(folder.resolve("stderr")))
        .containsPattern("stopped after step \\d+ of 100000000; all is kept in .*asked");
  }

  private Process start(Path run, String... arguments) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            "-Dai.djl.pytorch.num_threads=1",
            KilledRun.class.getName(),
            run.toString());
    builder.command().addAll(List.of(arguments));
    return builder.redirectError(folder.resolve("stderr").toFile()).start();
  }

  /** Reads what the process writes up to a line, which must come. */
  private static void await(Process process, String line) throws IOException {
    BufferedReader reader = process.inputReader();
    String read = reader.readLine();
    while (read != null && !read.equals(line)) {
      read = reader.readLine();
    }
    assertThat(read).as("what the process wrote last").isEqualTo(line);
  }

  private static void kill(Process process) throws Exception {
    await(process, "waiting");
    process.destroyForcibly().waitFor();
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
