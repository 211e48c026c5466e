package io.github.geofix.core.internal.webp;

import java.util.ArrayDeque;
import java.util.Deque;
import javax.imageio.IIOException;

/** Decodes the picture that a lossless WebP is (RFC 9649, 3). */
final class Vp8lDecoder {
  /** The signature, then 14 bits of each side less one, whether there is alpha, and a version. */
  static final int HEADER_BYTES = 5;

  private static final int SIGNATURE = 0x2f;
  private static final int SIDE_BITS = 14;

  private Vp8lDecoder() {}

  /**
   * Returns the width and the height of a picture.
   *
   * @throws IIOException if it is none
   */
  static int[] size(byte[] file, WebpChunk picture) throws IIOException {
    int bytes = Math.min(HEADER_BYTES, picture.length());
    Vp8lBits in = new Vp8lBits(file, picture.start(), picture.start() + bytes);
    if (bytes < HEADER_BYTES || in.number(8) != SIGNATURE) {
      throw new IIOException("the picture is not lossless");
    }
    int[] size = {in.number(SIDE_BITS) + 1, in.number(SIDE_BITS) + 1};
    // That there is alpha is a hint only.
    in.flag();
    int version = in.number(3);
    if (version != 0) {
      throw new IIOException("the picture is of version " + version);
    }
    return size;
  }

  /**
   * Decodes a picture.
   *
   * @param offset of its transforms within the chunk, behind a header
   * @return colors 0xAARRGGBB, row by row
   * @throws IIOException if it is damaged
   */
  static int[] decode(byte[] file, WebpChunk picture, int offset, int width, int height)
      throws IIOException {
    int end = picture.start() + picture.length();
    Vp8lBits in = new Vp8lBits(file, picture.start() + offset, end);
    Deque<Vp8lTransform> transforms = new ArrayDeque<>();
    int kinds = 0;
    int packedWidth = width;
    while (in.flag()) {
      int kind = in.number(2);
      if ((kinds >> kind & 1) != 0) {
        throw new IIOException("the picture has a transform twice");
      }
      kinds |= 1 << kind;
      Vp8lTransform transform = Vp8lTransform.read(in, kind, packedWidth, height);
      packedWidth = transform.packedWidth(packedWidth);
      transforms.push(transform);
    }
    int[] pixels = Vp8lImage.read(in, packedWidth, height, true);
    for (Vp8lTransform transform : transforms) {
      pixels = transform.invert(pixels);
    }
    return pixels;
  }
}
