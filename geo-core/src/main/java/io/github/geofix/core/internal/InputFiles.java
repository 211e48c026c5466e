package io.github.geofix.core.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Files about to be opened by a name from elsewhere. */
public final class InputFiles {
  private InputFiles() {}

  /**
   * Checks a file; a folder above it whose replacement was killed is completed, see {@link
   * AtomicFiles#recover}.
   *
   * @return the file
   * @throws NoSuchFileException if there is none
   * @throws FileSystemException if it is a folder, a pipe or a device, which might never end
   */
  public static Path find(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null && !Files.exists(folder)) {
      try {
        AtomicFiles.recover(folder);
      } catch (UncheckedIOException e) {
        throw new IOException(e.getMessage(), e);
      }
    }
    return requireRegular(file);
  }

  /** As {@link #find}, but recovers nothing: for one of many files of a folder. */
  public static Path requireRegular(Path file) throws IOException {
    if (Files.isRegularFile(file)) {
      return file;
    }
    if (!Files.exists(file)) {
      throw new NoSuchFileException(file.toString());
    }
    throw new FileSystemException(
        file.toString(),
        null,
        Files.isDirectory(file)
            ? "it is a folder"
            : "it is a device or a pipe, not a regular file: write it to a file first");
  }

  /** Returns why a file cannot be read, without its path where the reason is known. */
  public static String reason(Exception e) {
    if (e instanceof NoSuchFileException) {
      return "there is no such file";
    }
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    return e instanceof FileSystemException system && system.getReason() != null
        ? system.getReason()
        : String.valueOf(e.getMessage());
  }
}
