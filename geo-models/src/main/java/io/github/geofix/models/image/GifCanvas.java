package io.github.geofix.models.image;

import io.github.geofix.models.internal.image.Pixels;
import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/**
 * The canvas of a GIF, of which the first frame may cover a part (GIF89a, sections 18 and 20). As
 * in browsers, the rest is transparent. A frame that reaches beyond the canvas makes it larger.
 *
 * @param left the column of the frame
 * @param top the row of the frame
 */
record GifCanvas(int width, int height, int left, int top) {
  private static final int SCREEN_BYTES = 13;
  private static final int FRAME_BYTES = 9;
  private static final byte EXTENSION = '!';
  private static final byte FRAME = ',';
  private static final byte WHITE = (byte) 0xff;

  /** Returns the canvas of a file; empty if it is no GIF or is cut short. */
  static Optional<GifCanvas> of(byte[] file) {
    if (!MetadataBlocks.startsWith(file, 0, MetadataBlocks.ascii("GIF8"))
        || file.length < SCREEN_BYTES) {
      return Optional.empty();
    }
    ByteBuffer gif = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    int flags = file[10];
    int at = SCREEN_BYTES + ((flags & 0x80) != 0 ? 3 << (1 + (flags & 7)) : 0);
    while (at + 2 < file.length && file[at] == EXTENSION) {
      // Blocks, each after its length, until one of length 0.
      for (at += 2; at < file.length && file[at] != 0; ) {
        at += 1 + (file[at] & 0xff);
      }
      at++;
    }
    if (at + FRAME_BYTES > file.length || file[at] != FRAME) {
      return Optional.empty();
    }
    int left = gif.getShort(at + 1) & 0xffff;
    int top = gif.getShort(at + 3) & 0xffff;
    return Optional.of(
        new GifCanvas(
            Math.max(gif.getShort(6) & 0xffff, left + (gif.getShort(at + 5) & 0xffff)),
            Math.max(gif.getShort(8) & 0xffff, top + (gif.getShort(at + 7) & 0xffff)),
            left,
            top));
  }

  /** Returns the canvas with a frame of {@link Pixels} on it; the frame if that covers it. */
  BufferedImage around(BufferedImage frame) {
    if (frame.getWidth() == width && frame.getHeight() == height) {
      return frame;
    }
    BufferedImage image = Pixels.create(width, height);
    byte[] to = Pixels.bytes(image);
    Arrays.fill(to, WHITE);
    byte[] from = Pixels.bytes(frame);
    int row = 3 * Math.min(frame.getWidth(), width - left);
    for (int y = 0; y < Math.min(frame.getHeight(), height - top); y++) {
      System.arraycopy(from, 3 * frame.getWidth() * y, to, 3 * (width * (top + y) + left), row);
    }
    return image;
  }
}
