package io.github.geofix.spark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Copies of files and folders that lie on other file systems. All processes of a user on this
 * machine share them. A process holds a shared lock on each copy that it uses until it ends; the
 * last one deletes the copy. What killed processes left, whose locks are gone with them, the next
 * process deletes when it starts. Thread-safe.
 */
final class LocalCopies {
  private static final String LOCK = ".lock";

  private static @Nullable LocalCopies ofUser;

  private final Path folder;
  private final Map<String, FileChannel> used = new ConcurrentHashMap<>();

  /** Makes a copy. */
  interface Copier {
    void copyTo(Path target) throws IOException;
  }

  /** What runs while no other process uses the copies. */
  private interface Action {
    void run() throws IOException;
  }

  /** Deletes the copies in a folder that no process uses. */
  LocalCopies(Path folder) throws IOException {
    this.folder = Files.createDirectories(folder);
    locked(this::deleteUnused);
  }

  /** Returns the copies in {@code java.io.tmpdir}, which end with this process. */
  static synchronized LocalCopies ofUser() throws IOException {
    LocalCopies copies = ofUser;
    if (copies == null) {
      LocalCopies made =
          new LocalCopies(
              Path.of(System.getProperty("java.io.tmpdir"))
                  .resolve("geofix-" + System.getProperty("user.name")));
      Runtime.getRuntime().addShutdownHook(new Thread(made::close, "geofix-local-copies"));
      ofUser = made;
      copies = made;
    }
    return copies;
  }

  /**
   * Returns a copy, which stays until this process ends.
   *
   * @param name of the copy; its content must follow from it
   * @param copier makes it if no process has
   */
  Path use(String name, Copier copier) throws IOException {
    Path copy = folder.resolve(name);
    if (holdExisting(name)) {
      return copy;
    }
    String temporary = UUID.randomUUID() + ".tmp";
    locked(() -> hold(temporary));
    try {
      copier.copyTo(folder.resolve(temporary));
      locked(
          () -> {
            // Another thread or process may have been faster; its copy is the same.
            if (!Files.exists(copy)) {
              Files.move(folder.resolve(temporary), copy, StandardCopyOption.ATOMIC_MOVE);
            }
            hold(name);
          });
      return copy;
    } finally {
      locked(() -> release(temporary));
    }
  }

  /** Stops using all copies, and deletes those that no other process uses. */
  void close() {
    try {
      locked(
          () -> {
            for (String name : List.copyOf(used.keySet())) {
              release(name);
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete copies in " + folder, e);
    }
  }

  /** Runs an action that no other thread or process runs meanwhile. */
  private void locked(Action action) throws IOException {
    synchronized (LocalCopies.class) {
      try (FileChannel channel = open("all")) {
        channel.lock();
        action.run();
      }
    }
  }

  private FileChannel open(String name) throws IOException {
    return FileChannel.open(
        folder.resolve(name + LOCK),
        StandardOpenOption.CREATE,
        StandardOpenOption.READ,
        StandardOpenOption.WRITE);
  }

  /** Holds a copy if there is one; returns whether it is held. */
  private boolean holdExisting(String name) throws IOException {
    locked(
        () -> {
          if (Files.exists(folder.resolve(name))) {
            hold(name);
          }
        });
    return used.containsKey(name) && Files.exists(folder.resolve(name));
  }

  private void hold(String name) throws IOException {
    if (used.containsKey(name)) {
      return;
    }
    FileChannel channel = open(name);
    if (channel.tryLock(0, Long.MAX_VALUE, true) == null) {
      channel.close();
      throw new IOException("another program has locked " + folder.resolve(name + LOCK));
    }
    used.put(name, channel);
  }

  private void release(String name) throws IOException {
    FileChannel held = used.remove(name);
    if (held != null) {
      held.close();
    }
    delete(name);
  }

  private void deleteUnused() throws IOException {
    List<String> names;
    try (Stream<Path> all = Files.list(folder)) {
      names =
          all.map(path -> path.getFileName().toString().replaceFirst("\\.lock$", ""))
              .filter(name -> !name.equals("all") && !used.containsKey(name))
              .distinct()
              .toList();
    }
    for (String name : names) {
      delete(name);
    }
  }

  /** Deletes a copy unless a process uses it. */
  private void delete(String name) throws IOException {
    try (FileChannel channel = open(name);
        FileLock alone = channel.tryLock()) {
      if (alone == null) {
        return;
      }
      deleteAll(folder.resolve(name));
    } catch (OverlappingFileLockException | FileSystemException e) {
      // In use by this process, or mapped on Windows: another process deletes it later.
      return;
    }
    Files.deleteIfExists(folder.resolve(name + LOCK));
  }

  private static void deleteAll(Path path) throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    try (Stream<Path> all = Files.walk(path)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }
}
