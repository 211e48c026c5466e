package io.github.geofix.core.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

final class AtomicFilesTest {
  @TempDir private Path folder;

  @Test
  void replacesAFile() throws IOException {
    Path file = folder.resolve("deep/file");
    AtomicFiles.writeString(file, "old");
    AtomicFiles.writeString(file, "new");
    assertThat(file).hasContent("new");
    assertThat(names(folder.resolve("deep"))).containsExactly("file");
  }

  @Test
  void keepsTheOldFileWhenWritingFails() throws IOException {
    Path file = folder.resolve("file");
    Files.writeString(file, "old");
    assertThatThrownBy(
            () ->
                AtomicFiles.writeText(
                    file,
                    out -> {
                      out.write("half");
                      throw new IOException("No space left on device");
                    }))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("file")
        .hasMessageContaining("No space left on device");
    assertThat(file).hasContent("old");
    assertThat(names(folder)).containsExactly("file");
  }

  @Test
  void replacesAFolderOfTheSameFiles() throws IOException {
    Path target = folder.resolve("model");
    AtomicFiles.writeFolder(target, t -> Files.writeString(t.resolve("a"), "old"));
    AtomicFiles.writeFolder(target, t -> Files.writeString(t.resolve("a"), "new"));
    assertThat(target.resolve("a")).hasContent("new");
    assertThat(names(folder)).containsExactly("model");
  }

  /** Writes a folder until it is stopped. */
  static final class Endless {
    private Endless() {}

    public static void main(String[] args) {
      AtomicFiles.cleanUpAtExit();
      AtomicFiles.writeFolder(
          Path.of(args[0]),
          temporary -> {
            for (long i = 0; ; i++) {
              Files.writeString(temporary.resolve("file" + i % 1000), "half");
              if (i == 100) {
                System.out.println("writing");
              }
            }
          });
    }
  }

  private Process startWriting(String name) throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Endless.class.getName(),
                folder.resolve(name).toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(process.inputReader().readLine()).isEqualTo("writing");
    return process;
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "a process there is stopped without a word")
  void leavesNoHalfWrittenFolderWhereTheProcessIsStopped() throws Exception {
    Process process = startWriting("data");
    assertThat(names(folder)).hasSize(2);
    process.destroy();
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(names(folder)).isEmpty();
  }

  @Test
  void removesWhatAKilledProcessLeftAndNothingOfARunningOne() throws Exception {
    Process process = startWriting("data");
    AtomicFiles.writeString(folder.resolve("file"), "other");
    assertThat(names(folder)).hasSize(3);
    process.destroyForcibly();
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(names(folder)).hasSize(3);
    AtomicFiles.writeString(folder.resolve("file"), "other");
    assertThat(names(folder)).containsExactly("file");
  }

  @Test
  void leavesOtherWritesOfThisProcessAlone() throws IOException {
    Path file = folder.resolve("file");
    try (Replacement first = Replacement.of(file)) {
      first.stream().write('1');
      AtomicFiles.writeString(folder.resolve("other"), "");
      assertThat(names(folder)).hasSize(2);
      first.commit();
    }
    try (Replacement second = Replacement.of(file)) {
      second.stream().write('2');
    }
    assertThat(file).hasContent("1");
    assertThat(names(folder)).containsExactly("file", "other");
  }

  /** The states of a folder's replacement between its steps, by the names that exist. */
  @Test
  void findsTheOldOrTheNewFolderAfterAKillBetweenTwoRenames() throws IOException {
    TemporaryName killed = TemporaryName.begin(folder.resolve("model"));
    killed.end();
    Files.createFile(killed.lock());
    Files.writeString(Files.createDirectory(killed.complete()).resolve("a"), "new");
    Path old = Files.createDirectory(killed.target());
    Files.writeString(old.resolve("a"), "old");

    AtomicFiles.recover(old.resolve("a"));
    assertThat(old.resolve("a")).hasContent("old");

    Files.move(old, killed.replaced());
    AtomicFiles.recover(old.resolve("a"));
    assertThat(old.resolve("a")).hasContent("new");
    assertThat(names(folder)).hasSize(3);

    AtomicFiles.writeFolder(old, t -> Files.writeString(t.resolve("a"), "newer"));
    assertThat(old.resolve("a")).hasContent("newer");
    assertThat(names(folder)).containsExactly("model");
  }

  @Test
  void completesAKilledReplacementBeforeTheNextWrite() throws IOException {
    TemporaryName killed = TemporaryName.begin(folder.resolve("model"));
    killed.end();
    Files.writeString(Files.createDirectory(killed.complete()).resolve("a"), "new");
    Files.writeString(Files.createDirectory(killed.replaced()).resolve("a"), "old");
    AtomicFiles.writeString(folder.resolve("other"), "");
    assertThat(names(folder)).containsExactly("model", "other");
    assertThat(killed.target().resolve("a")).hasContent("new");
  }

  @Test
  void writesOnAnInterruptedThread() {
    Path file = folder.resolve("file");
    Thread.currentThread().interrupt();
    try {
      AtomicFiles.writeString(file, "new");
      AtomicFiles.writeFolder(folder.resolve("f"), t -> Files.writeString(t.resolve("a"), "new"));
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(file).hasContent("new");
    assertThat(folder.resolve("f/a")).hasContent("new");
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "it has no such files")
  void replacesNoDevice() {
    Path device = Path.of("/dev/null");
    assertThatThrownBy(() -> AtomicFiles.check(device))
        .hasMessage("cannot write /dev/null: it is a device or a pipe, not a regular file");
    assertThatThrownBy(() -> AtomicFiles.writeString(device, ""))
        .isInstanceOf(UncheckedIOException.class);
  }

  @Test
  void deletesATemporaryFolder() throws IOException {
    try (TemporaryFolder temporary = TemporaryFolder.createIn(folder)) {
      Files.writeString(temporary.path().resolve("a"), "");
      try (TemporaryFolder other = TemporaryFolder.createIn(folder)) {
        assertThat(other.path()).isNotEqualTo(temporary.path());
      }
      assertThat(temporary.path().resolve("a")).exists();
    }
    assertThat(names(folder)).isEmpty();
  }

  @Test
  void leavesNoHalfWrittenFolder() throws IOException {
    Path target = folder.resolve("model");
    assertThatThrownBy(
            () ->
                AtomicFiles.writeFolder(
                    target,
                    t -> {
                      Files.writeString(t.resolve("a"), "half");
                      throw new IOException("No space left on device");
                    }))
        .isInstanceOf(UncheckedIOException.class);
    assertThat(names(folder)).isEmpty();
  }

  @Test
  void refusesToSweepAwayAFolderOfOtherFiles() throws IOException {
    Path home = folder.resolve("home");
    Files.createDirectories(home);
    Files.writeString(home.resolve("thesis.tex"), "years of work");
    assertThatThrownBy(
            () -> AtomicFiles.writeFolder(home, t -> Files.writeString(t.resolve("a"), "new")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("thesis.tex");
    assertThat(home.resolve("thesis.tex")).hasContent("years of work");
    assertThat(names(folder)).containsExactly("home");
  }

  @Test
  void saysWhatIsInTheWay() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "old");
    Path below = file.resolve("below");
    assertThatThrownBy(() -> AtomicFiles.writeString(below, "new"))
        .hasMessage("cannot write " + below + ": " + file + " is a file, not a folder");
    assertThatThrownBy(() -> AtomicFiles.writeFolder(file, t -> {}))
        .hasMessage("cannot write " + file + ": " + file + " is a file, not a folder");
    assertThatThrownBy(() -> AtomicFiles.writeString(folder, "new"))
        .hasMessageContaining("cannot write " + folder + ": ")
        .hasMessageNotContaining(".tmp");
  }

  @Test
  void checksBeforehandWhatCannotBeWritten() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "old");
    Path below = file.resolve("far/below");
    assertThatThrownBy(() -> AtomicFiles.check(below))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage("cannot write " + below + ": " + file + " is a file, not a folder");
    assertThatThrownBy(() -> AtomicFiles.checkFolder(file))
        .hasMessage("cannot write " + file + ": " + file + " is a file, not a folder");
    assertThatThrownBy(() -> AtomicFiles.check(folder))
        .hasMessage("cannot write " + folder + ": it is a folder");
    AtomicFiles.check(file);
    AtomicFiles.check(folder.resolve("new/file"));
    AtomicFiles.checkFolder(folder);
    AtomicFiles.checkFolder(folder.resolve("new/folder"));
    assertThat(names(folder)).containsExactly("file");
    assertThat(file).hasContent("old");
  }

  private static Stream<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList().stream();
    }
  }
}
