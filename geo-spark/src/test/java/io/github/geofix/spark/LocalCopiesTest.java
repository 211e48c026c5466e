package io.github.geofix.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LocalCopiesTest {
  @TempDir private Path folder;

  /** Uses a copy until its input ends. */
  static final class User {
    private User() {}

    public static void main(String[] args) throws IOException {
      boolean[] copied = {false};
      Path copy =
          LocalCopies.ofUser()
              .use(
                  "model",
                  target -> {
                    Files.createDirectory(target);
                    Files.writeString(target.resolve("weights"), "w");
                    copied[0] = true;
                  });
      System.out.println(copied[0] + " " + Files.readString(copy.resolve("weights")));
      System.in.read();
    }
  }

  private record Running(Process process, String first) {

    static Running start(Path folder) throws IOException {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx32m",
                  "-XX:+UseSerialGC",
                  "-XX:TieredStopAtLevel=1",
                  "-Djava.io.tmpdir=" + folder,
                  "-cp",
                  System.getProperty("java.class.path"),
                  User.class.getName())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
      return new Running(process, String.valueOf(out.readLine()));
    }

    void end() throws IOException, InterruptedException {
      process.getOutputStream().close();
      assertThat(process.waitFor()).isZero();
    }
  }

  private List<String> names(Path copies) {
    try (Stream<Path> all = Files.list(copies)) {
      return all.map(path -> path.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void theLastProcessDeletesACopy() throws Exception {
    Path copies = folder.resolve("geofix-" + System.getProperty("user.name"));
    Running first = Running.start(folder);
    assertThat(first.first()).isEqualTo("true w");
    Running second = Running.start(folder);
    assertThat(second.first()).isEqualTo("false w");
    first.end();
    assertThat(copies.resolve("model/weights")).exists();

    // A killed process leaves its copy, and what it was copying.
    assertThat(second.process().destroyForcibly().waitFor()).isNotZero();
    assertThat(copies.resolve("model/weights")).exists();
    Files.createDirectory(copies.resolve("half.tmp"));
    Files.writeString(copies.resolve("half.tmp/weights"), "");
    Running third = Running.start(folder);
    assertThat(third.first()).isEqualTo("true w");
    assertThat(names(copies)).containsExactly("all.lock", "model", "model.lock");
    third.end();
    assertThat(names(copies)).containsExactly("all.lock");
  }

  @Test
  void aFailedCopyLeavesNothing() throws IOException {
    LocalCopies copies = new LocalCopies(folder);
    assertThatThrownBy(
            () ->
                copies.use(
                    "model",
                    target -> {
                      Files.writeString(target, "half");
                      throw new IOException("the disk is full");
                    }))
        .hasMessage("the disk is full");
    assertThat(names(folder)).containsExactly("all.lock");
  }
}
