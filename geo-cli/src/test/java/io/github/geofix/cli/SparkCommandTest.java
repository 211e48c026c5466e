package io.github.geofix.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

final class SparkCommandTest {
  @TempDir private Path folder;

  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    return Main.run(new PrintWriter(new StringWriter()), new PrintWriter(err), args);
  }

  @Test
  @DisabledOnOs(OS.WINDOWS) // The script is one of the shell.
  void submitsTheJobWithTheJarsOfTheCommand() throws IOException {
    Path script = Files.createDirectory(folder.resolve("bin")).resolve("spark-submit");
    Path arguments = folder.resolve("arguments");
    Files.writeString(script, "#!/bin/sh\nprintf '%s\\n' \"$@\" > '" + arguments + "'\nexit 3\n");
    assertThat(script.toFile().setExecutable(true)).isTrue();
    int code =
        run(
            "spark",
            "--spark-home",
            folder.toString(),
            "--master",
            "local[2]",
            "--conf",
            "spark.task.cpus=2",
            "--jar",
            "spark.jar",
            "partition",
            "--data",
            "a.csv",
            "--master",
            "b");
    assertThat(code).isEqualTo(3);
    List<String> given = Files.readAllLines(arguments);
    assertThat(given.subList(0, 6))
        .containsExactly(
            "--class",
            "io.github.geofix.spark.internal.Main",
            "--master",
            "local[2]",
            "--conf",
            "spark.task.cpus=2");
    assertThat(given.get(6)).isEqualTo("--jars");
    assertThat(given.get(7).split(",")).anyMatch(jar -> jar.contains("s2-geometry"));
    assertThat(given.get(7)).doesNotContain("slf4j");
    assertThat(given.subList(8, given.size()))
        .containsExactly("spark.jar", "partition", "--data", "a.csv", "--master", "b");
  }

  @Test
  void withoutSparkSaysWhatIsMissing() {
    assertThat(run("spark", "--spark-home", folder.toString(), "locate")).isEqualTo(1);
    assertThat(err.toString()).contains("spark-submit").contains("--spark-home");
  }
}
