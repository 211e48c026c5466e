package io.github.geofix.core.internal;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;

/** A file being written, which gets its own name when it is complete. Not thread-safe. */
public abstract class PendingFile implements AutoCloseable {
  final RandomAccessFile file;

  PendingFile(RandomAccessFile file) {
    this.file = file;
  }

  /** Returns a stream that appends to the file. An interrupt does not end it. */
  public final OutputStream stream() {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        file.write(b);
      }

      @Override
      public void write(byte[] bytes, int from, int count) throws IOException {
        file.write(bytes, from, count);
      }
    };
  }

  /** Overwrites bytes at the start of the file. An interrupt does not end it. */
  public final void writeStart(byte[] bytes) throws IOException {
    file.seek(0);
    file.write(bytes);
  }

  /**
   * Replaces the older file, on the disk too: from now on, a loss of power leaves the new one.
   *
   * @throws java.io.UncheckedIOException if that fails; the older file is then unchanged
   */
  public abstract void commit();

  /**
   * Ends the writing, without the file unless it was committed.
   *
   * @throws java.io.UncheckedIOException if that fails
   */
  @Override
  public abstract void close();
}
