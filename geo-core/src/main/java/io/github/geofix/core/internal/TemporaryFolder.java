package io.github.geofix.core.internal;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A folder for the intermediate files of one computation, which its owner alone can read, deleted
 * by {@link #close}. That of a killed process is deleted when the next one is created.
 */
public final class TemporaryFolder implements AutoCloseable {
  private static final String NAME = "geofix";

  private final TemporaryName name;
  private final RandomAccessFile lock;

  private TemporaryFolder(TemporaryName name, RandomAccessFile lock) {
    this.name = name;
    this.lock = lock;
  }

  /**
   * Creates a folder in that of the system property {@code java.io.tmpdir}.
   *
   * @throws UncheckedIOException if it cannot be created
   */
  public static TemporaryFolder create() {
    return createIn(Path.of(System.getProperty("java.io.tmpdir")));
  }

  /**
   * Creates a folder in another, such as where there is room for large files.
   *
   * @throws UncheckedIOException if it cannot be created
   */
  public static TemporaryFolder createIn(Path parent) {
    Leftovers.remove(parent);
    TemporaryName name = TemporaryName.begin(parent.resolve(NAME));
    try {
      RandomAccessFile lock = Replacement.createLocked(name.lock());
      if (lock == null) {
        name.end();
        return createIn(parent);
      }
      Files.createDirectory(name.temporary(), forOwner(parent));
      return new TemporaryFolder(name, lock);
    } catch (IOException e) {
      name.end();
      throw new UncheckedIOException(
          "cannot create a temporary folder in " + parent + ": " + e.getMessage(), e);
    }
  }

  private static FileAttribute<?>[] forOwner(Path parent) {
    return parent.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
        }
        : new FileAttribute<?>[0];
  }

  /** Returns the folder. */
  public Path path() {
    return name.temporary();
  }

  /**
   * Deletes the folder with all its files.
   *
   * @throws UncheckedIOException if it cannot be deleted
   */
  @Override
  public void close() {
    try {
      Leftovers.removeParts(name);
      lock.close();
      Files.deleteIfExists(name.lock());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + path() + ": " + e.getMessage(), e);
    } finally {
      name.end();
    }
  }
}
