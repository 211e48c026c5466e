package io.github.geofix.core.internal;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/** Changes of files that outlast a loss of power. */
final class Durable {
  /** A file system writes what several threads wait for in one go: 2,000 files in a tenth. */
  private static final int THREADS = 8;

  private Durable() {}

  static boolean isWindows() {
    return System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows");
  }

  /** Creates a folder and those above it, as far as they are missing. */
  static void createFolders(Path folder) throws IOException {
    Deque<Path> parents = new ArrayDeque<>();
    for (Path at = folder; at != null && !Files.exists(at); at = at.getParent()) {
      parents.push(Objects.requireNonNullElse(at.getParent(), at));
    }
    Files.createDirectories(folder);
    for (Path parent : parents) {
      syncFolder(parent);
    }
  }

  /** Renames, replacing a file or an empty folder. */
  static void move(Path from, Path to, boolean durable) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
    if (durable) {
      syncFolder(Objects.requireNonNull(to.toAbsolutePath().getParent()));
    }
  }

  /** Writes all files of a folder, and the folder itself, to the disk. */
  static void syncTree(Path folder) throws IOException {
    List<Path> files;
    List<Path> folders;
    try (Stream<Path> all = Files.walk(folder)) {
      files = all.filter(p -> Files.isRegularFile(p, LinkOption.NOFOLLOW_LINKS)).toList();
    }
    try (Stream<Path> all = Files.walk(folder)) {
      folders = all.filter(p -> Files.isDirectory(p, LinkOption.NOFOLLOW_LINKS)).toList();
    }
    ExecutorService pool = Executors.newFixedThreadPool(Math.min(THREADS, files.size() + 1));
    try {
      CompletableFuture.allOf(
              files.stream()
                  .map(file -> CompletableFuture.runAsync(() -> syncFile(file), pool))
                  .toArray(CompletableFuture<?>[]::new))
          .join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof UncheckedIOException failure
          ? Objects.requireNonNull(failure.getCause())
          : new IOException(e.getCause());
    } finally {
      pool.shutdown();
    }
    for (Path each : folders) {
      syncFolder(each);
    }
  }

  private static void syncFile(Path path) {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.getFD().sync();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** An interrupt closes a channel; the thread stays interrupted. */
  private static void syncFolder(Path folder) {
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
          channel.force(true);
          return;
        } catch (ClosedByInterruptException e) {
          interrupted |= Thread.interrupted();
        } catch (IOException e) {
          // Windows and some network file systems cannot; they keep names safe by other means.
          return;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
