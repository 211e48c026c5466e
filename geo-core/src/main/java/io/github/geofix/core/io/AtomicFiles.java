package io.github.geofix.core.io;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Atomic replacement of files and folders: writes to a temporary name beside the target, then
 * renames. Readers never see a partial file, and a failed write leaves the old one unchanged.
 */
public final class AtomicFiles {

  /** Writes content to the path it is given. */
  @FunctionalInterface
  public interface Content {
    /** Writes all of the content. */
    void writeTo(Path temporary) throws IOException;
  }

  /** The folders being written. Only the thread that removes one may move or delete it. */
  private static final Set<Path> UNFINISHED = ConcurrentHashMap.newKeySet();

  private AtomicFiles() {}

  /**
   * Registers a shutdown hook that deletes partially written folders, also after Ctrl-C. Programs
   * call it once, at their start. Temporary files are left to their writers: a training that is
   * stopped still writes its last checkpoint.
   */
  public static void cleanUpAtExit() {
    Runtime.getRuntime().addShutdownHook(new Thread(AtomicFiles::deleteUnfinished, "clean-up"));
  }

  private static void deleteUnfinished() {
    for (Path temporary : List.copyOf(UNFINISHED)) {
      if (UNFINISHED.remove(temporary)) {
        try {
          // Renamed first, so that no thread writes into it any more.
          Path aside = temporary.resolveSibling(temporary.getFileName() + ".stopped");
          Files.move(temporary, aside);
          deleteRecursively(aside);
        } catch (IOException e) {
          // The process ends; there is nobody left to tell.
        }
      }
    }
  }

  /**
   * Unregisters a temporary folder. If the shutdown hook has already deleted it, any other failure
   * is a consequence.
   */
  private static void finish(Path temporary) throws IOException {
    if (!UNFINISHED.remove(temporary)) {
      throw new IOException("the process was stopped");
    }
  }

  /**
   * Writes a file, replacing an older one only once the new one is complete.
   *
   * @throws UncheckedIOException if writing fails; nothing is left behind
   */
  public static void write(Path file, Content content) {
    try {
      Path folder = Objects.requireNonNull(file.toAbsolutePath().getParent());
      Files.createDirectories(folder);
      Path temporary = Files.createFile(beside(file));
      try {
        content.writeTo(temporary);
        move(temporary, file);
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      throw cannotWrite(file, e);
    }
  }

  /**
   * Writes a folder, replacing an older one only once the new one is complete, and only if the new
   * one has an entry for each name in the older one.
   *
   * @throws UncheckedIOException if writing fails; nothing is left behind
   */
  public static void writeFolder(Path folder, Content content) {
    try {
      refuseFile(folder);
      Path parent = Objects.requireNonNull(folder.toAbsolutePath().getParent());
      Files.createDirectories(parent);
      Path temporary = Files.createDirectory(beside(folder));
      UNFINISHED.add(temporary);
      try {
        try {
          content.writeTo(temporary);
        } finally {
          finish(temporary);
        }
        if (Files.exists(folder)) {
          refuseToLose(folder, temporary);
          // A folder cannot be renamed onto a non-empty one, so the old one is moved aside.
          Path old = Files.createDirectory(beside(folder));
          move(folder, old);
          move(temporary, folder);
          deleteRecursively(old);
        } else {
          move(temporary, folder);
        }
      } finally {
        deleteRecursively(temporary);
      }
    } catch (UncheckedIOException e) {
      // The message has a temporary path, which is meaningless to the user.
      throw cannotWrite(folder, Objects.requireNonNull(e.getCause()));
    } catch (IOException e) {
      throw cannotWrite(folder, e);
    }
  }

  /**
   * Checks that {@link #write} can write a file, to fail before long work: creates an empty file in
   * the nearest existing folder, and deletes it.
   *
   * @throws UncheckedIOException if the file cannot be written
   */
  public static void check(Path file) {
    try {
      if (Files.isDirectory(file)) {
        throw new FileSystemException(file.toString(), null, "it is a folder");
      }
      checkFolderOf(file);
    } catch (IOException e) {
      throw cannotWrite(file, e);
    }
  }

  /**
   * Checks that {@link #writeFolder} can write a folder, as {@link #check} does. Does not check the
   * names in an older one.
   *
   * @throws UncheckedIOException if the folder cannot be written
   */
  public static void checkFolder(Path folder) {
    try {
      refuseFile(folder);
      checkFolderOf(folder);
    } catch (IOException e) {
      throw cannotWrite(folder, e);
    }
  }

  private static void checkFolderOf(Path target) throws IOException {
    Path folder = Objects.requireNonNull(target.toAbsolutePath().getParent());
    while (!Files.exists(folder) && folder.getParent() != null) {
      folder = folder.getParent();
    }
    refuseFile(folder);
    Files.delete(Files.createFile(beside(folder.resolve("check"))));
  }

  private static void refuseFile(Path folder) throws IOException {
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw new NotDirectoryException(folder.toString());
    }
  }

  /** Protects a folder named by mistake, such as a home folder. */
  private static void refuseToLose(Path old, Path successor) throws IOException {
    try (Stream<Path> entries = Files.list(old)) {
      Optional<Path> lost =
          entries.filter(e -> !Files.exists(successor.resolve(e.getFileName()))).findFirst();
      if (lost.isPresent()) {
        throw new IOException(
            "it exists and holds "
                + lost.get().getFileName()
                + ", which would be lost: name another folder or empty it");
      }
    }
  }

  /** Returns an unused name; unlike with createTempFile, permissions are the usual ones. */
  private static Path beside(Path target) {
    return target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
  }

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** The root cause has the reason ("No space left on device"), the others only the place. */
  private static UncheckedIOException cannotWrite(Path path, IOException e) {
    Throwable first = e;
    while (first.getCause() != null) {
      first = first.getCause();
    }
    return new UncheckedIOException("cannot write " + path + ": " + reason(path, first), e);
  }

  /** File exceptions whose class is the reason have no message but a temporary name. */
  private static @Nullable String reason(Path path, Throwable e) {
    Path folder = path.toAbsolutePath().getParent();
    if (e instanceof FileAlreadyExistsException || e instanceof NotDirectoryException) {
      return ((FileSystemException) e).getFile() + " is a file, not a folder";
    }
    if (e instanceof AccessDeniedException) {
      return "no permission to write in " + folder;
    }
    if (e instanceof NoSuchFileException) {
      return folder + " takes no files";
    }
    if (e instanceof FileSystemException system && system.getReason() != null) {
      return system.getReason();
    }
    return e.getMessage();
  }

  /**
   * Deletes a folder of ours, which nobody else writes into, so that the races which Guava guards
   * against with {@code SecureDirectoryStream} do not arise; not all platforms have that.
   */
  private static void deleteRecursively(Path folder) throws IOException {
    if (Files.exists(folder)) {
      MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
    }
  }
}
