package io.github.geofix.models.image;

import com.twelvemonkeys.imageio.plugins.jpeg.JPEGImageReaderSpi;
import com.twelvemonkeys.imageio.plugins.tiff.BigTIFFImageReaderSpi;
import com.twelvemonkeys.imageio.plugins.tiff.TIFFImageReaderSpi;
import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import io.github.geofix.core.io.ImageReaders;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import javax.imageio.IIOException;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads photos: JPEG, PNG, WebP, TIFF, GIF and BMP files as upright RGB images.
 *
 * <ul>
 *   <li>The image is turned and mirrored as its EXIF orientation says. No other EXIF entry is
 *       looked at; above all not the position, which would give the answer away. {@link
 *       ExifPosition} reads it when a list of training photos is made.
 *   <li>Transparent pixels are composited on white. Gray becomes equal red, green and blue. CMYK is
 *       converted. 16-bit samples are rounded to 8 bits.
 *   <li>Color profiles of RGB and gray images are ignored, as Pillow and torchvision do: networks
 *       were trained on the values in the file.
 *   <li>JPEG values are those of libjpeg to within 2 levels. The chroma of lossy WebP is upsampled
 *       plainly, so values next to sharp edges of color differ from those of libwebp.
 *   <li>Of a file with several images, the first is read.
 * </ul>
 *
 * <p>The size in the header is checked before memory for the pixels is taken. Every failure, be it
 * a missing file, a cut or damaged one or one that is no image, is an {@link UncheckedIOException}
 * whose message names the file. Thread-safe.
 */
public final class Photos {

  /**
   * Limits.
   *
   * @param maxPixels largest width times height that is decoded; a decoded pixel takes 3 bytes
   */
  public record Options(long maxPixels) {
    /** More does not fit into one Java array. */
    private static final long LARGEST = (Integer.MAX_VALUE - 8) / 3;

    /** Checks that the limit is positive and not above 715 million. */
    public Options {
      if (maxPixels < 1 || maxPixels > LARGEST) {
        throw new IllegalArgumentException(
            "maxPixels " + maxPixels + " is not within 1 to " + LARGEST);
      }
    }

    /** At most 100 million pixels. */
    public static Options defaults() {
      return new Options(100_000_000);
    }

    /** Returns a copy with another limit. */
    public Options withMaxPixels(long newMaxPixels) {
      return new Options(newMaxPixels);
    }
  }

  /**
   * The JDK's JPEG and TIFF readers refuse CMYK and other kinds that cameras and scanners write.
   */
  private static final ImageReaders READERS =
      ImageReaders.preferring(
          List.of(
              new JPEGImageReaderSpi(),
              new TIFFImageReaderSpi(),
              new BigTIFFImageReaderSpi(),
              new WebPImageReaderSpi()));

  private Photos() {}

  /**
   * Reads a photo with default limits.
   *
   * @return an image of type {@link BufferedImage#TYPE_3BYTE_BGR}
   * @throws UncheckedIOException if the file is missing, too large, damaged or no image
   */
  public static BufferedImage read(Path file) {
    return read(file, Options.defaults());
  }

  /**
   * Reads a photo.
   *
   * @return an image of type {@link BufferedImage#TYPE_3BYTE_BGR}
   * @throws UncheckedIOException if the file is missing, too large, damaged or no image
   */
  public static BufferedImage read(Path file, Options options) {
    return decode(bytes(file, options.maxPixels()), file.toString(), options);
  }

  /**
   * Decodes the bytes of a photo's file.
   *
   * @param name how the photo is called in an error
   * @return an image of type {@link BufferedImage#TYPE_3BYTE_BGR}
   * @throws UncheckedIOException if the photo is too large, damaged or no image
   */
  public static BufferedImage decode(byte[] bytes, String name, Options options) {
    if (bytes.length == 0) {
      throw failure(name, "the file is empty", null);
    }
    try {
      BufferedImage image = Pixels.bgr(pixels(ColorProfile.hidden(bytes), options));
      return Orientation.of(bytes).apply(image);
    } catch (Refusal e) {
      throw failure(name, reason(e), e);
    } catch (IOException | RuntimeException e) {
      throw failure(
          name,
          "the file is damaged, cut short or of an unusual kind ("
              + reason(e)
              + "): copy it again, or save it as a plain JPEG or PNG",
          e);
    }
  }

  /**
   * Decodes a photo from a stream.
   *
   * @param in read to its end, or to the most bytes that a photo of {@code maxPixels} can take; not
   *     closed
   * @param name how the photo is called in an error
   * @return an image of type {@link BufferedImage#TYPE_3BYTE_BGR}
   * @throws UncheckedIOException if reading fails, or the photo is too large, damaged or no image
   */
  public static BufferedImage decode(InputStream in, String name, Options options) {
    long limit = mostBytes(options.maxPixels());
    byte[] bytes;
    try {
      bytes = in.readNBytes((int) limit);
      if (bytes.length == limit && in.read() >= 0) {
        throw tooManyBytes(name, "more than " + limit, options.maxPixels());
      }
    } catch (IOException e) {
      throw failure(name, reason(e), e);
    }
    return decode(bytes, name, options);
  }

  private static long mostBytes(long maxPixels) {
    // Uncompressed RGBA of 16 bits takes 8 bytes a pixel; the rest is for metadata.
    return Math.min(Integer.MAX_VALUE - 8, 8 * maxPixels + (64 << 20));
  }

  private static UncheckedIOException tooManyBytes(String name, String bytes, long maxPixels) {
    return failure(
        name,
        "it has "
            + bytes
            + " bytes, more than any photo of "
            + maxPixels
            + " pixels: make it smaller or raise maxPixels",
        null);
  }

  /** Reads a whole file that could hold a photo of {@code maxPixels} pixels. */
  static byte[] bytes(Path file, long maxPixels) {
    long limit = mostBytes(maxPixels);
    try {
      if (Files.isDirectory(file)) {
        throw failure(file.toString(), "it is a folder", null);
      }
      try (InputStream in = Files.newInputStream(file)) {
        if (Files.size(file) <= limit) {
          return in.readNBytes((int) limit);
        }
      }
      throw tooManyBytes(file.toString(), Long.toString(Files.size(file)), maxPixels);
    } catch (NoSuchFileException e) {
      throw failure(file.toString(), "there is no such file", e);
    } catch (AccessDeniedException e) {
      throw failure(file.toString(), "you are not allowed to read it", e);
    } catch (IOException e) {
      throw failure(file.toString(), reason(e), e);
    }
  }

  private static BufferedImage pixels(byte[] bytes, Options options) throws IOException {
    checkWebpLength(bytes);
    try (ImageInputStream in = new FileBytes(bytes)) {
      ImageReader reader =
          READERS
              .find(in)
              .orElseThrow(() -> new Refusal("not a JPEG, PNG, WebP, TIFF, GIF or BMP image"));
      try {
        reader.setInput(in, true, true);
        long width = reader.getWidth(0);
        long height = reader.getHeight(0);
        if (width * height > options.maxPixels()) {
          throw new Refusal(
              width
                  + " x "
                  + height
                  + " pixels, more than the "
                  + options.maxPixels()
                  + " allowed: make it smaller or raise maxPixels");
        }
        // The JPEG decoder fills what is missing with gray and only warns.
        AtomicReference<@Nullable String> loss = new AtomicReference<>();
        reader.addIIOReadWarningListener(
            (source, warning) -> {
              if (warning.startsWith("Truncated File") || warning.contains("premature end")) {
                loss.compareAndSet(null, warning);
              }
            });
        BufferedImage image = reader.read(0);
        String warning = loss.get();
        if (warning != null) {
          throw new IIOException(warning);
        }
        return image;
      } finally {
        reader.dispose();
      }
    }
  }

  /** The WebP decoder takes what is missing for zeros. */
  private static void checkWebpLength(byte[] bytes) throws IOException {
    if (bytes.length >= 12 && new String(bytes, 0, 4, StandardCharsets.US_ASCII).equals("RIFF")) {
      long length = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(4) & 0xffffffffL;
      if (bytes.length < 8 + length) {
        throw new IIOException((8 + length - bytes.length) + " bytes are missing");
      }
    }
  }

  static UncheckedIOException failure(String name, String reason, @Nullable Exception cause) {
    String message = "cannot read photo " + name + ": " + reason;
    return new UncheckedIOException(message, new IOException(message, cause));
  }

  private static String reason(Exception e) {
    String message = e.getMessage();
    return message == null || message.isBlank() ? e.getClass().getSimpleName() : message;
  }

  /** A photo that is whole but does not fit. */
  private static final class Refusal extends IOException {
    private static final long serialVersionUID = 1L;

    Refusal(String reason) {
      super(reason);
    }
  }
}
