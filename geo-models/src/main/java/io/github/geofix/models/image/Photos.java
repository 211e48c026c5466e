package io.github.geofix.models.image;

import com.google.common.base.Throwables;
import io.github.geofix.core.Manifest;
import io.github.geofix.core.Photo;
import io.github.geofix.core.PhotoSource;
import io.github.geofix.core.internal.InputFiles;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads photos: JPEG, PNG, WebP, TIFF, GIF and BMP files as upright RGB images.
 *
 * <ul>
 *   <li>The image is turned and mirrored by its EXIF orientation, or that of its XMP where there is
 *       no EXIF. Metadata is read in JPEG, PNG, WebP and TIFF. No other EXIF entry is read; above
 *       all not the position, which would give the answer away. {@link Exif#position} reads it when
 *       a list of training photos is made.
 *   <li>Transparent pixels are composited on white, and so is what the first frame of a GIF or a
 *       WebP leaves of its canvas. Gray becomes equal red, green and blue. CMYK is converted.
 *       Samples of 16, 24 and 32 bits are rounded to 8 bits; signed and floating-point ones, which
 *       have no range of their own, are refused.
 *   <li>Color profiles of RGB and gray images are ignored, as Pillow and torchvision do: networks
 *       were trained on the values in the file.
 *   <li>JPEG values are those of libjpeg to within 2 levels, WebP's are those of libwebp.
 *   <li>Of a file with several images, and of an animation, the first is read.
 * </ul>
 *
 * <p>Photos may come from strangers, see {@link Photo.Limits#server()}. The sizes in the header are
 * checked against the limits before memory is allocated, and the scans of a progressive JPEG are
 * counted: at most 100, and at most 40 times maxPixels in all of them. Every failure, be it a
 * missing file, a cut or damaged one, one that is no image or one that there is too little memory
 * for, is an {@link UncheckedIOException} whose message names the file. Thread-safe.
 */
public final class Photos {

  /** What raises a limit on the command line, named by every message of one. */
  static final String OPTION = " (--max-megapixels)";

  private Photos() {}

  /**
   * Reads a photo with default limits.
   *
   * @return an image of type {@link BufferedImage#TYPE_3BYTE_BGR}
   * @throws UncheckedIOException if the file is missing, too large, damaged or no image
   */
  public static BufferedImage read(Path file) {
    return read(file, Photo.Limits.defaults());
  }

  /**
   * Reads a photo.
   *
   * @return an image of type {@link BufferedImage#TYPE_3BYTE_BGR}
   * @throws UncheckedIOException if the file is missing, too large, damaged or no image
   */
  public static BufferedImage read(Path file, Photo.Limits limits) {
    return decode(bytes(file, limits), file.toString(), limits);
  }

  /** Returns the photos of a manifest, decoded on each request, with default limits. */
  public static PhotoSource source(Manifest manifest) {
    return source(manifest, Photo.Limits.defaults());
  }

  /**
   * Returns the photos of a manifest, decoded on each request. A photo that is missing, beyond the
   * limits, damaged or no image is an {@link UncheckedIOException} of that request.
   */
  public static PhotoSource source(Manifest manifest, Photo.Limits limits) {
    return new ManifestPhotos(manifest, limits);
  }

  private record ManifestPhotos(Manifest manifest, Photo.Limits limits) implements PhotoSource {
    @Override
    public int size() {
      return manifest.size();
    }

    @Override
    public LabeledPhoto photo(int epoch, int index) {
      Manifest.Entry entry = manifest.entries().get(index);
      return new LabeledPhoto(
          read(entry.image(), limits), entry.latLng(), Optional.of(entry.image()));
    }
  }

  /**
   * Decodes the bytes of a photo's file.
   *
   * @param name how the photo is called in an error
   * @return an image of type {@link BufferedImage#TYPE_3BYTE_BGR}
   * @throws UncheckedIOException if the photo is too large, damaged or no image
   */
  public static BufferedImage decode(byte[] bytes, String name, Photo.Limits limits) {
    if (bytes.length == 0) {
      throw failure(name, "the file is empty", null);
    }
    if (bytes.length > limits.maxFileBytes()) {
      throw tooLarge(name, bytes.length, limits);
    }
    try {
      return new PhotoDecoder(bytes, limits).decode();
    } catch (PhotoDecoder.Refusal e) {
      throw failure(name, reason(e), e);
    } catch (LinkageError | InternalError e) {
      // A class or a native library of a reader cannot be loaded, or it fails in itself.
      throw failure(name, "its reader does not work here (" + reason(e) + ")", e);
    } catch (IOException | RuntimeException | StackOverflowError | OutOfMemoryError e) {
      throw failure(
          name,
          isOutOfMemory(e)
              ? String.format(
                  Locale.ROOT,
                  "too little memory to decode it: Java may use %d MB. Make it smaller, or start"
                      + " Java with more, such as -Xmx4g",
                  Runtime.getRuntime().maxMemory() >> 20)
              : "the file is damaged, cut short or of an unusual kind ("
                  + reason(e)
                  + "): copy it again, or save it as a plain JPEG or PNG",
          e);
    }
  }

  /** The JDK's reader of PNG wraps whatever it fails with. */
  private static boolean isOutOfMemory(Throwable e) {
    return Throwables.getRootCause(e) instanceof OutOfMemoryError;
  }

  /**
   * Decodes a photo from a stream.
   *
   * @param in read to its end, or to the limit of bytes; not closed
   * @param name how the photo is called in an error
   * @return an image of type {@link BufferedImage#TYPE_3BYTE_BGR}
   * @throws UncheckedIOException if reading fails, or the photo is too large, damaged or no image
   */
  public static BufferedImage decode(InputStream in, String name, Photo.Limits limits) {
    return decode(bytes(in, name, limits), name, limits);
  }

  /** Reads a whole file within the limits. */
  static byte[] bytes(Path file, Photo.Limits limits) {
    String name = file.toString();
    try {
      try (InputStream in = Files.newInputStream(InputFiles.find(file))) {
        if (Files.size(file) > limits.maxFileBytes()) {
          throw tooLarge(name, Files.size(file), limits);
        }
        return bytes(in, name, limits);
      }
    } catch (NoSuchFileException e) {
      throw failure(name, "there is no such file", e);
    } catch (AccessDeniedException e) {
      throw failure(name, "you are not allowed to read it", e);
    } catch (IOException e) {
      throw failure(name, InputFiles.reason(e), e);
    }
  }

  private static byte[] bytes(InputStream in, String name, Photo.Limits limits) {
    try {
      // With one byte more than allowed a file that is too large differs from one that just fits.
      byte[] bytes = in.readNBytes((int) limits.maxFileBytes() + 1);
      if (bytes.length > limits.maxFileBytes()) {
        throw failure(
            name,
            "it has more than the "
                + limits.maxFileBytes()
                + " bytes allowed: make it smaller or raise maxFileBytes"
                + OPTION,
            null);
      }
      return bytes;
    } catch (IOException e) {
      throw failure(name, reason(e), e);
    } catch (OutOfMemoryError e) {
      throw failure(name, "too little memory to read it", e);
    }
  }

  private static UncheckedIOException tooLarge(String name, long bytes, Photo.Limits limits) {
    return failure(
        name,
        "the file has "
            + bytes
            + " bytes, more than the "
            + limits.maxFileBytes()
            + " allowed: make it smaller or raise maxFileBytes"
            + OPTION,
        null);
  }

  static UncheckedIOException failure(String name, String reason, @Nullable Throwable cause) {
    String message = "cannot read photo " + name + ": " + reason;
    return new UncheckedIOException(message, new IOException(message, cause));
  }

  private static String reason(Throwable e) {
    String message = e.getMessage();
    return message == null || message.isBlank() ? e.getClass().getSimpleName() : message;
  }
}
