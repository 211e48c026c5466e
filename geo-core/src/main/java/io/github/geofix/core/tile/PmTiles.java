package io.github.geofix.core.tile;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.github.geofix.core.cell.Tile;
import io.github.geofix.core.internal.InputFiles;
import io.github.geofix.core.tile.TileSource.TileScheme;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A PMTiles archive, version 3, after the specification of Protomaps. Own code: the format is one
 * header and one kind of directory, and the libraries for it bring far more than they save.
 */
final class PmTiles implements TileReader {

  private static final int HEADER_BYTES = 127;
  private static final byte[] MAGIC = "PMTiles".getBytes(StandardCharsets.US_ASCII);

  /** The most bytes of a directory, packed or unpacked; that of a good archive has 16 KB. */
  private static final int MAX_DIRECTORY_BYTES = 16 << 20;

  /** Directories of real archives nest two deep. */
  private static final int MAX_DEPTH = 4;

  private static final int GZIP = 2;

  /** What the specification's codes for compression and tile type stand for. */
  private static final List<String> COMPRESSIONS =
      List.of("unknown", "none", "gzip", "brotli", "zstd");

  private static final List<String> TYPES =
      List.of("unknown", "vectors (mvt)", "png", "jpeg", "webp", "avif");

  private final Path file;
  private final FileChannel channel;
  private final long fileBytes;
  private final Header header;
  private final Directory root;
  private final Cache<Long, Directory> leaves =
      CacheBuilder.newBuilder()
          .maximumWeight(MAX_DIRECTORY_BYTES)
          .weigher((Long offset, Directory leaf) -> 64 + 24 * leaf.ids.length)
          .build();

  private PmTiles(Path file, FileChannel channel) throws IOException {
    this.file = file;
    this.channel = channel;
    this.fileBytes = channel.size();
    if (fileBytes < HEADER_BYTES) {
      throw new IOException("it has %d bytes, a header alone has 127".formatted(fileBytes));
    }
    this.header = Header.read(bytes(0, HEADER_BYTES));
    this.root = directory(header.root(), header.rootBytes());
  }

  static TileSource open(Path file, TileSource.Options options) {
    FileChannel channel = null;
    try {
      channel = FileChannel.open(InputFiles.find(file), StandardOpenOption.READ);
      PmTiles tiles = new PmTiles(file, channel);
      int size = TileImage.squareSize(tiles.decode(tiles.firstTile()));
      List<PyramidLevel> levels = new ArrayList<>();
      for (int zoom = tiles.header.minZoom(); zoom <= tiles.header.maxZoom(); zoom++) {
        levels.add(TileScheme.XYZ.level(zoom, size));
      }
      return new Pyramid(Projection.WEB_MERCATOR, levels, tiles, options, tiles.attribution());
    } catch (IOException e) {
      if (channel != null) {
        try {
          channel.close();
        } catch (IOException suppressed) {
          e.addSuppressed(suppressed);
        }
      }
      String reason = e instanceof NoSuchFileException ? "no such file" : InputFiles.reason(e);
      throw new UncheckedIOException("cannot open " + file + " as PMTiles: " + reason, e);
    }
  }

  /** The number of a tile along the Hilbert curves of all zooms, one after the other. */
  static long tileId(int zoom, int x, int y) {
    long id = ((1L << (2 * zoom)) - 1) / 3;
    int last = (1 << zoom) - 1;
    int column = x;
    int row = y;
    for (int bit = zoom - 1; bit >= 0; bit--) {
      int right = (column >> bit) & 1;
      int below = (row >> bit) & 1;
      id += ((long) ((3 * right) ^ below)) << (2 * bit);
      if (below == 0) {
        if (right == 1) {
          column = last - column;
          row = last - row;
        }
        int swap = column;
        column = row;
        row = swap;
      }
    }
    return id;
  }

  @Override
  public @Nullable TilePixels read(PyramidLevel level, int column, int row) throws IOException {
    long id = tileId(level.zoom(), column, row);
    Directory directory = root;
    for (int depth = 0; depth < MAX_DEPTH; depth++) {
      int entry = directory.find(id);
      if (entry < 0) {
        return null;
      }
      if (directory.runs[entry] > 0) {
        return TileImage.checked(decode(tile(directory, entry)), level);
      }
      directory = leaf(directory, entry);
    }
    throw new IOException("its directories are nested more than " + MAX_DEPTH + " deep");
  }

  private byte[] firstTile() throws IOException {
    Directory directory = root;
    for (int depth = 0; depth < MAX_DEPTH; depth++) {
      if (directory.ids.length == 0) {
        break;
      }
      if (directory.runs[0] > 0) {
        return tile(directory, 0);
      }
      directory = leaf(directory, 0);
    }
    throw new IOException("it holds no tile");
  }

  private byte[] tile(Directory directory, int entry) throws IOException {
    int length = directory.lengths[entry];
    if (length > TileImage.MAX_BYTES) {
      throw new IOException(
          "a tile of %d bytes, at most %d are read".formatted(length, TileImage.MAX_BYTES));
    }
    return bytes(offset(header.data(), directory.offsets[entry]), length);
  }

  private TilePixels decode(byte[] tile) throws IOException {
    return TileImage.decode(
        header.tileCompression() == GZIP ? unzip(tile, TileImage.MAX_BYTES) : tile);
  }

  private Directory leaf(Directory directory, int entry) throws IOException {
    long offset = offset(header.leaves(), directory.offsets[entry]);
    Directory leaf = leaves.getIfPresent(offset);
    if (leaf == null) {
      leaf = directory(offset, directory.lengths[entry]);
      leaves.put(offset, leaf);
    }
    return leaf;
  }

  private Directory directory(long offset, long length) throws IOException {
    if (length > MAX_DIRECTORY_BYTES) {
      throw new IOException(
          "a directory of %d bytes, at most %d are read".formatted(length, MAX_DIRECTORY_BYTES));
    }
    byte[] packed = bytes(offset, (int) length);
    return Directory.read(
        header.compression() == GZIP ? unzip(packed, MAX_DIRECTORY_BYTES) : packed);
  }

  private String attribution() throws IOException {
    if (header.metadataBytes() == 0 || header.metadataBytes() > MAX_DIRECTORY_BYTES) {
      return "";
    }
    byte[] packed = bytes(header.metadata(), (int) header.metadataBytes());
    byte[] json = header.compression() == GZIP ? unzip(packed, MAX_DIRECTORY_BYTES) : packed;
    try {
      JsonElement metadata = JsonParser.parseString(new String(json, StandardCharsets.UTF_8));
      JsonElement value =
          metadata.isJsonObject() ? metadata.getAsJsonObject().get("attribution") : null;
      return value != null && value.isJsonPrimitive() ? value.getAsString() : "";
    } catch (JsonParseException e) {
      throw new IOException("its metadata is not JSON: " + e.getMessage(), e);
    }
  }

  private static long offset(long section, long within) throws IOException {
    if (within < 0 || within > Long.MAX_VALUE - section) {
      throw new IOException("damaged: an offset of " + within);
    }
    return section + within;
  }

  private byte[] bytes(long offset, int length) throws IOException {
    if (offset < 0 || length < 0 || offset > fileBytes - length) {
      throw new IOException(
          "damaged or cut short: it names %d bytes at %d, the file has %d"
              .formatted(length, offset, fileBytes));
    }
    ByteBuffer buffer = ByteBuffer.allocate(length);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, offset + buffer.position()) < 0) {
        throw new EOFException("the file was cut short while it was open");
      }
    }
    return buffer.array();
  }

  private static byte[] unzip(byte[] packed, int maxBytes) throws IOException {
    try (GZIPInputStream stream = new GZIPInputStream(new ByteArrayInputStream(packed))) {
      byte[] bytes = stream.readNBytes(maxBytes + 1);
      if (bytes.length > maxBytes) {
        throw new IOException("more than " + maxBytes + " bytes once unpacked");
      }
      return bytes;
    }
  }

  @Override
  public String describe(PyramidLevel level, int column, int row) {
    return level.zoom() + "/" + column + "/" + row + " of " + file;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  /** The parts of the header that are used; offsets and lengths in bytes. */
  private record Header(
      long root,
      long rootBytes,
      long metadata,
      long metadataBytes,
      long leaves,
      long data,
      int compression,
      int tileCompression,
      int minZoom,
      int maxZoom) {

    static Header read(byte[] start) throws IOException {
      if (!Arrays.equals(Arrays.copyOf(start, MAGIC.length), MAGIC)) {
        throw new IOException("it does not begin with PMTiles");
      }
      ByteBuffer bytes = ByteBuffer.wrap(start);
      if (bytes.get(7) != 3) {
        throw new IOException("version " + bytes.get(7) + ", needed is 3");
      }
      bytes.order(ByteOrder.LITTLE_ENDIAN);
      Header header =
          new Header(
              bytes.getLong(8),
              bytes.getLong(16),
              bytes.getLong(24),
              bytes.getLong(32),
              bytes.getLong(40),
              bytes.getLong(56),
              bytes.get(97),
              bytes.get(98),
              bytes.get(100),
              bytes.get(101));
      check("compression " + name(COMPRESSIONS, header.compression), readable(header.compression));
      check(
          "tile compression " + name(COMPRESSIONS, header.tileCompression),
          readable(header.tileCompression));
      // Of an unknown type the decoder finds out; vectors are worth a clearer word.
      check("tiles are " + name(TYPES, bytes.get(99)), bytes.get(99) != 1);
      check(
          "zooms " + header.minZoom + " to " + header.maxZoom,
          header.minZoom >= 0
              && header.minZoom <= header.maxZoom
              && header.maxZoom <= Tile.MAX_ZOOM);
      check(
          "negative offset or length",
          (header.root
                  | header.rootBytes
                  | header.metadata
                  | header.metadataBytes
                  | header.leaves
                  | header.data)
              >= 0);
      return header;
    }

    private static boolean readable(int compression) {
      return compression >= 0 && compression <= GZIP;
    }

    private static String name(List<String> names, int code) {
      return code >= 0 && code < names.size() ? names.get(code) : Integer.toString(code);
    }

    private static void check(String what, boolean fits) throws IOException {
      if (!fits) {
        throw new IOException(what + ": this cannot be read");
      }
    }
  }

  /** A list of tiles, or of further directories, in the order of their first tile's id. */
  private static final class Directory {
    final long[] ids;

    /** How many tiles in a row are the same; 0 marks a directory. */
    final int[] runs;

    final int[] lengths;
    final long[] offsets;

    private Directory(int entries) {
      ids = new long[entries];
      runs = new int[entries];
      lengths = new int[entries];
      offsets = new long[entries];
    }

    static Directory read(byte[] bytes) throws IOException {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      long count = varint(buffer);
      // Four numbers an entry, a byte or more each.
      if (count < 0 || count > buffer.remaining() / 4) {
        throw new IOException(
            "damaged: a directory of %d entries in %d bytes".formatted(count, bytes.length));
      }
      int n = (int) count;
      Directory directory = new Directory(n);
      long id = 0;
      for (int i = 0; i < n; i++) {
        id += varint(buffer);
        directory.ids[i] = id;
      }
      for (int i = 0; i < n; i++) {
        directory.runs[i] = (int) Math.min(Integer.MAX_VALUE, varint(buffer));
      }
      for (int i = 0; i < n; i++) {
        directory.lengths[i] = (int) Math.min(Integer.MAX_VALUE, varint(buffer));
      }
      for (int i = 0; i < n; i++) {
        long offset = varint(buffer);
        if (offset == 0 && i == 0) {
          throw new IOException("damaged: the first entry of a directory has no offset");
        }
        directory.offsets[i] =
            offset > 0 ? offset - 1 : directory.offsets[i - 1] + directory.lengths[i - 1];
      }
      return directory;
    }

    /** The entry that holds a tile or leads to it; -1 if none does. */
    int find(long id) {
      int at = Arrays.binarySearch(ids, id);
      int entry = at >= 0 ? at : -at - 2;
      boolean holds = entry >= 0 && (runs[entry] == 0 || id - ids[entry] < runs[entry]);
      return holds ? entry : -1;
    }

    private static long varint(ByteBuffer buffer) throws IOException {
      long value = 0;
      for (int shift = 0; shift < 63; shift += 7) {
        if (!buffer.hasRemaining()) {
          throw new IOException("damaged: a directory is cut short");
        }
        byte next = buffer.get();
        value |= (next & 0x7fL) << shift;
        if (next >= 0) {
          return value;
        }
      }
      throw new IOException("damaged: a number of more than 63 bits in a directory");
    }
  }
}
