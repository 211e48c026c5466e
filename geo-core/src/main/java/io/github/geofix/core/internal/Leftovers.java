package io.github.geofix.core.internal;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What writes of killed processes left behind. A write holds a lock, which ends with its process,
 * so that nothing of a running one is touched.
 */
final class Leftovers {
  private Leftovers() {}

  /**
   * Removes all leftovers in a folder. A folder whose replacement was killed between its two
   * renames is completed.
   */
  static void remove(Path folder) {
    try {
      for (TemporaryName name : names(folder, ".*")) {
        if (!name.isRunning()) {
          remove(name);
        }
      }
    } catch (IOException e) {
      // Such as those of another user, which are not in the way of a write.
    }
  }

  /** Completes the replacement of a folder that was killed between its two renames. */
  static void recover(Path target) throws IOException {
    Path folder = target.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      return;
    }
    for (TemporaryName name : names(folder, ".*.new")) {
      if (name.target().getFileName().equals(target.getFileName())) {
        complete(name);
      }
    }
  }

  private static Set<TemporaryName> names(Path folder, String glob) throws IOException {
    Set<TemporaryName> names = new HashSet<>();
    try (DirectoryStream<Path> paths = Files.newDirectoryStream(folder, glob)) {
      for (Path path : paths) {
        TemporaryName.of(path).ifPresent(names::add);
      }
    }
    return names;
  }

  private static void remove(TemporaryName name) throws IOException {
    Path locked =
        Files.isRegularFile(name.temporary(), LinkOption.NOFOLLOW_LINKS)
            ? name.temporary()
            : name.lock();
    if (!Files.exists(locked, LinkOption.NOFOLLOW_LINKS)) {
      // The lock of a folder is created first and deleted last.
      removeParts(name);
      return;
    }
    try (FileChannel file = FileChannel.open(locked, StandardOpenOption.WRITE)) {
      if (lock(file) == null) {
        return;
      }
      removeParts(name);
    } catch (NoSuchFileException e) {
      return; // Its writer has just finished.
    }
    Files.deleteIfExists(locked);
  }

  /** Removes all of a write but its lock. */
  static void removeParts(TemporaryName name) throws IOException {
    complete(name);
    delete(name.temporary());
    delete(name.complete());
    delete(name.replaced());
  }

  private static void complete(TemporaryName name) throws IOException {
    if (!Files.exists(name.target())
        && Files.isDirectory(name.complete())
        && Files.isDirectory(name.replaced())) {
      try {
        Files.move(name.complete(), name.target(), StandardCopyOption.ATOMIC_MOVE);
      } catch (NoSuchFileException e) {
        // Its writer, or another reader, has just done so.
      }
    }
  }

  /** Returns null if another process holds the lock, or the file system has none. */
  private static @Nullable FileLock lock(FileChannel file) {
    try {
      return file.tryLock();
    } catch (OverlappingFileLockException | IOException e) {
      return null;
    }
  }

  /**
   * Deletes a file or folder of ours, which nobody else writes into, so that the races which Guava
   * guards against with {@code SecureDirectoryStream} do not arise; not all platforms have that.
   */
  static void delete(Path path) throws IOException {
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      MoreFiles.deleteRecursively(path, RecursiveDeleteOption.ALLOW_INSECURE);
    }
  }
}
