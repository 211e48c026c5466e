package io.github.geofix.core.internal.webp;

import java.awt.image.BufferedImage;
import java.util.Optional;
import javax.imageio.IIOException;

/**
 * A WebP image (RFC 9649), to be decoded to the pixels of libwebp: lossy or lossless, with or
 * without alpha. Of an animation it is the first frame on its canvas, of which the rest is
 * transparent. Immutable.
 */
public final class Webp {
  private static final int ANIMATION_FLAG = 2;
  private static final int EXTENDED_BYTES = 10;
  private static final int FRAME_BYTES = 16;

  private final byte[] file;
  private final WebpPicture picture;
  private final int width;
  private final int height;

  /** Where the picture lies on the canvas. */
  private final int left;

  private final int top;

  private Webp(byte[] file, WebpPicture picture, int width, int height, int left, int top) {
    this.file = file;
    this.picture = picture;
    this.width = width;
    this.height = height;
    this.left = left;
    this.top = top;
  }

  /**
   * Reads the sizes in a file, and allocates nothing.
   *
   * @param file not copied
   * @throws IIOException if it is no WebP, cut short or damaged
   */
  public static Webp of(byte[] file) throws IIOException {
    if (!WebpChunk.isWebp(file)) {
      throw new IIOException("not a WebP image");
    }
    WebpChunk.checkLengths(file);
    WebpChunk whole = new WebpChunk(0, file.length);
    Optional<WebpChunk> extended = WebpChunk.find(file, "VP8X");
    if (extended.isEmpty()) {
      WebpPicture picture = WebpPicture.within(file, whole, WebpChunk.FILE_HEADER_BYTES);
      return new Webp(file, picture, picture.width(), picture.height(), 0, 0);
    }
    int start = extended.get().start();
    if (extended.get().length() < EXTENDED_BYTES) {
      throw new IIOException("its header is cut short");
    }
    int width = 1 + Vp8Header.number(file, start + 4, 3);
    int height = 1 + Vp8Header.number(file, start + 7, 3);
    if ((file[start] & ANIMATION_FLAG) != 0) {
      return ofFrame(file, width, height);
    }
    WebpPicture picture = WebpPicture.within(file, whole, WebpChunk.FILE_HEADER_BYTES);
    checkSize(picture, width, height);
    return new Webp(file, picture, width, height, 0, 0);
  }

  /** Section 2.7.1.1. */
  private static Webp ofFrame(byte[] file, int width, int height) throws IIOException {
    WebpChunk frame =
        WebpChunk.find(file, "ANMF")
            .orElseThrow(() -> new IIOException("there is no picture in the file"));
    if (frame.length() < FRAME_BYTES) {
      throw new IIOException("its first frame is cut short");
    }
    int start = frame.start();
    int left = 2 * Vp8Header.number(file, start, 3);
    int top = 2 * Vp8Header.number(file, start + 3, 3);
    int frameWidth = 1 + Vp8Header.number(file, start + 6, 3);
    int frameHeight = 1 + Vp8Header.number(file, start + 9, 3);
    WebpPicture picture = WebpPicture.within(file, frame, FRAME_BYTES);
    checkSize(picture, frameWidth, frameHeight);
    if (left + frameWidth > width || top + frameHeight > height) {
      throw new IIOException("its first frame lies outside of its canvas");
    }
    if ((long) width * height > Integer.MAX_VALUE - 8) {
      throw new IIOException("a canvas of %d x %d pixels".formatted(width, height));
    }
    return new Webp(file, picture, width, height, left, top);
  }

  private static void checkSize(WebpPicture picture, int width, int height) throws IIOException {
    if (picture.width() != width || picture.height() != height) {
      throw new IIOException(
          "the picture has %d x %d pixels, not %d x %d"
              .formatted(picture.width(), picture.height(), width, height));
    }
  }

  /** Returns the width of the canvas. */
  public int width() {
    return width;
  }

  /** Returns the height of the canvas. */
  public int height() {
    return height;
  }

  /** Returns the most memory that {@link #decode} takes for each pixel of the canvas. */
  public double bytesPerPixel() {
    return picture.bytesPerPixel() + (isWhole() ? 0 : Integer.BYTES);
  }

  private boolean isWhole() {
    return picture.width() == width && picture.height() == height;
  }

  /**
   * Decodes the image.
   *
   * @return an image of type {@link BufferedImage#TYPE_3BYTE_BGR} if it is opaque, or else {@link
   *     BufferedImage#TYPE_4BYTE_ABGR} or {@link BufferedImage#TYPE_INT_ARGB}
   * @throws IIOException if it is damaged
   */
  public BufferedImage decode() throws IIOException {
    BufferedImage image = picture.decode(file);
    if (isWhole()) {
      return image;
    }
    BufferedImage canvas = new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB);
    int[] row = new int[picture.width()];
    for (int y = 0; y < picture.height(); y++) {
      image.getRGB(0, y, row.length, 1, row, 0, row.length);
      canvas.setRGB(left, top + y, row.length, 1, row, 0, row.length);
    }
    return canvas;
  }
}
