package io.github.geofix.core.tile;

import io.github.geofix.core.internal.Count;
import io.github.geofix.core.internal.ImageReaders;
import io.github.geofix.core.internal.InputFiles;
import io.github.geofix.core.internal.Printable;
import io.github.geofix.core.internal.geodesy.WebMercator;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.imageio.ImageReader;
import javax.imageio.plugins.tiff.BaselineTIFFTagSet;
import javax.imageio.plugins.tiff.GeoTIFFTagSet;
import javax.imageio.plugins.tiff.TIFFDirectory;
import javax.imageio.plugins.tiff.TIFFField;
import javax.imageio.stream.FileImageInputStream;
import javax.imageio.stream.ImageInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A GeoTIFF, after OGC 19-008r4. The pixels are decoded by the TIFF reader of Java itself; only the
 * few tags that position the image are read here.
 */
final class GeoTiff implements TileReader {

  /** The reader of the JDK, whatever others are on the class path: they differ in their tags. */
  private static final ImageReaders READERS = ImageReaders.ofJdk("tiff");

  /** The most pixels of a tile or strip, which is decoded as one. */
  private static final long MAX_TILE_PIXELS = 1 << 24;

  /** What is in more bits seldom uses their range: satellites' images would be nearly black. */
  private static final long MAX_SAMPLE_BITS = 8;

  /** A tile takes 256 MB at most. */
  private static final long MAX_BANDS = 16;

  private static final int MAX_IMAGES = 32;

  // GeoKeys, OGC 19-008r4, section 7.4 and annex B.
  private static final int RASTER_TYPE = 1025;
  private static final int GEOGRAPHIC_TYPE = 2048;
  private static final int PROJECTED_TYPE = 3072;
  private static final int CITATION = 1026;
  private static final int GEOGRAPHIC_CITATION = 2049;
  private static final int PROJECTED_CITATION = 3073;
  private static final int PIXEL_IS_POINT = 2;
  private static final int USER_DEFINED = 32767;

  private final Path file;
  private final ImageInputStream stream;
  private final ImageReader reader;

  /** The image in the file of each level. */
  private List<Integer> images = List.of();

  /** Reads the tiles where offsets have 64 bits, which the reader refuses. */
  private final @Nullable BigTiff big;

  private GeoTiff(Path file, ImageInputStream stream) throws IOException {
    this.file = file;
    this.stream = stream;
    ImageInputStream directories = stream;
    if (isBig(stream)) {
      big = new BigTiff(READERS, stream, MAX_IMAGES);
      directories = big.withoutTiles();
    } else {
      big = null;
      checkDirectories(stream);
      stream.seek(0);
    }
    this.reader =
        READERS
            .find(directories)
            .orElseThrow(() -> new IOException("this Java has no TIFF reader"));
    reader.setInput(directories, false, false);
  }

  static TileSource open(Path file, TileSource.Options options) {
    FileImageInputStream stream = null;
    try {
      stream = new FileImageInputStream(InputFiles.find(file).toFile());
      return new GeoTiff(file, stream).pyramid(options);
    } catch (NoSuchFileException e) {
      throw new UncheckedIOException("no such file: " + file, e);
    } catch (IOException | RuntimeException e) {
      try {
        if (stream != null) {
          stream.close();
        }
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      if (e instanceof MissingLibraryException missing) {
        throw missing;
      }
      throw new UncheckedIOException(
          "cannot open " + file + " as GeoTIFF: " + InputFiles.reason(e),
          e instanceof IOException io ? io : new IOException(e));
    }
  }

  private TileSource pyramid(TileSource.Options options) throws IOException {
    Tags tags = tags(0);
    Crs crs = crs(tags);
    double[] corner = corner(tags);
    double[] pixel = pixel(tags);
    int width = reader.getWidth(0);
    int height = reader.getHeight(0);
    List<Integer> kept = new ArrayList<>(List.of(0));
    int count = reader.getNumImages(true);
    for (int i = 1; i < count; i++) {
      // Bit 0 marks a smaller copy of the image, bit 2 a mask.
      long kind = tags(i).whole(BaselineTIFFTagSet.TAG_NEW_SUBFILE_TYPE, 0);
      if ((kind & 0b101) == 1 && reader.getWidth(i) < reader.getWidth(kept.get(kept.size() - 1))) {
        kept.add(i);
      }
    }
    Collections.reverse(kept);
    images = List.copyOf(kept);
    List<PyramidLevel> levels = new ArrayList<>();
    for (int image : images) {
      checkTiles(image);
      int levelWidth = reader.getWidth(image);
      int levelHeight = reader.getHeight(image);
      levels.add(
          new PyramidLevel(
              levels.size(),
              crs.x(corner[0]),
              crs.y(corner[1]),
              levelWidth / (width * pixel[0] * crs.unit()),
              levelHeight / (height * pixel[1] * crs.unit()),
              levelWidth,
              levelHeight,
              Math.min(reader.getTileWidth(image), levelWidth),
              Math.min(reader.getTileHeight(image), levelHeight)));
    }
    return new Pyramid(crs.projection(), levels, this, options, "");
  }

  /** Everything that the decoder will trust, against the length of the file. */
  private void checkTiles(int image) throws IOException {
    long tileWidth = reader.getTileWidth(image);
    long tileHeight = reader.getTileHeight(image);
    if (tileWidth < 1 || tileHeight < 1 || tileWidth * tileHeight > MAX_TILE_PIXELS) {
      throw new IOException(
          ("its tiles have %d x %d pixels, at most %d in all are read; gdal_translate -co TILED=YES"
                  + " writes smaller ones")
              .formatted(tileWidth, tileHeight, MAX_TILE_PIXELS));
    }
    Tags tags = tags(image);
    long bands = tags.samples();
    long bits = tags.deepestSample();
    if (bits > MAX_SAMPLE_BITS || !tags.hasUnsignedSamples()) {
      throw new IOException(
          ("its pixels have %s of %d bits%s; read are those of 8 bits, which gdal_translate"
                  + " -ot Byte -scale LOW HIGH 0 255 %s converted.tif writes, with the values that"
                  + " become black and white, such as -scale 0 3000")
              .formatted(
                  Count.of(bands, "bands"),
                  bits,
                  tags.hasUnsignedSamples() ? "" : " that are signed or floating-point numbers",
                  file));
    }
    if (bands > MAX_BANDS) {
      throw new IOException("it has %d bands, at most %d are read".formatted(bands, MAX_BANDS));
    }
    for (int tag :
        new int[] {
          BaselineTIFFTagSet.TAG_STRIP_BYTE_COUNTS, BaselineTIFFTagSet.TAG_TILE_BYTE_COUNTS
        }) {
      TIFFField field = tags.directory.getTIFFField(tag);
      for (int i = 0; field != null && i < field.getCount(); i++) {
        if (field.getAsLong(i) > stream.length()) {
          throw new IOException("damaged: a tile of %d bytes".formatted(field.getAsLong(i)));
        }
      }
    }
  }

  /** Reads the head of the file, and returns whether its offsets have 64 bits. */
  private static boolean isBig(ImageInputStream stream) throws IOException {
    int order = stream.readUnsignedShort();
    stream.setByteOrder(order == 0x4949 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    int version = stream.readUnsignedShort();
    if ((order != 0x4949 && order != 0x4d4d) || (version != 42 && version != BigTiff.VERSION)) {
      throw new IOException("it is no TIFF");
    }
    return version == BigTiff.VERSION;
  }

  /**
   * Walks the list of directories, so that the decoder meets no endless one, and no field that is
   * longer than the file.
   */
  private static void checkDirectories(ImageInputStream stream) throws IOException {
    Set<Long> seen = new HashSet<>();
    for (long at = stream.readUnsignedInt(); at != 0; at = stream.readUnsignedInt()) {
      if (!seen.add(at) || seen.size() > MAX_IMAGES) {
        throw new IOException("damaged: more than " + MAX_IMAGES + " images, or in a circle");
      }
      stream.seek(at);
      int fields = stream.readUnsignedShort();
      for (int i = 0; i < fields; i++) {
        int tag = stream.readUnsignedShort();
        stream.readUnsignedShort();
        long count = stream.readUnsignedInt();
        stream.readUnsignedInt();
        if (count > stream.length()) {
          throw new IOException("damaged: field %d has %d values".formatted(tag, count));
        }
      }
    }
  }

  @Override
  public synchronized @Nullable TilePixels read(PyramidLevel level, int column, int row)
      throws IOException {
    try {
      int image = images.get(level.zoom());
      BufferedImage pixels =
          big == null ? reader.readTile(image, column, row) : big.tile(image, column, row);
      if (pixels == null) {
        return null;
      }
      TilePixels tile = TilePixels.of(pixels);
      return tile.padded(level.tileWidth(), level.tileHeight());
    } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
      // What the decoder throws on bytes that its checks did not foresee.
      throw new IOException("damaged, or of a kind that cannot be read: " + e.getMessage(), e);
    }
  }

  @Override
  public String describe(PyramidLevel level, int column, int row) {
    return level.zoom() + "/" + column + "/" + row + " of " + file;
  }

  @Override
  public synchronized void close() throws IOException {
    reader.dispose();
    stream.close();
  }

  private Tags tags(int image) throws IOException {
    return new Tags(TIFFDirectory.createFromMetadata(reader.getImageMetadata(image)));
  }

  /** Where the top left corner of the image is, in units of its coordinate system. */
  private static double[] corner(Tags tags) throws IOException {
    double[] tie = tags.numbers(GeoTIFFTagSet.TAG_MODEL_TIE_POINT);
    double[] matrix = tags.numbers(GeoTIFFTagSet.TAG_MODEL_TRANSFORMATION);
    double[] pixel = pixel(tags);
    double half = tags.key(RASTER_TYPE) == PIXEL_IS_POINT ? 0.5 : 0;
    if (tie.length >= 6) {
      return new double[] {
        tie[3] - (tie[0] + half) * pixel[0], tie[4] + (tie[1] + half) * pixel[1]
      };
    }
    return new double[] {matrix[3] - half * pixel[0], matrix[7] + half * pixel[1]};
  }

  /** The size of a pixel in units of the coordinate system. */
  private static double[] pixel(Tags tags) throws IOException {
    double[] scale = tags.numbers(GeoTIFFTagSet.TAG_MODEL_PIXEL_SCALE);
    double[] matrix = tags.numbers(GeoTIFFTagSet.TAG_MODEL_TRANSFORMATION);
    double[] pixel = new double[2];
    if (scale.length >= 2 && tags.numbers(GeoTIFFTagSet.TAG_MODEL_TIE_POINT).length >= 6) {
      pixel = new double[] {scale[0], scale[1]};
    } else if (matrix.length >= 16 && matrix[1] == 0 && matrix[4] == 0) {
      pixel = new double[] {matrix[0], -matrix[5]};
    } else if (matrix.length >= 16) {
      throw new IOException("it is rotated; gdalwarp writes it north up");
    }
    if (pixel[1] < 0 || pixel[0] < 0) {
      throw new IOException("it is south up or mirrored; gdalwarp writes it north up");
    }
    if (!(pixel[0] > 0 && pixel[1] > 0 && pixel[0] < 1e7 && pixel[1] < 1e7)) {
      throw new IOException("it has no position on Earth (no pixel scale, tie point)");
    }
    return pixel;
  }

  private static Crs crs(Tags tags) throws IOException {
    int projected = tags.key(PROJECTED_TYPE);
    if (projected == 3857) {
      double world = 2 * Math.PI * WebMercator.RADIUS_METERS;
      return new Crs(Projection.WEB_MERCATOR, 0.5, 0.5, 1 / world);
    }
    if (projected > 0) {
      Projection utm = Utm.of(projected);
      if (utm == null) {
        throw unknownCrs(projected, tags);
      }
      return new Crs(utm, 0, 0, 1);
    }
    // WGS 84, NAD83, ETRS89: alike to a meter or two, less than a pixel's worth here.
    int geographic = tags.key(GEOGRAPHIC_TYPE);
    if (geographic == 4326 || geographic == 4269 || geographic == 4258) {
      return new Crs(Projection.EQUIRECTANGULAR, 0.5, 0.25, 1.0 / 360);
    }
    throw unknownCrs(geographic, tags);
  }

  private static IOException unknownCrs(int code, Tags tags) {
    String name =
        tags.text(PROJECTED_CITATION)
            .or(() -> tags.text(CITATION))
            .or(() -> tags.text(GEOGRAPHIC_CITATION))
            .map(text -> " \"" + Printable.of(text) + "\"")
            .orElse("");
    return new IOException(
        (code == 0
                ? "it has no coordinate system" + name + "; gdal_edit.py -a_srs sets it. Read are"
                : (code == USER_DEFINED
                        ? "a coordinate system of its own (no EPSG code)"
                        : "coordinate system EPSG:" + code)
                    + name
                    + "; read are")
            + " EPSG:4326, EPSG:3857 and UTM (gdalwarp -t_srs EPSG:3857)");
  }

  /** From the file's coordinates, y northward, to the plane of the projection, y southward. */
  private record Crs(Projection projection, double originX, double originY, double unit) {
    double x(double easting) {
      return originX + easting * unit;
    }

    double y(double northing) {
      return originY - northing * unit;
    }
  }

  private record Tags(TIFFDirectory directory) {
    private static final int MAX_TEXT = 100;

    double[] numbers(int tag) {
      TIFFField field = directory.getTIFFField(tag);
      return field == null ? new double[0] : field.getAsDoubles();
    }

    long whole(int tag, long otherwise) {
      TIFFField field = directory.getTIFFField(tag);
      return field == null ? otherwise : field.getAsLong(0);
    }

    /** The number of bands. */
    long samples() {
      return Math.max(1, whole(BaselineTIFFTagSet.TAG_SAMPLES_PER_PIXEL, 1));
    }

    /** The bits of the widest band. */
    long deepestSample() {
      TIFFField field = directory.getTIFFField(BaselineTIFFTagSet.TAG_BITS_PER_SAMPLE);
      long deepest = 1;
      for (int i = 0; field != null && i < field.getCount(); i++) {
        deepest = Math.max(deepest, field.getAsLong(i));
      }
      return deepest;
    }

    /** Whether the samples are whole numbers from 0 (TIFF 6.0, section 19: SampleFormat). */
    boolean hasUnsignedSamples() {
      TIFFField field = directory.getTIFFField(BaselineTIFFTagSet.TAG_SAMPLE_FORMAT);
      for (int i = 0; field != null && i < field.getCount(); i++) {
        if (field.getAsLong(i) == BaselineTIFFTagSet.SAMPLE_FORMAT_SIGNED_INTEGER
            || field.getAsLong(i) == BaselineTIFFTagSet.SAMPLE_FORMAT_FLOATING_POINT) {
          return false;
        }
      }
      return true;
    }

    /** The text of a GeoKey, if it is there. */
    Optional<String> text(int key) {
      TIFFField keys = directory.getTIFFField(GeoTIFFTagSet.TAG_GEO_KEY_DIRECTORY);
      TIFFField texts = directory.getTIFFField(GeoTIFFTagSet.TAG_GEO_ASCII_PARAMS);
      for (int i = 4; keys != null && texts != null && i + 3 < keys.getCount(); i += 4) {
        if (keys.getAsInt(i) == key && keys.getAsInt(i + 1) == GeoTIFFTagSet.TAG_GEO_ASCII_PARAMS) {
          String all = texts.getAsString(0);
          int from = Math.min(all.length(), keys.getAsInt(i + 3));
          int to = Math.min(all.length(), from + Math.min(MAX_TEXT, keys.getAsInt(i + 2)));
          String text = all.substring(from, to).replaceAll("[|\0]+$", "").strip();
          return text.isEmpty() ? Optional.empty() : Optional.of(text);
        }
      }
      return Optional.empty();
    }

    /** The value of a GeoKey; 0 if it is not there or not a short. */
    int key(int key) {
      TIFFField field = directory.getTIFFField(GeoTIFFTagSet.TAG_GEO_KEY_DIRECTORY);
      for (int i = 4; field != null && i + 3 < field.getCount(); i += 4) {
        if (field.getAsInt(i) == key && field.getAsInt(i + 1) == 0) {
          return field.getAsInt(i + 3);
        }
      }
      return 0;
    }
  }
}
