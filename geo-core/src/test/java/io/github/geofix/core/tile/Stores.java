package io.github.geofix.core.tile;

import com.sun.net.httpserver.HttpServer;
import io.github.geofix.core.cell.Tile;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.zip.GZIPOutputStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.plugins.tiff.BaselineTIFFTagSet;
import javax.imageio.plugins.tiff.GeoTIFFTagSet;
import javax.imageio.plugins.tiff.TIFFDirectory;
import javax.imageio.plugins.tiff.TIFFField;
import javax.imageio.plugins.tiff.TIFFTag;
import javax.imageio.stream.FileImageInputStream;
import javax.imageio.stream.FileImageOutputStream;

/** Writes the same tiles into every kind of store, each by its own specification. */
final class Stores {

  private Stores() {}

  /** Cuts a Mercator picture of the world into tiles of every zoom, down to one tile. */
  static SortedMap<Tile, byte[]> pyramid(BufferedImage world, int tileSize) {
    SortedMap<Tile, byte[]> tiles =
        new TreeMap<>(
            (a, b) ->
                Long.compare(
                    PmTiles.tileId(a.zoom(), a.x(), a.y()),
                    PmTiles.tileId(b.zoom(), b.x(), b.y())));
    BufferedImage level = world;
    while (true) {
      int count = level.getWidth() / tileSize;
      int zoom = Integer.numberOfTrailingZeros(count);
      for (int i = 0; i < count * count; i++) {
        Tile tile = new Tile(zoom, i % count, i / count);
        BufferedImage part =
            level.getSubimage(tile.x() * tileSize, tile.y() * tileSize, tileSize, tileSize);
        tiles.put(tile, Pictures.encode(part, "png"));
      }
      if (zoom == 0) {
        return tiles;
      }
      level = Pictures.halved(level);
    }
  }

  static void folder(Path folder, Map<Tile, byte[]> tiles) throws IOException {
    for (Map.Entry<Tile, byte[]> tile : tiles.entrySet()) {
      Pictures.save(folder.resolve(tile.getKey() + ".png"), tile.getValue());
    }
  }

  static void mbtiles(Path file, Map<Tile, byte[]> tiles) {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("create table metadata (name text, value text)");
      statement.execute(
          "create table tiles (zoom_level integer, tile_column integer, tile_row integer,"
              + " tile_data blob)");
      statement.execute(
          "create unique index tile_index on tiles (zoom_level, tile_column, tile_row)");
      statement.execute(
          "insert into metadata values ('format', 'png'), ('attribution', 'Noise makers')");
      try (PreparedStatement insert =
          connection.prepareStatement("insert into tiles values (?, ?, ?, ?)")) {
        for (Map.Entry<Tile, byte[]> entry : tiles.entrySet()) {
          Tile tile = entry.getKey();
          insert.setInt(1, tile.zoom());
          insert.setInt(2, tile.x());
          insert.setInt(3, (1 << tile.zoom()) - 1 - tile.y());
          insert.setBytes(4, entry.getValue());
          insert.execute();
        }
      }
      connection.commit();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Writes an archive whose root leads to leaves of {@code leafSize} tiles, packed with gzip. */
  static void pmtiles(Path file, Map<Tile, byte[]> tiles, int leafSize) throws IOException {
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    List<long[]> entries = new ArrayList<>();
    for (Map.Entry<Tile, byte[]> entry : tiles.entrySet()) {
      Tile tile = entry.getKey();
      long id = PmTiles.tileId(tile.zoom(), tile.x(), tile.y());
      entries.add(new long[] {id, 1, entry.getValue().length, data.size()});
      data.writeBytes(entry.getValue());
    }
    ByteArrayOutputStream leaves = new ByteArrayOutputStream();
    List<long[]> rootEntries = new ArrayList<>();
    for (int i = 0; i < entries.size(); i += leafSize) {
      byte[] leaf = gzip(directory(entries.subList(i, Math.min(entries.size(), i + leafSize))));
      rootEntries.add(new long[] {entries.get(i)[0], 0, leaf.length, leaves.size()});
      leaves.writeBytes(leaf);
    }
    byte[] root = gzip(directory(rootEntries));
    byte[] metadata = gzip("{\"attribution\":\"Noise makers\"}".getBytes(StandardCharsets.UTF_8));
    int maxZoom = tiles.keySet().stream().mapToInt(Tile::zoom).max().orElseThrow();
    ByteBuffer header = ByteBuffer.allocate(127).order(ByteOrder.LITTLE_ENDIAN);
    header.put("PMTiles".getBytes(StandardCharsets.US_ASCII)).put((byte) 3);
    long at = 127;
    for (int length : new int[] {root.length, metadata.length, leaves.size(), data.size()}) {
      header.putLong(at).putLong(length);
      at += length;
    }
    header.putLong(entries.size()).putLong(entries.size()).putLong(entries.size());
    header.put(new byte[] {1, 2, 1, 2, 0, (byte) maxZoom});
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(header.array());
    all.writeBytes(root);
    all.writeBytes(metadata);
    all.writeBytes(leaves.toByteArray());
    all.writeBytes(data.toByteArray());
    Files.write(file, all.toByteArray());
  }

  private static byte[] directory(List<long[]> entries) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    varint(bytes, entries.size());
    long last = 0;
    for (long[] entry : entries) {
      varint(bytes, entry[0] - last);
      last = entry[0];
    }
    entries.forEach(entry -> varint(bytes, entry[1]));
    entries.forEach(entry -> varint(bytes, entry[2]));
    for (int i = 0; i < entries.size(); i++) {
      long[] entry = entries.get(i);
      boolean follows = i > 0 && entry[3] == entries.get(i - 1)[3] + entries.get(i - 1)[2];
      varint(bytes, follows ? 0 : entry[3] + 1);
    }
    return bytes.toByteArray();
  }

  private static void varint(ByteArrayOutputStream bytes, long value) {
    long rest = value;
    while (rest >= 0x80) {
      bytes.write((int) (rest | 0x80));
      rest >>>= 7;
    }
    bytes.write((int) rest);
  }

  static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream stream = new GZIPOutputStream(packed)) {
      stream.write(bytes);
    }
    return packed.toByteArray();
  }

  /** Starts a server of the tiles on loopback; {@code stop(0)} ends it. */
  static HttpServer server(Map<Tile, byte[]> tiles, Consumer<Tile> onRequest) {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.createContext(
          "/",
          exchange -> {
            try (exchange) {
              String path = exchange.getRequestURI().getPath();
              Tile tile = Tile.parse(path.substring(1, path.length() - ".png".length()));
              onRequest.accept(tile);
              byte[] bytes = tiles.get(tile);
              exchange.sendResponseHeaders(
                  bytes == null ? 404 : 200, bytes == null ? -1 : bytes.length);
              if (bytes != null) {
                exchange.getResponseBody().write(bytes);
              }
            }
          });
      server.start();
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String template(HttpServer server) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/{z}/{x}/{y}.png";
  }

  /**
   * Writes a GeoTIFF in tiles of {@code tileSize}, its halvings as overviews.
   *
   * @param epsg 4326, or a projected system
   * @param corner the coordinates of the top left corner, then the size of a pixel
   */
  static void geoTiff(
      Path file, BufferedImage image, int tileSize, int overviews, int epsg, double... corner)
      throws IOException {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("tiff").next();
    try (FileImageOutputStream stream = new FileImageOutputStream(file.toFile())) {
      writer.setOutput(stream);
      writer.prepareWriteSequence(null);
      BufferedImage level = image;
      for (int i = 0; i <= overviews; i++) {
        ImageWriteParam parameters = writer.getDefaultWriteParam();
        parameters.setTilingMode(ImageWriteParam.MODE_EXPLICIT);
        parameters.setTiling(tileSize, tileSize, 0, 0);
        parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        parameters.setCompressionType("Deflate");
        IIOMetadata metadata =
            writer.getDefaultImageMetadata(new ImageTypeSpecifier(level), parameters);
        TIFFDirectory directory = TIFFDirectory.createFromMetadata(metadata);
        if (i == 0) {
          georeference(directory, epsg, corner);
        } else {
          directory.addTIFFField(
              new TIFFField(
                  BaselineTIFFTagSet.getInstance().getTag(BaselineTIFFTagSet.TAG_NEW_SUBFILE_TYPE),
                  TIFFTag.TIFF_LONG,
                  1,
                  new long[] {1}));
        }
        writer.writeToSequence(new IIOImage(level, null, directory.getAsMetadata()), parameters);
        level = Pictures.halved(level);
      }
      writer.endWriteSequence();
    } finally {
      writer.dispose();
    }
  }

  private static void georeference(TIFFDirectory directory, int epsg, double... corner) {
    GeoTIFFTagSet tags = GeoTIFFTagSet.getInstance();
    directory.addTIFFField(
        new TIFFField(
            tags.getTag(GeoTIFFTagSet.TAG_MODEL_PIXEL_SCALE),
            TIFFTag.TIFF_DOUBLE,
            3,
            new double[] {corner[2], corner[2], 0}));
    directory.addTIFFField(
        new TIFFField(
            tags.getTag(GeoTIFFTagSet.TAG_MODEL_TIE_POINT),
            TIFFTag.TIFF_DOUBLE,
            6,
            new double[] {0, 0, 0, corner[0], corner[1], 0}));
    boolean degrees = epsg == 4326;
    char[] keys = {
      1,
      1,
      0,
      3,
      1024,
      0,
      1,
      (char) (degrees ? 2 : 1),
      1025,
      0,
      1,
      1,
      (char) (degrees ? 2048 : 3072),
      0,
      1,
      (char) epsg
    };
    directory.addTIFFField(
        new TIFFField(
            tags.getTag(GeoTIFFTagSet.TAG_GEO_KEY_DIRECTORY),
            TIFFTag.TIFF_SHORT,
            keys.length,
            keys));
  }

  /** Overwrites what a GeoTIFF keeps of one tile of its finest image. */
  static void damageGeoTiff(Path file, int tile) throws IOException {
    ImageReader reader = ImageIO.getImageReadersByFormatName("tiff").next();
    long offset;
    long length;
    try (FileImageInputStream stream = new FileImageInputStream(file.toFile())) {
      reader.setInput(stream);
      TIFFDirectory directory = TIFFDirectory.createFromMetadata(reader.getImageMetadata(0));
      offset = directory.getTIFFField(BaselineTIFFTagSet.TAG_TILE_OFFSETS).getAsLong(tile);
      length = directory.getTIFFField(BaselineTIFFTagSet.TAG_TILE_BYTE_COUNTS).getAsLong(tile);
    } finally {
      reader.dispose();
    }
    byte[] bytes = Files.readAllBytes(file);
    Arrays.fill(bytes, (int) offset, (int) (offset + length), (byte) 0x55);
    Files.write(file, bytes);
  }
}
