package io.github.geofix.core.internal;

import java.io.IOException;
import java.io.OutputStream;

/** A file being written, which gets its own name when it is complete. Not thread-safe. */
public interface PendingFile extends AutoCloseable {
  /** Returns a stream that appends to the file. An interrupt does not end it. */
  OutputStream stream();

  /** Overwrites bytes at the start of the file. An interrupt does not end it. */
  void writeStart(byte[] bytes) throws IOException;

  /**
   * Replaces the older file, on the disk too: from now on, a loss of power leaves the new one.
   *
   * @throws java.io.UncheckedIOException if that fails; the older file is then unchanged
   */
  void commit();

  /**
   * Ends the writing, without the file unless it was committed.
   *
   * @throws java.io.UncheckedIOException if that fails
   */
  @Override
  void close();
}
