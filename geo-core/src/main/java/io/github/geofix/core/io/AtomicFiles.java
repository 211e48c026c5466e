package io.github.geofix.core.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Files and folders that appear whole or not at all: written under a temporary name beside the
 * target, then renamed. A reader never sees half of one, and a failed write leaves the old one.
 */
public final class AtomicFiles {

  /** Writes content to the path it is given. */
  @FunctionalInterface
  public interface Content {
    /** Writes all of the content. */
    void writeTo(Path temporary) throws IOException;
  }

  /** The folders being written. Whoever takes one out may move or delete it, nobody else. */
  private static final Set<Path> UNFINISHED = ConcurrentHashMap.newKeySet();

  private AtomicFiles() {}

  /**
   * Lets the end of this process, be it by Ctrl-C, delete folders that are half written; they would
   * stay behind. For programs to call once, at their start. Files are left to those who write them:
   * a training that is stopped still writes its last checkpoint.
   */
  public static void cleanUpAtExit() {
    Runtime.getRuntime().addShutdownHook(new Thread(AtomicFiles::deleteUnfinished, "clean-up"));
  }

  private static void deleteUnfinished() {
    for (Path temporary : List.copyOf(UNFINISHED)) {
      if (UNFINISHED.remove(temporary)) {
        try {
          // Under another name nobody goes on writing into it.
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
   * Takes a folder from those that may be deleted; if it was, what else went wrong says nothing.
   */
  private static void finish(Path temporary) throws IOException {
    if (!UNFINISHED.remove(temporary)) {
      throw new IOException("the process was stopped");
    }
  }

  /**
   * Writes a file, replacing an older one only when the new one is complete.
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
   * Writes a folder, replacing an older one only when the new one is complete, and only if all that
   * the older one holds has a successor of the same name.
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
          // A folder cannot be renamed onto a full one: the old one steps aside for a moment.
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
      // A file inside is named by its temporary path, which means nothing to the reader.
      throw cannotWrite(folder, Objects.requireNonNull(e.getCause()));
    } catch (IOException e) {
      throw cannotWrite(folder, e);
    }
  }

  /**
   * Refuses a file that {@link #write} could not write, so that long work does not end in vain:
   * makes an empty file in the nearest folder that there is, and deletes it.
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
   * Refuses a folder that {@link #writeFolder} could not write, as {@link #check} does. Whether all
   * that an older one holds has a successor is found out later.
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

  /** A folder named by mistake, a home folder say, must not be swept away. */
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

  /** A fresh name; unlike createTempFile, what is created under it gets the usual permissions. */
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

  /** The first cause says what went wrong ("No space left on device"), the others only where. */
  private static UncheckedIOException cannotWrite(Path path, IOException e) {
    Throwable first = e;
    while (first.getCause() != null) {
      first = first.getCause();
    }
    return new UncheckedIOException("cannot write " + path + ": " + reason(path, first), e);
  }

  /** The exceptions of files carry no reason where their class tells it, only a temporary name. */
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

  private static void deleteRecursively(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e)
              throws IOException {
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
