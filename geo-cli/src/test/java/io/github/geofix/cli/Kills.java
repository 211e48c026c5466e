package io.github.geofix.cli;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Kills processes that write, at random moments: after each kill what was written before, or the
 * new one, has to open; after the next write nothing else may be left.
 *
 * <p>{@code KillsTest} runs them; CONTRIBUTING.md has the command for many, on a disk that is full
 * half of the time.
 */
final class Kills {
  /** A disk so small is filled. */
  private static final long SMALL_BYTES = 64 << 20;

  /** Kills from one line of progress to the next. */
  private static final int PROGRESS = 20;

  private static final String FILLER = "filler";
  private static final String DONE = "done";

  /**
   * What came out.
   *
   * @param kills processes killed
   * @param full how many of them met a full disk
   * @param failures what was lost or left
   */
  record Outcome(Map<KillTask, Integer> kills, int full, List<String> failures) {}

  private final Path in;
  private final Path out;
  private final Random random;
  private int full;

  Kills(Path in, Path out, long seed) {
    this.in = in;
    this.out = out;
    this.random = new Random(seed);
  }

  /** A process that writes until it is killed: task, input folder, output folder, first version. */
  static final class Writer {
    private Writer() {}

    public static void main(String[] args) {
      KillTask task = KillTask.valueOf(args[0]);
      for (int version = Integer.parseInt(args[3]); ; version++) {
        try {
          task.write(Path.of(args[1]), Path.of(args[2]), version);
        } catch (IOException | RuntimeException e) {
          System.out.println("failed: " + e.getMessage());
        }
        System.out.println(DONE);
      }
    }
  }

  Outcome run(List<KillTask> tasks, int count) throws IOException, InterruptedException {
    KillTask.prepare(in);
    Map<KillTask, Integer> kills = new EnumMap<>(KillTask.class);
    List<String> failures = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      KillTask task = tasks.get(i % tasks.size());
      Path folder = Files.createDirectories(out.resolve(task.name()));
      try {
        if (kills.merge(task, 1, Integer::sum) == 1) {
          task.write(in, folder, 0);
        }
        String error = kill(task, folder, i);
        task.open(folder);
        task.write(in, folder, i + 1);
        task.open(folder);
        leftovers(folder).forEach(left -> failures.add(task + " left " + left));
        if (!error.isEmpty()) {
          failures.add(task + ": " + error);
        }
      } catch (IOException | RuntimeException | AssertionError e) {
        failures.add(task + " after kill " + i + ": " + e);
      }
      if ((i + 1) % PROGRESS == 0) {
        System.out.println(i + 1 + " kills, " + full + " on a full disk, failures: " + failures);
      }
    }
    return new Outcome(kills, full, failures);
  }

  /** Returns an error of the process that does not tell of a full disk. */
  private String kill(KillTask task, Path folder, int version)
      throws IOException, InterruptedException {
    Path filler = out.resolve(FILLER);
    FileStore disk = Files.getFileStore(out);
    boolean fill = disk.getTotalSpace() < SMALL_BYTES && random.nextBoolean();
    if (fill) {
      full++;
      try (RandomAccessFile file = new RandomAccessFile(filler.toFile(), "rw")) {
        long size = disk.getUsableSpace() - random.nextInt(300_000);
        file.write(new byte[(int) Math.max(0, size)]);
      }
    }
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dai.djl.offline=true",
                "-Dai.djl.pytorch.num_threads=1",
                "-Dai.djl.pytorch.num_interop_threads=1",
                "-cp",
                System.getProperty("java.class.path"),
                Writer.class.getName(),
                task.name(),
                in.toString(),
                folder.toString(),
                String.valueOf(version + 1))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String error = "";
    try (var output = process.inputReader()) {
      long start = System.nanoTime();
      boolean warm = false;
      // The second write takes as long as those to come, the first starts the engine.
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        if (line.startsWith("failed") && !(fill && line.contains("No space left on device"))) {
          error = line;
        }
        if (line.equals(DONE)) {
          if (warm) {
            break;
          }
          warm = true;
          start = System.nanoTime();
        }
      }
      long once = Math.max(System.nanoTime() - start, 1_000_000);
      TimeUnit.NANOSECONDS.sleep((long) (once * 2 * random.nextDouble()));
    } finally {
      process.destroyForcibly();
      process.waitFor();
      Files.deleteIfExists(filler);
    }
    return error;
  }

  /** The lock of a run folder belongs to it. */
  private static List<Path> leftovers(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("."))
          .filter(file -> !file.endsWith("run/.lock"))
          .toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
