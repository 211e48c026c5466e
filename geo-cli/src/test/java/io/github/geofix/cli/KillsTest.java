package io.github.geofix.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A few kills; {@link Kills} makes many. */
final class KillsTest {
  @TempDir private Path folder;

  @Test
  void aKillLeavesTheOldOrTheNew() throws IOException, InterruptedException {
    Path in = Files.createDirectory(folder.resolve("in"));
    Path out = Files.createDirectory(folder.resolve("out"));
    List<KillTask> tasks =
        List.of(KillTask.MODEL, KillTask.APPEND_AND_COMPACT, KillTask.VECTORS, KillTask.DATASET);
    Kills.Outcome outcome = new Kills(in, out, 1).run(tasks, tasks.size());
    assertThat(outcome.failures()).isEmpty();
    assertThat(outcome.kills()).hasSize(tasks.size());
  }
}
