package io.github.geofix.core.tile;

import io.github.geofix.core.internal.ImageReaders;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import javax.imageio.ImageReader;
import javax.imageio.plugins.tiff.BaselineTIFFTagSet;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A TIFF whose offsets have 64 bits, after the BigTIFF design of libtiff. Java's reader takes those
 * of 32 bits alone: it is given the directories, and each tile, as small TIFFs of that kind in
 * memory. Not thread-safe.
 */
final class BigTiff {
  static final int VERSION = 43;

  private static final int MAX_FIELDS = 1 << 12;

  /** The longest field that is kept, such as a palette or a table of quantization. */
  private static final int MAX_FIELD_BYTES = 1 << 20;

  /** What the fields of all images may take together: many may have the same values. */
  private static final int MAX_FIELDS_BYTES = 1 << 23;

  private static final int MAX_TILE_BYTES = 1 << 28;

  private static final int LONG = 4;
  private static final int LONG8 = 16;

  /** The bytes of a value, by the number of its type; 0 for none. */
  private static final int[] TYPE_BYTES = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 0, 0, 0, 8};

  private final ImageReaders readers;
  private final ImageInputStream file;
  private final List<Directory> directories = new ArrayList<>();

  /**
   * Where a field has its values.
   *
   * @param type of TIFF
   * @param at the place of the first value in the file
   */
  private record Field(int type, long count, long at) {
    long bytes() {
      return count * TYPE_BYTES[type];
    }
  }

  private record Directory(Map<Integer, Field> fields) {}

  /**
   * Reads the directories.
   *
   * @param readers of classic TIFFs
   * @param file after its version, in its byte order
   * @throws IOException if they are damaged
   */
  BigTiff(ImageReaders readers, ImageInputStream file, int maxImages) throws IOException {
    this.readers = readers;
    this.file = file;
    if (file.readUnsignedShort() != Long.BYTES || file.readUnsignedShort() != 0) {
      throw new IOException("damaged: its offsets do not have 64 bits");
    }
    Set<Long> seen = new HashSet<>();
    for (long at = file.readLong(); at != 0; at = file.readLong()) {
      if (!seen.add(at) || seen.size() > maxImages) {
        throw new IOException("damaged: more than " + maxImages + " images, or in a circle");
      }
      directories.add(readDirectory(at));
    }
  }

  private Directory readDirectory(long at) throws IOException {
    requireWithin(at, Long.BYTES);
    file.seek(at);
    long count = file.readLong();
    if (count < 0 || count > MAX_FIELDS) {
      throw new IOException("damaged: an image of %d fields".formatted(count));
    }
    Map<Integer, Field> fields = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      int tag = file.readUnsignedShort();
      int type = file.readUnsignedShort();
      long values = file.readLong();
      long value = file.getStreamPosition();
      long target = file.readLong();
      if (values < 0 || values > file.length()) {
        throw new IOException("damaged: field %d has %d values".formatted(tag, values));
      }
      // Directories within directories, such as EXIF's, are of no use here.
      if (type < TYPE_BYTES.length && TYPE_BYTES[type] > 0) {
        boolean isInline = values * TYPE_BYTES[type] <= Long.BYTES;
        Field field = new Field(type, values, isInline ? value : target);
        requireWithin(field.at(), field.bytes());
        fields.put(tag, field);
      }
    }
    return new Directory(fields);
  }

  private void requireWithin(long at, long bytes) throws IOException {
    if (at < 0 || bytes < 0 || at > file.length() - bytes) {
      throw new IOException("damaged: it ends before byte %d".formatted(at + bytes));
    }
  }

  /** Returns the directories as a TIFF of 32 bits, whose images have no pixels. */
  ImageInputStream withoutTiles() throws IOException {
    ClassicTiff tiff = new ClassicTiff(file.getByteOrder());
    for (Directory directory : directories) {
      copyFields(directory, tiff);
      boolean isTiled = directory.fields().containsKey(BaselineTIFFTagSet.TAG_TILE_OFFSETS);
      tiff.putTiles(isTiled, List.of(new byte[0]));
      tiff.endDirectory();
    }
    return stream(tiff);
  }

  private void copyFields(Directory directory, ClassicTiff tiff) throws IOException {
    for (Map.Entry<Integer, Field> entry : directory.fields().entrySet()) {
      Field field = entry.getValue();
      if (isOfTiles(entry.getKey()) || field.bytes() > MAX_FIELD_BYTES) {
        continue;
      }
      if (field.type() == LONG8) {
        tiff.put(entry.getKey(), LONG, longs(field));
      } else {
        byte[] bytes = new byte[(int) field.bytes()];
        file.seek(field.at());
        file.readFully(bytes);
        tiff.put(entry.getKey(), field.type(), field.count(), bytes);
      }
      if (tiff.fieldBytes() > MAX_FIELDS_BYTES) {
        throw new IOException("damaged: its fields have more than 8 MB");
      }
    }
  }

  private long[] longs(Field field) throws IOException {
    long[] values = new long[(int) field.count()];
    for (int i = 0; i < values.length; i++) {
      values[i] = number(field, i);
    }
    return values;
  }

  private static boolean isOfTiles(int tag) {
    return tag == BaselineTIFFTagSet.TAG_TILE_OFFSETS
        || tag == BaselineTIFFTagSet.TAG_TILE_BYTE_COUNTS
        || tag == BaselineTIFFTagSet.TAG_STRIP_OFFSETS
        || tag == BaselineTIFFTagSet.TAG_STRIP_BYTE_COUNTS;
  }

  /**
   * Decodes a tile or strip.
   *
   * @return the part of it that lies within the image; null if the file has none there
   */
  @Nullable BufferedImage tile(int image, int column, int row) throws IOException {
    Directory directory = directories.get(image);
    boolean isTiled = directory.fields().containsKey(BaselineTIFFTagSet.TAG_TILE_OFFSETS);
    long width = number(directory, BaselineTIFFTagSet.TAG_IMAGE_WIDTH, 1);
    long height = number(directory, BaselineTIFFTagSet.TAG_IMAGE_LENGTH, 1);
    long tileWidth = isTiled ? number(directory, BaselineTIFFTagSet.TAG_TILE_WIDTH, width) : width;
    long tileHeight =
        isTiled
            ? number(directory, BaselineTIFFTagSet.TAG_TILE_LENGTH, height)
            : Math.min(height, number(directory, BaselineTIFFTagSet.TAG_ROWS_PER_STRIP, height));
    long across = (width + tileWidth - 1) / tileWidth;
    long down = (height + tileHeight - 1) / tileHeight;
    boolean isPlanar =
        number(directory, BaselineTIFFTagSet.TAG_PLANAR_CONFIGURATION, 1)
            == BaselineTIFFTagSet.PLANAR_CONFIGURATION_PLANAR;
    long planes = isPlanar ? number(directory, BaselineTIFFTagSet.TAG_SAMPLES_PER_PIXEL, 1) : 1;
    List<byte[]> tiles = new ArrayList<>();
    for (long plane = 0; plane < planes; plane++) {
      byte[] tile = bytes(directory, isTiled, (plane * down + row) * across + column);
      if (tile.length == 0) {
        return null;
      }
      tiles.add(tile);
    }
    ClassicTiff tiff = new ClassicTiff(file.getByteOrder());
    copyFields(directory, tiff);
    tiff.put(
        BaselineTIFFTagSet.TAG_IMAGE_WIDTH, LONG, Math.min(tileWidth, width - column * tileWidth));
    tiff.put(
        BaselineTIFFTagSet.TAG_IMAGE_LENGTH, LONG, Math.min(tileHeight, height - row * tileHeight));
    tiff.putTiles(isTiled, tiles);
    tiff.endDirectory();
    try (ImageInputStream stream = stream(tiff)) {
      ImageReader reader = readers.find(stream).orElseThrow();
      try {
        reader.setInput(stream, false, true);
        return reader.readTile(0, 0, 0);
      } finally {
        reader.dispose();
      }
    }
  }

  private byte[] bytes(Directory directory, boolean isTiled, long tile) throws IOException {
    Field offsets =
        directory
            .fields()
            .get(
                isTiled
                    ? BaselineTIFFTagSet.TAG_TILE_OFFSETS
                    : BaselineTIFFTagSet.TAG_STRIP_OFFSETS);
    Field counts =
        directory
            .fields()
            .get(
                isTiled
                    ? BaselineTIFFTagSet.TAG_TILE_BYTE_COUNTS
                    : BaselineTIFFTagSet.TAG_STRIP_BYTE_COUNTS);
    if (offsets == null || counts == null || tile >= Math.min(offsets.count(), counts.count())) {
      throw new IOException("damaged: it has no tile " + tile);
    }
    long at = number(offsets, tile);
    long count = number(counts, tile);
    if (count < 0 || count > MAX_TILE_BYTES) {
      throw new IOException("damaged: a tile of %d bytes".formatted(count));
    }
    requireWithin(at, count);
    byte[] bytes = new byte[(int) count];
    file.seek(at);
    file.readFully(bytes);
    return bytes;
  }

  private long number(Directory directory, int tag, long otherwise) throws IOException {
    Field field = directory.fields().get(tag);
    return field == null || field.count() == 0 ? otherwise : number(field, 0);
  }

  /** Returns a whole number without a sign. */
  private long number(Field field, long index) throws IOException {
    int bytes = TYPE_BYTES[field.type()];
    file.seek(field.at() + index * bytes);
    return switch (bytes) {
      case 1 -> file.readUnsignedByte();
      case 2 -> file.readUnsignedShort();
      case 4 -> file.readUnsignedInt();
      default -> file.readLong();
    };
  }

  private static ImageInputStream stream(ClassicTiff tiff) throws IOException {
    return new MemoryCacheImageInputStream(new ByteArrayInputStream(tiff.bytes()));
  }
}
