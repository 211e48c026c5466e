package io.github.geofix.core.internal;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Atomic replacement of files and folders: writes to a temporary name beside the target, then
 * renames. Readers never read a partial file, a failed write leaves the old one unchanged, and a
 * process killed at any moment leaves the old or the new one. What it left behind is removed by the
 * next write in the folder. All is written through to the disk.
 *
 * <p>No system replaces a folder in one rename. A process killed between the two leaves both
 * versions under hidden names; {@link #recover}, which opening a path calls, and the next write
 * complete the replacement.
 */
public final class AtomicFiles {

  /** Writes the content of a file. */
  @FunctionalInterface
  public interface Content {
    /** Writes all of the content to a file that is empty. */
    void writeTo(FileChannel out) throws IOException;
  }

  /** Writes the content of a text file. */
  @FunctionalInterface
  public interface Text {
    /** Writes all of the content; closing the writer is allowed. */
    void writeTo(Writer out) throws IOException;
  }

  /** Writes the files of a folder. */
  @FunctionalInterface
  public interface FolderContent {
    /** Writes all files into a folder that is empty. */
    void writeTo(Path folder) throws IOException;
  }

  /** The folders being written. Only the thread that removes one may move or delete it. */
  private static final Set<TemporaryName> UNFINISHED = ConcurrentHashMap.newKeySet();

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
    for (TemporaryName name : List.copyOf(UNFINISHED)) {
      if (UNFINISHED.remove(name)) {
        try {
          // Renamed first, so that no thread writes into it any more.
          Files.move(name.temporary(), name.replaced());
          Leftovers.delete(name.replaced());
          Files.deleteIfExists(name.lock());
        } catch (IOException e) {
          // The next write in the folder removes it.
        }
      }
    }
  }

  /**
   * Unregisters a temporary folder. If the shutdown hook has already deleted it, any other failure
   * is a consequence.
   */
  private static void finish(TemporaryName name) throws IOException {
    if (!UNFINISHED.remove(name)) {
      throw new IOException("the process was stopped");
    }
  }

  /**
   * Writes a file, replacing an older one only once the new one is complete.
   *
   * @throws UncheckedIOException if writing fails; nothing is left behind
   */
  public static void write(Path file, Content content) {
    write(file, true, replacement -> content.writeTo(replacement.channel()));
  }

  /** Writes a file in UTF-8, as {@link #write} does. */
  public static void writeText(Path file, Text content) {
    write(
        file,
        true,
        replacement -> {
          try (Writer out =
              new BufferedWriter(
                  new OutputStreamWriter(
                      replacement.stream(), StandardCharsets.UTF_8.newEncoder()))) {
            content.writeTo(out);
          } catch (UncheckedIOException e) {
            throw Objects.requireNonNull(e.getCause());
          }
        });
  }

  /** Writes a text in UTF-8, as {@link #write} does. */
  public static void writeString(Path file, String text) {
    writeText(file, out -> out.write(text));
  }

  /**
   * Writes a file that can be made again, such as one of a cache: as {@link #write}, but does not
   * wait for the disk. A loss of power may leave it damaged.
   */
  public static void writeCached(Path file, byte[] bytes) {
    write(file, false, replacement -> replacement.stream().write(bytes));
  }

  private interface Writing {
    void writeTo(Replacement replacement) throws IOException;
  }

  private static void write(Path file, boolean durable, Writing writing) {
    try (Replacement replacement = Replacement.begin(file)) {
      writing.writeTo(replacement);
      replacement.commit(durable);
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
  public static void writeFolder(Path folder, FolderContent content) {
    writeFolder(folder, Set.of(), content);
  }

  /**
   * As {@link #writeFolder(Path, FolderContent)}, where some entries of the older folder may be
   * dropped.
   *
   * @param dropped the names that the new folder need not have
   */
  public static void writeFolder(Path folder, Set<String> dropped, FolderContent content) {
    try {
      refuseFile(folder);
      Path parent = Objects.requireNonNull(folder.toAbsolutePath().getParent());
      Durable.createFolders(parent);
      Leftovers.remove(parent);
      while (!writeOnce(folder, dropped, content)) {
        // Another process took the lock for a leftover before it was held.
      }
    } catch (UncheckedIOException e) {
      // The message has a temporary path, which is meaningless to the user.
      throw cannotWrite(folder, Objects.requireNonNull(e.getCause()));
    } catch (IOException e) {
      throw cannotWrite(folder, e);
    }
  }

  private static boolean writeOnce(Path folder, Set<String> dropped, FolderContent content)
      throws IOException {
    TemporaryName name = TemporaryName.begin(folder);
    try (RandomAccessFile lock = Replacement.createLocked(name.lock())) {
      if (lock == null) {
        return false;
      }
      fill(name, content);
      try {
        replaceWith(folder, dropped, name);
      } finally {
        Leftovers.removeParts(name);
      }
      return true;
    } finally {
      Files.deleteIfExists(name.lock());
      name.end();
    }
  }

  private static void fill(TemporaryName name, FolderContent content) throws IOException {
    Files.createDirectory(name.temporary());
    UNFINISHED.add(name);
    boolean complete = false;
    try {
      content.writeTo(name.temporary());
      complete = true;
    } finally {
      finish(name);
      if (!complete) {
        Leftovers.removeParts(name);
      }
    }
  }

  private static void replaceWith(Path folder, Set<String> dropped, TemporaryName name)
      throws IOException {
    Durable.syncTree(name.temporary());
    boolean done = false;
    while (!done) {
      refuseFile(folder);
      done = Files.exists(folder) ? replace(folder, dropped, name) : create(folder, name);
    }
  }

  /** Returns false if another process has just written the folder, too. */
  private static boolean create(Path folder, TemporaryName name) throws IOException {
    try {
      Durable.move(name.temporary(), folder, true);
      return true;
    } catch (IOException e) {
      if (Files.exists(folder)) {
        return false;
      }
      throw e;
    }
  }

  /** Returns false if another process has just written the folder, too. */
  private static boolean replace(Path folder, Set<String> dropped, TemporaryName name)
      throws IOException {
    refuseToLose(folder, dropped, name.temporary());
    Durable.move(name.temporary(), name.complete(), true);
    try {
      // A folder cannot be renamed onto a non-empty one, so the old one is moved aside.
      Durable.move(folder, name.replaced(), true);
    } catch (NoSuchFileException e) {
      Durable.move(name.complete(), name.temporary(), true);
      return false;
    }
    try {
      Durable.move(name.complete(), folder, true);
      return true;
    } catch (IOException e) {
      if (!Files.exists(name.complete())) {
        // A reader has completed the replacement.
        return true;
      }
      if (Files.exists(folder)) {
        Durable.move(name.complete(), name.temporary(), true);
        Leftovers.delete(name.replaced());
        return false;
      }
      Durable.move(name.replaced(), folder, true);
      throw e;
    }
  }

  /**
   * Completes the replacement of a file's folder, or of one above it, that was killed between its
   * renames. For readers that find no such path; does nothing if nothing is to be recovered.
   */
  public static void recover(Path path) {
    Path missing = path.toAbsolutePath();
    if (Files.exists(missing)) {
      return;
    }
    while (missing.getParent() != null && !Files.exists(missing.getParent())) {
      missing = missing.getParent();
    }
    try {
      Leftovers.recover(missing);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot recover "
              + missing
              + ", whose replacement was stopped; both versions are beside it under hidden names: "
              + e.getMessage(),
          e);
    }
  }

  /**
   * Removes what writes of killed processes left in a folder, as every write does. Those of running
   * processes stay.
   */
  public static void removeLeftovers(Path folder) {
    Leftovers.remove(folder);
  }

  /**
   * Checks that {@link #write} can write a file, to fail before long work: creates an empty file in
   * the nearest existing folder, and deletes it.
   *
   * @throws UncheckedIOException if the file cannot be written
   */
  public static void check(Path file) {
    try {
      Replacement.refuseOthers(file);
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
    Replacement.begin(folder.resolve("check")).close();
  }

  private static void refuseFile(Path folder) throws IOException {
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw new NotDirectoryException(folder.toString());
    }
  }

  /** Protects a folder named by mistake, such as a home folder. */
  private static void refuseToLose(Path old, Set<String> dropped, Path successor)
      throws IOException {
    try (Stream<Path> entries = Files.list(old)) {
      Optional<Path> lost =
          entries
              .filter(e -> !dropped.contains(e.getFileName().toString()))
              .filter(e -> !Files.exists(successor.resolve(e.getFileName())))
              .findFirst();
      if (lost.isPresent()) {
        throw new IOException(
            "it exists and holds "
                + lost.get().getFileName()
                + ", which would be lost: name another folder or empty it");
      }
    }
  }

  /** The root cause has the reason ("No space left on device"), the others only the place. */
  static UncheckedIOException cannotWrite(Path path, IOException e) {
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
}
