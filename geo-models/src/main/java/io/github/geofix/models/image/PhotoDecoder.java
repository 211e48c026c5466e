package io.github.geofix.models.image;

import com.drew.metadata.Metadata;
import com.twelvemonkeys.imageio.plugins.jpeg.JPEGImageReaderSpi;
import com.twelvemonkeys.imageio.plugins.tiff.BigTIFFImageReaderSpi;
import com.twelvemonkeys.imageio.plugins.tiff.TIFFImageReaderSpi;
import io.github.geofix.core.Photo;
import io.github.geofix.core.internal.FileKind;
import io.github.geofix.core.internal.ImageReaders;
import io.github.geofix.core.internal.webp.Webp;
import io.github.geofix.core.internal.webp.WebpChunk;
import io.github.geofix.models.internal.image.Orientation;
import io.github.geofix.models.internal.image.Pixels;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentSampleModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferInt;
import java.awt.image.SampleModel;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import javax.imageio.IIOException;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.stream.ImageInputStream;
import org.jspecify.annotations.Nullable;

/** One photo on its way from the bytes of its file to upright pixels. */
final class PhotoDecoder {
  /**
   * The JDK's JPEG and TIFF readers refuse CMYK and other kinds that cameras and scanners write.
   */
  private static final ImageReaders READERS =
      ImageReaders.preferring(
          List.of(new JPEGImageReaderSpi(), new TIFFImageReaderSpi(), new BigTIFFImageReaderSpi()));

  /** A pixel of {@link Pixels}. */
  private static final int BGR_BYTES = 3;

  /** The most scans of the largest JPEG allowed, and as many pixels in all of a smaller one. */
  private static final long MAX_FULL_SCANS = 40;

  /** The reader of TIFF makes tables of as many as the file claims. */
  private static final int MAX_SAMPLES = 64;

  private final byte[] file;
  private final Photo.Limits limits;
  private final Orientation orientation;
  private final boolean hasUnsignedSamples;
  private final long bitsPerSample;
  private final long samplesPerPixel;
  private final Optional<GifCanvas> canvas;

  PhotoDecoder(byte[] file, Photo.Limits limits) {
    this.file = file;
    this.limits = limits;
    MetadataBlocks blocks = MetadataBlocks.of(file);
    Metadata metadata = ExifTags.metadata(blocks);
    this.orientation = Orientation.of(metadata, blocks.xmp());
    Metadata ofTiff = MetadataBlocks.isTiff(file) ? metadata : new Metadata();
    this.hasUnsignedSamples = ExifTags.hasUnsignedSamples(ofTiff);
    this.bitsPerSample = ExifTags.bitsPerSample(ofTiff);
    this.samplesPerPixel = ExifTags.samplesPerPixel(ofTiff);
    this.canvas = GifCanvas.of(file);
  }

  /**
   * Decodes the photo.
   *
   * @throws Refusal if it is whole but does not fit
   * @throws IOException if it is damaged
   */
  BufferedImage decode() throws IOException {
    if (!hasUnsignedSamples) {
      throw noRange();
    }
    if (samplesPerPixel > MAX_SAMPLES) {
      throw new IIOException(samplesPerPixel + " samples a pixel");
    }
    byte[] plain = ColorProfile.hidden(file);
    BufferedImage image;
    try (ImageInputStream in = new FileBytes(plain)) {
      ImageReader reader = READERS.find(in).orElseThrow(this::notAnImage);
      try {
        reader.setInput(in, true, true);
        checkSize(reader);
        image = read(reader);
      } finally {
        reader.dispose();
      }
    }
    int samples = image.getRaster().getTransferType();
    if (samples != DataBuffer.TYPE_BYTE
        && samples != DataBuffer.TYPE_USHORT
        && samples != DataBuffer.TYPE_INT) {
      throw noRange();
    }
    if (bitsPerSample == 24
        && image.getSampleModel() instanceof ComponentSampleModel
        && image.getRaster().getDataBuffer() instanceof DataBufferInt ints) {
      widen(ints);
    }
    BufferedImage bgr = Pixels.bgr(image);
    return orientation.apply(canvas.isPresent() ? canvas.get().around(bgr) : bgr);
  }

  /** The reader keeps samples of 24 bits in 32 without scaling them. */
  private static void widen(DataBufferInt samples) {
    for (int[] bank : samples.getBankData()) {
      for (int i = 0; i < bank.length; i++) {
        bank[i] = bank[i] << 8 | bank[i] >>> 16;
      }
    }
  }

  private Refusal notAnImage() {
    return new Refusal(
        FileKind.of(file)
            .map(kind -> "it is " + kind.text())
            .orElse("not a JPEG, PNG, WebP, TIFF, GIF or BMP image"));
  }

  private static Refusal noRange() {
    return new Refusal(
        "its samples are signed or floating-point numbers, which have no black and white: convert"
            + " it, for example by gdal_translate -ot Byte -scale");
  }

  private void checkSize(ImageReader reader) throws IOException {
    long width = canvas.isPresent() ? canvas.get().width() : reader.getWidth(0);
    long height = canvas.isPresent() ? canvas.get().height() : reader.getHeight(0);
    long pixels = width * height;
    if (pixels > limits.maxPixels()) {
      throw new Refusal(
          ("%d x %d pixels, more than the %d allowed: make it smaller or raise maxPixels"
                  + Photos.OPTION)
              .formatted(width, height, limits.maxPixels()));
    }
    double pixelBytes = orientation.isUpright() ? 0 : BGR_BYTES;
    Optional<JpegHeader> jpeg = JpegHeader.of(file);
    if (jpeg.isPresent()) {
      checkScans(jpeg.get().scans(), pixels);
      int components = jpeg.get().components();
      pixelBytes += jpeg.get().coefficientBytes() + components;
      pixelBytes += components == BGR_BYTES ? 0 : BGR_BYTES;
    } else if (WebpChunk.isWebp(file)) {
      pixelBytes += Webp.of(file).bytesPerPixel();
    } else {
      SampleModel samples = type(reader).getSampleModel();
      int bits = IntStream.of(samples.getSampleSize()).sum();
      checkTiles(reader, bits);
      pixelBytes += bits / 8.0 + BGR_BYTES;
    }
    checkMemory(width, height, pixelBytes);
  }

  private static ImageTypeSpecifier type(ImageReader reader) throws IOException {
    var types = reader.getImageTypes(0);
    if (!types.hasNext()) {
      throw new IIOException("no kind of image holds its samples");
    }
    return types.next();
  }

  private void checkScans(int scans, long pixels) throws Refusal {
    if (scans > JpegHeader.MAX_SCANS || scans * pixels > MAX_FULL_SCANS * limits.maxPixels()) {
      throw new Refusal(
          scans > JpegHeader.MAX_SCANS
              ? "a JPEG of more than "
                  + JpegHeader.MAX_SCANS
                  + " scans, which would take minutes to decode: save it again"
              : "a JPEG of "
                  + scans
                  + " scans, which are too many for "
                  + pixels
                  + " pixels: save it again, make it smaller or raise maxPixels"
                  + Photos.OPTION);
    }
  }

  /** A tile, or a strip of rows, is decoded as one, however small the image is. */
  private void checkTiles(ImageReader reader, int bits) throws IOException {
    long width = reader.getTileWidth(0);
    long height = reader.getTileHeight(0);
    if (width > 1 << 16 || width * height > limits.maxPixels()) {
      checkMemory(width, height, bits / 8.0);
    }
  }

  private void checkMemory(long width, long height, double pixelBytes) throws Refusal {
    double bytes = (double) width * height * pixelBytes;
    if (bytes > limits.maxMemoryBytes()) {
      throw new Refusal(
          String.format(
              Locale.ROOT,
              "%d x %d pixels take %.0f MB to decode, more than the %.0f MB allowed: make it"
                  + " smaller or raise maxMemoryBytes"
                  + Photos.OPTION,
              width,
              height,
              bytes / (1 << 20),
              limits.maxMemoryBytes() / (double) (1 << 20)));
    }
  }

  private static BufferedImage read(ImageReader reader) throws IOException {
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
  }

  /** A photo that is whole but does not fit. */
  static final class Refusal extends IOException {
    private static final long serialVersionUID = 1L;

    Refusal(String reason) {
      super(reason);
    }
  }
}
