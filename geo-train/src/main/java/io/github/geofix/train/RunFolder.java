package io.github.geofix.train;

import io.github.geofix.core.internal.AtomicFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The folder of a run, for one process at a time.
 *
 * <pre>
 * last.safetensors    the last checkpoint: weights, optimizer, and the state as JSON in its header
 * best.safetensors    the weights of the lowest validation loss, by the names of the network
 * metrics.csv         loss, learning rate, gradient norm and speed over the steps
 * </pre>
 */
record RunFolder(Path folder, FileChannel lockFile) implements AutoCloseable {
  private static final String LOCK = ".lock";

  /**
   * Opens a folder, made if need be, and removes what a run that was killed left half-written.
   *
   * @throws IllegalStateException if another run uses it
   */
  static RunFolder open(Path folder) {
    try {
      Files.createDirectories(folder);
      FileChannel lockFile =
          FileChannel.open(
              folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        if (lock(lockFile) == null) {
          throw new IllegalStateException(
              "another run trains into " + folder + ": wait for it or use another folder");
        }
        AtomicFiles.removeLeftovers(folder);
        return new RunFolder(folder, lockFile);
      } catch (IOException | RuntimeException e) {
        lockFile.close();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot use " + folder + ": " + e.getMessage(), e);
    }
  }

  private static @Nullable FileLock lock(FileChannel file) throws IOException {
    try {
      return file.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  Path last() {
    return folder.resolve("last.safetensors");
  }

  Path best() {
    return folder.resolve("best.safetensors");
  }

  Path metrics() {
    return folder.resolve("metrics.csv");
  }

  @Override
  public String toString() {
    return folder.toString();
  }

  @Override
  public void close() {
    try {
      lockFile.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot unlock " + folder, e);
    }
  }
}
