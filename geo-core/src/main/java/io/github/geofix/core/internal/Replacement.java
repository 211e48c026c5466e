package io.github.geofix.core.internal;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A file being written under a temporary name: {@link #commit} gives it its own name, and {@link
 * #close} without a commit discards it. Not thread-safe.
 */
public final class Replacement extends PendingFile {
  private final Path target;
  private final TemporaryName name;

  private Replacement(Path target, TemporaryName name, RandomAccessFile file) {
    super(file);
    this.target = target;
    this.name = name;
  }

  /**
   * Begins to write a file; its folder is created if there is none.
   *
   * @throws UncheckedIOException if it cannot be written
   */
  public static Replacement of(Path target) {
    try {
      return begin(target);
    } catch (IOException e) {
      throw AtomicFiles.cannotWrite(target, e);
    }
  }

  static Replacement begin(Path target) throws IOException {
    refuseOthers(target);
    Path folder = Objects.requireNonNull(target.toAbsolutePath().getParent());
    Durable.createFolders(folder);
    Leftovers.remove(folder);
    while (true) {
      TemporaryName name = TemporaryName.begin(target);
      RandomAccessFile file = null;
      try {
        file = createLocked(name.temporary());
      } finally {
        if (file == null) {
          name.end();
        }
      }
      if (file != null) {
        return new Replacement(target, name, file);
      }
    }
  }

  /** Refuses a folder, and what a rename would replace by a file, such as {@code /dev/null}. */
  static void refuseOthers(Path target) throws IOException {
    if (Files.isDirectory(target)) {
      throw new FileSystemException(target.toString(), null, "it is a folder");
    }
    if (Files.exists(target) && !Files.isRegularFile(target)) {
      throw new FileSystemException(
          target.toString(), null, "it is a device or a pipe, not a regular file");
    }
  }

  /** Creates and locks a file; null if another process has just removed it as a leftover. */
  static @Nullable RandomAccessFile createLocked(Path path) throws IOException {
    RandomAccessFile file = new RandomAccessFile(Files.createFile(path).toFile(), "rw");
    try {
      if (file.getChannel().tryLock() == null || !Files.exists(path)) {
        file.close();
        return null;
      }
    } catch (IOException e) {
      // Not all file systems have locks; on those, leftovers stay.
    }
    return file;
  }

  /** Returns the file, to be written and not closed. An interrupt closes it. */
  public FileChannel channel() {
    return file.getChannel();
  }

  @Override
  public void commit() {
    try {
      commit(true);
    } catch (IOException e) {
      throw AtomicFiles.cannotWrite(target, e);
    }
  }

  void commit(boolean durable) throws IOException {
    if (durable) {
      file.getFD().sync();
    }
    if (Durable.isWindows()) {
      // It renames no open files. Elsewhere the lock is held until the end.
      file.close();
    }
    Durable.move(name.temporary(), target, durable);
  }

  /**
   * Discards the file, unless it was committed.
   *
   * @throws UncheckedIOException if it cannot be deleted
   */
  @Override
  public void close() {
    try (file) {
      Files.deleteIfExists(name.temporary());
    } catch (IOException e) {
      throw AtomicFiles.cannotWrite(target, e);
    } finally {
      name.end();
    }
  }
}
