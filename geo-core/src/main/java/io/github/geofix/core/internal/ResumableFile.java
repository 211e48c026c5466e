package io.github.geofix.core.internal;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/**
 * A file whose writing continues after the process ended: it grows as {@code FILE.partial}, and
 * {@code FILE.partial.json} has the length and state at the last {@link #save}. What was written
 * later is dropped. Only one process at a time writes a file.
 */
public final class ResumableFile extends PendingFile {
  /** The most bytes of a state that is read. */
  private static final long MOST_STATE = 1 << 20;

  private final Path target;
  private final Path partial;
  private final Path progress;
  private JsonObject state = new JsonObject();

  private ResumableFile(Path target, Path partial, RandomAccessFile file) {
    super(file);
    this.target = target;
    this.partial = partial;
    progress = partial.resolveSibling(partial.getFileName() + ".json");
  }

  /**
   * Begins to write a file, or continues where the last save was.
   *
   * @throws UncheckedIOException if it cannot be written, or another process is writing it
   */
  public static ResumableFile of(Path target) {
    Path whole = target.toAbsolutePath();
    Path partial = whole.resolveSibling(whole.getFileName() + ".partial");
    try {
      Replacement.refuseOthers(whole);
      Replacement.refuseOthers(partial);
      Durable.createFolders(Objects.requireNonNull(whole.getParent()));
      RandomAccessFile file = new RandomAccessFile(partial.toFile(), "rw");
      ResumableFile opened = new ResumableFile(target, partial, file);
      try {
        opened.lock();
        opened.rewind();
        return opened;
      } catch (IOException | RuntimeException e) {
        file.close();
        throw e;
      }
    } catch (IOException e) {
      throw AtomicFiles.cannotWrite(target, e);
    }
  }

  private void lock() throws IOException {
    boolean locked;
    try {
      locked = file.getChannel().tryLock() != null;
    } catch (OverlappingFileLockException e) {
      locked = false;
    } catch (IOException e) {
      return; // Not all file systems have locks.
    }
    if (!locked) {
      throw new FileSystemException(
          partial.toString(), null, "another process or thread is writing it");
    }
  }

  private void rewind() throws IOException {
    long length = 0;
    if (Files.exists(progress)) {
      JsonObject saved = StrictJson.readObject(progress, MOST_STATE);
      long bytes = saved.has("bytes") ? saved.get("bytes").getAsLong() : 0;
      if (bytes > 0 && bytes <= file.length() && saved.get("state") instanceof JsonObject known) {
        length = bytes;
        state = known;
      }
    }
    file.setLength(length);
    file.seek(length);
  }

  /** Returns what the last save was given; empty if the file is begun. */
  public JsonObject state() {
    return state;
  }

  /**
   * Keeps what was written so far: from now on, a loss of power leaves it.
   *
   * @param newState what the writing needs to continue from here
   */
  public void save(JsonObject newState) throws IOException {
    file.getFD().sync();
    JsonObject saved = new JsonObject();
    saved.addProperty("bytes", file.getFilePointer());
    saved.add("state", newState);
    AtomicFiles.writeString(progress, StrictJson.print(saved));
    state = newState;
  }

  @Override
  public void commit() {
    try {
      file.getFD().sync();
      if (Durable.isWindows()) {
        // It renames no open files.
        file.close();
      }
      Durable.move(partial, target.toAbsolutePath(), true);
      Files.deleteIfExists(progress);
    } catch (IOException e) {
      throw AtomicFiles.cannotWrite(target, e);
    }
  }

  /** Keeps what was saved, for the next {@link #of}; deletes the file if nothing was. */
  @Override
  public void close() {
    try (file) {
      if (!Files.exists(progress)) {
        Files.deleteIfExists(partial);
      }
    } catch (IOException e) {
      throw AtomicFiles.cannotWrite(target, e);
    }
  }
}
