package io.github.geofix.core.internal.format;

import io.github.geofix.core.internal.InputFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A read-only memory-mapped file of any size. Opening takes constant time; pages are read on first
 * access.
 *
 * <p>{@link #close} unmaps at once, so the file can then be deleted or replaced, also on Windows.
 * Access to a slice after {@code close} crashes the JVM: copy the data, or hold a lock against
 * closing. Another program must not truncate the file in place while it is mapped; replacing it by
 * a rename is safe.
 *
 * <p>Any number of threads may take slices; a slice is not thread-safe.
 */
public final class MappedFile implements AutoCloseable {
  /** The longest slice: 1 GiB. */
  public static final int MAX_SLICE = 1 << 30;

  /** Shorter pieces are not worth a mapping of their own: 1 MiB. */
  private static final int MIN_MAPPED = 1 << 20;

  private final Path path;
  private final long size;
  // Window i starts at i GiB and is up to 2 GiB long, so every slice is within one window.
  private final List<MappedByteBuffer> windows;
  private final FileChannel channel;
  private boolean closed;

  private MappedFile(Path path, long size, List<MappedByteBuffer> windows, FileChannel channel) {
    this.path = path;
    this.size = size;
    this.windows = windows;
    this.channel = channel;
  }

  /**
   * Maps a file.
   *
   * @throws UncheckedIOException if it does not exist or cannot be read
   */
  public static MappedFile open(Path path) {
    List<MappedByteBuffer> windows = new ArrayList<>();
    FileChannel channel = null;
    try {
      channel = FileChannel.open(InputFiles.find(path), StandardOpenOption.READ);
      long size = channel.size();
      for (long start = 0; start < size; start += MAX_SLICE) {
        long length = Math.min(size - start, Integer.MAX_VALUE);
        windows.add(channel.map(FileChannel.MapMode.READ_ONLY, start, length));
      }
      return new MappedFile(path, size, windows, channel);
    } catch (NoSuchFileException e) {
      throw new UncheckedIOException("no such file: " + path, e);
    } catch (IOException e) {
      windows.forEach(DirectMemory::free);
      close(channel);
      throw new UncheckedIOException("cannot read " + path + ": " + InputFiles.reason(e), e);
    }
  }

  /** Returns the path that was opened. */
  public Path path() {
    return path;
  }

  /** Returns the length of the file in bytes, as it was when it was opened. */
  public long size() {
    return size;
  }

  /**
   * Returns a read-only, little-endian view; nothing is copied.
   *
   * @param offset first byte
   * @param length number of bytes, up to {@link #MAX_SLICE}
   * @throws IndexOutOfBoundsException if the slice is not within the file
   * @throws IllegalStateException after {@link #close}
   */
  public synchronized ByteBuffer slice(long offset, int length) {
    if (closed) {
      throw new IllegalStateException(path + " is closed");
    }
    Objects.checkFromIndexSize(offset, (long) length, size);
    if (length > MAX_SLICE) {
      throw new IndexOutOfBoundsException("a slice has at most " + MAX_SLICE + " bytes");
    }
    if (length == 0) {
      return ByteBuffer.allocate(0).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }
    ByteBuffer window = windows.get((int) (offset / MAX_SLICE));
    return window.slice((int) (offset % MAX_SLICE), length).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Passes a read-only, little-endian view to a reader, which must not keep it. Its pages do not
   * stay in the memory of the process, as those of {@link #slice} do until they are needed
   * elsewhere.
   *
   * @param offset first byte
   * @param length number of bytes, up to {@link #MAX_SLICE}
   * @throws IndexOutOfBoundsException if it is not within the file
   * @throws IllegalStateException after {@link #close}
   */
  public void read(long offset, int length, Consumer<ByteBuffer> reader) {
    ByteBuffer slice = slice(offset, length);
    Optional<MappedByteBuffer> pages =
        length < MIN_MAPPED ? Optional.empty() : mapped(offset, length);
    try {
      reader.accept(pages.<ByteBuffer>map(p -> p.order(ByteOrder.LITTLE_ENDIAN)).orElse(slice));
    } finally {
      pages.ifPresent(DirectMemory::free);
    }
  }

  private Optional<MappedByteBuffer> mapped(long offset, int length) {
    try {
      return Optional.of(channel.map(FileChannel.MapMode.READ_ONLY, offset, length));
    } catch (IOException e) {
      // An interrupt has closed the channel; the windows are still there.
      return Optional.empty();
    }
  }

  private static void close(@Nullable FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      // It was open for reading alone: nothing is lost.
    }
  }

  /** Unmaps the file; see the class comment. Closing again has no effect. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      windows.forEach(DirectMemory::free);
      close(channel);
    }
  }
}
