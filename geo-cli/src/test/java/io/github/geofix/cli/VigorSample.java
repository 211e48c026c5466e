package io.github.geofix.cli;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.earth.EarthImage;
import io.github.geofix.earth.EarthView;
import io.github.geofix.models.image.ImageSpec.Interpolation;
import io.github.geofix.models.internal.image.Resampling;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;

/**
 * A small folder in the layout of VIGOR, cut from real images of the Earth: each city is a region
 * of overlapping tiles of the Blue Marble, and a ground photo is a crop of another rendering.
 */
final class VigorSample {
  private static final Map<String, LatLng> CITIES = new LinkedHashMap<>();

  static {
    CITIES.put("NewYork", new LatLng(42, -75));
    CITIES.put("Seattle", new LatLng(46, -120));
    CITIES.put("SanFrancisco", new LatLng(37, -119));
    CITIES.put("Chicago", new LatLng(42, -88));
  }

  /** Tiles on a side of a region; they overlap by half, as in VIGOR. */
  private static final int SIDE = 5;

  private static final double STRIDE_DEGREES = 3;
  private static final double TILE_DEGREES = 2 * STRIDE_DEGREES;
  private static final int PHOTOS_PER_CITY = 12;
  private static final int PIXELS = 128;
  private static final int EMBEDDING_SIDE = 6;

  private final Path root;
  private final EarthImage reference;
  private final EarthImage rendering;
  private final Random random = new Random(1);
  private final List<float[]> queries = new ArrayList<>();
  private final List<float[]> gallery = new ArrayList<>();

  private VigorSample(Path root, Path earth) {
    this.root = root;
    this.reference = EarthImage.read(earth.resolve("earth-blue-marble.jpg"));
    this.rendering = EarthImage.read(earth.resolve("BMNG_world.topo.bathy.200405.3.2048x1024.jpg"));
  }

  /** Writes the folder, and {@code q.npy} and {@code g.npy}: shrunken images as embeddings. */
  static void write(Path root, Path earth) throws IOException {
    VigorSample sample = new VigorSample(root, earth);
    for (Map.Entry<String, LatLng> city : CITIES.entrySet()) {
      sample.writeCity(city.getKey(), city.getValue());
    }
    writeNpy(root.resolve("q.npy"), sample.queries);
    writeNpy(root.resolve("g.npy"), sample.gallery);
  }

  private void writeCity(String city, LatLng center) throws IOException {
    Path satellites = Files.createDirectories(root.resolve(city + "/satellite"));
    Path panoramas = Files.createDirectories(root.resolve(city + "/panorama"));
    Path splits = Files.createDirectories(root.resolve("splits/" + city));
    List<String> names = new ArrayList<>();
    for (int tile = 0; tile < SIDE * SIDE; tile++) {
      LatLng middle = middle(center, tile / SIDE, tile % SIDE);
      BufferedImage image = reference.crop(new EarthView(middle, TILE_DEGREES, 0), PIXELS);
      names.add(name("satellite_%.4f_%.4f.png", middle));
      ImageIO.write(image, "png", satellites.resolve(names.get(tile)).toFile());
      gallery.add(embed(image.getSubimage(PIXELS / 4, PIXELS / 4, PIXELS / 2, PIXELS / 2)));
    }
    Files.write(splits.resolve("satellite_list.txt"), names);
    List<String> labels = new ArrayList<>();
    for (int i = 0; i < PHOTOS_PER_CITY; i++) {
      // Not on the rim, so that three more tiles cover the place.
      int row = 1 + random.nextInt(SIDE - 2);
      int column = 1 + random.nextInt(SIDE - 2);
      double south = random.nextDouble() - 0.5;
      double east = random.nextDouble() - 0.5;
      LatLng nearest = middle(center, row, column);
      LatLng place =
          new LatLng(
              nearest.latitude() - south * STRIDE_DEGREES,
              nearest.longitude() + east * STRIDE_DEGREES);
      BufferedImage square = rendering.crop(new EarthView(place, TILE_DEGREES / 2, 0), PIXELS);
      String name = name(city.charAt(0) + "%02d".formatted(i) + ",%.6f,%.6f,.jpg", place);
      // As wide as a panorama: the places to the left and right are seen, too.
      ImageIO.write(
          rendering
              .crop(new EarthView(place, TILE_DEGREES, 0), 2 * PIXELS)
              .getSubimage(0, PIXELS / 2, 2 * PIXELS, PIXELS),
          "jpg",
          panoramas.resolve(name).toFile());
      queries.add(embed(square));
      int otherRow = row + (south > 0 ? 1 : -1);
      int otherColumn = column + (east > 0 ? 1 : -1);
      StringBuilder label = new StringBuilder(name);
      for (int tile :
          new int[] {
            row * SIDE + column,
            otherRow * SIDE + column,
            row * SIDE + otherColumn,
            otherRow * SIDE + otherColumn
          }) {
        label.append(' ').append(names.get(tile)).append(" 0.0 0.0");
      }
      labels.add(label.toString());
    }
    // Too few to split: what is tested has been trained on.
    Files.write(splits.resolve("same_area_balanced_train.txt"), labels);
    Files.write(splits.resolve("same_area_balanced_test.txt"), labels);
    Files.write(splits.resolve("pano_label_balanced.txt"), labels);
  }

  private static LatLng middle(LatLng center, int row, int column) {
    return new LatLng(
        center.latitude() - (row - SIDE / 2) * STRIDE_DEGREES,
        center.longitude() + (column - SIDE / 2) * STRIDE_DEGREES);
  }

  private static String name(String format, LatLng place) {
    return String.format(Locale.ROOT, format, place.latitude(), place.longitude());
  }

  /** Returns the image at 6 x 6 pixels, its mean taken off. */
  private static float[] embed(BufferedImage image) {
    BufferedImage small =
        Resampling.resize(image, EMBEDDING_SIDE, EMBEDDING_SIDE, Interpolation.BILINEAR);
    int[] pixels = small.getRGB(0, 0, EMBEDDING_SIDE, EMBEDDING_SIDE, null, 0, EMBEDDING_SIDE);
    float[] values = new float[3 * pixels.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = pixels[i / 3] >> (8 * (i % 3)) & 0xFF;
    }
    float[] means = new float[3];
    for (int i = 0; i < values.length; i++) {
      means[i % 3] += values[i] / pixels.length;
    }
    for (int i = 0; i < values.length; i++) {
      values[i] -= means[i % 3];
    }
    return values;
  }

  private static void writeNpy(Path file, List<float[]> rows) throws IOException {
    int width = rows.get(0).length;
    String header =
        "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }"
            .formatted(rows.size(), width);
    header = header + " ".repeat(63 - (10 + header.length()) % 64) + "\n";
    ByteBuffer out =
        ByteBuffer.allocate(10 + header.length() + 4 * rows.size() * width)
            .order(ByteOrder.LITTLE_ENDIAN);
    out.put((byte) 0x93).put("NUMPY\1\0".getBytes(StandardCharsets.ISO_8859_1));
    out.putShort((short) header.length()).put(header.getBytes(StandardCharsets.ISO_8859_1));
    rows.forEach(
        row -> {
          for (float value : row) {
            out.putFloat(value);
          }
        });
    Files.write(file, out.array());
  }
}
