package io.github.geofix.core.internal.webp;

import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBufferByte;
import java.awt.image.DataBufferInt;
import java.awt.image.DirectColorModel;
import java.awt.image.Raster;
import java.util.Optional;
import javax.imageio.IIOException;

/**
 * A still picture: the one of a file, or a frame of an animation.
 *
 * @param chunk its colors
 * @param alpha of a lossy picture
 */
record WebpPicture(
    WebpChunk chunk, boolean isLossless, int width, int height, Optional<WebpChunk> alpha) {

  /**
   * Finds a picture.
   *
   * @param parent the chunk that it is in
   * @param offset of the first chunk within that
   * @throws IIOException if there is none
   */
  static WebpPicture within(byte[] file, WebpChunk parent, int offset) throws IIOException {
    Optional<WebpChunk> lossy = parent.findWithin(file, offset, "VP8 ");
    Optional<WebpChunk> lossless = parent.findWithin(file, offset, "VP8L");
    Optional<WebpChunk> alpha = parent.findWithin(file, offset, "ALPH");
    boolean isLossless =
        lossless.isPresent() && (lossy.isEmpty() || lossless.get().start() < lossy.get().start());
    WebpChunk chunk =
        (isLossless ? lossless : lossy)
            .orElseThrow(() -> new IIOException("there is no picture in the file"));
    int[] size = isLossless ? Vp8lDecoder.size(file, chunk) : Vp8Header.size(file, chunk);
    return new WebpPicture(
        chunk, isLossless, size[0], size[1], isLossless ? Optional.empty() : alpha);
  }

  /** Returns the most memory that decoding takes, the image included. */
  double bytesPerPixel() {
    // Lossless: the colors; parameters of transforms, or packed indices; prefix codes. Lossy: the
    // components, then the image.
    return isLossless ? 4 + 2 + 2 : alpha.isPresent() ? 4 + 2 + 2 + 1 : 1.5 + 3;
  }

  BufferedImage decode(byte[] file) throws IIOException {
    if (!isLossless) {
      byte[] transparency =
          alpha.isPresent() ? WebpAlpha.decode(file, alpha.get(), width, height) : new byte[0];
      return Vp8Decoder.decode(file, chunk, transparency);
    }
    int[] argb = Vp8lDecoder.decode(file, chunk, Vp8lDecoder.HEADER_BYTES, width, height);
    int common = -1;
    for (int pixel : argb) {
      common &= pixel;
    }
    return common >>> 24 == 0xff ? opaque(argb) : transparent(argb);
  }

  private BufferedImage transparent(int[] argb) {
    DirectColorModel colors = (DirectColorModel) ColorModel.getRGBdefault();
    DataBufferInt buffer = new DataBufferInt(argb, argb.length);
    int[] masks = colors.getMasks();
    return new BufferedImage(
        colors, Raster.createPackedRaster(buffer, width, height, width, masks, null), false, null);
  }

  private BufferedImage opaque(int[] argb) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
    byte[] bgr = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
    int to = 0;
    for (int pixel : argb) {
      bgr[to++] = (byte) pixel;
      bgr[to++] = (byte) (pixel >> 8);
      bgr[to++] = (byte) (pixel >> 16);
    }
    return image;
  }
}
