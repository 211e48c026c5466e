package io.github.geofix.spark;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.Family;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.io.ModelCard;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import javax.imageio.ImageIO;
import org.apache.spark.sql.SparkSession;

/** Spark within the JVM of the tests, and what they ask it. */
public final class LocalSpark {
  private static final ModelCard CARD =
      new ModelCard("", 0, 0, 1, 0, "", "", "", Map.of(), Optional.empty());

  private LocalSpark() {}

  /** Returns the session of all tests, which ends with the JVM. */
  public static SparkSession session() {
    SparkSession session =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.sql.shuffle.partitions", "3")
            .config("spark.default.parallelism", "3")
            .config("spark.sql.warehouse.dir", System.getProperty("java.io.tmpdir"))
            .getOrCreate();
    session.sparkContext().setLogLevel("OFF");
    return session;
  }

  /** Returns points in 20 clusters, a third of them in one. */
  public static List<LatLng> points(int count, Random random) {
    List<LatLng> centers = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      centers.add(new LatLng(random.nextDouble() * 160 - 80, random.nextDouble() * 358 - 179));
    }
    List<LatLng> points = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      LatLng center = centers.get(i % 3 == 0 ? 0 : random.nextInt(20));
      points.add(
          new LatLng(
              center.latitude() + random.nextGaussian() / 10,
              Math.max(-180, Math.min(180, center.longitude() + random.nextGaussian() / 10))));
    }
    return points;
  }

  /** Saves an untrained model of the family embed in its smallest size. */
  public static Path model(Path folder, List<LatLng> places) {
    return model(folder, "tiny", places);
  }

  /** Saves an untrained model of the family embed. */
  static Path model(Path folder, String size, List<LatLng> places) {
    try (GeoModel made = Family.named("embed").create(size, Map.of(), places, 1)) {
      made.save(folder, CARD);
    }
    return folder;
  }

  /** Returns the file of a photo of noise. */
  public static byte[] photo(int seed) {
    BufferedImage image = new BufferedImage(48, 40, BufferedImage.TYPE_3BYTE_BGR);
    Random random = new Random(seed);
    for (int y = 0; y < 40; y++) {
      for (int x = 0; x < 48; x++) {
        image.setRGB(x, y, random.nextInt(1 << 24));
      }
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      if (!ImageIO.write(image, "png", bytes)) {
        throw new IllegalStateException("Java writes PNG");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
