package io.github.geofix.models.image;

import java.io.IOException;
import javax.imageio.IIOException;
import javax.imageio.stream.ImageInputStreamImpl;

/**
 * The bytes of a file as an image stream. Decoders that take missing data for zeros would go on for
 * minutes and fill the heap over a damaged file of a hundred bytes, so reading far past the end
 * fails.
 */
final class FileBytes extends ImageInputStreamImpl {
  /** Decoders look ahead, and each format's detector may run into the end of a tiny file. */
  private static final int MAX_READS_PAST_END = 1000;

  private final byte[] bytes;
  private int readsPastEnd;

  FileBytes(byte[] bytes) {
    this.bytes = bytes;
  }

  @Override
  public int read() throws IOException {
    checkClosed();
    bitOffset = 0;
    if (streamPos >= bytes.length) {
      return pastEnd();
    }
    return bytes[(int) streamPos++] & 0xff;
  }

  @Override
  public int read(byte[] to, int offset, int length) throws IOException {
    checkClosed();
    bitOffset = 0;
    if (length == 0) {
      return 0;
    }
    if (streamPos >= bytes.length) {
      return pastEnd();
    }
    int count = (int) Math.min(length, bytes.length - streamPos);
    System.arraycopy(bytes, (int) streamPos, to, offset, count);
    streamPos += count;
    return count;
  }

  private int pastEnd() throws IOException {
    if (++readsPastEnd > MAX_READS_PAST_END) {
      throw new IIOException("the data ends too early");
    }
    return -1;
  }

  @Override
  public long length() {
    return bytes.length;
  }

  @Override
  public boolean isCached() {
    return true;
  }

  @Override
  public boolean isCachedMemory() {
    return true;
  }
}
