package io.github.geofix.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A few kills in the build; {@code -Dgeofix.kills=500 -Dgeofix.kills.folder=DIR} makes many. */
final class KillsTest {
  private static final List<KillTask> FEW =
      List.of(KillTask.MODEL, KillTask.APPEND_AND_COMPACT, KillTask.DATASET);

  private static final int COUNT = Integer.getInteger("geofix.kills", FEW.size());

  @TempDir private Path folder;

  @Test
  void aKillLeavesTheOldOrTheNew() throws IOException, InterruptedException {
    Path in = Files.createDirectory(folder.resolve("in"));
    String given = System.getProperty("geofix.kills.folder", "");
    Path out = given.isEmpty() ? Files.createDirectory(folder.resolve("out")) : Path.of(given);
    List<KillTask> tasks = COUNT > FEW.size() ? List.of(KillTask.values()) : FEW;
    Kills.Outcome outcome = new Kills(in, out, System.nanoTime()).run(tasks, COUNT);
    System.out.println(outcome.kills() + ", " + outcome.full() + " of them on a full disk");
    assertThat(outcome.failures()).isEmpty();
    assertThat(outcome.kills()).hasSize(tasks.size());
  }
}
