package io.github.geofix.bench;

import io.github.geofix.core.Manifest;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.Embeddings;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.io.ModelCard;
import io.github.geofix.models.token.ReferenceDatabase;
import io.github.geofix.models.token.TokenConfig;
import io.github.geofix.models.token.TokenModel;
import io.github.geofix.train.Recipe;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;

/**
 * Writes what the memory and the speed of a published size are measured on: a model folder with
 * random weights, photos of noise with class maps and vectors, and a map of noise. The commands of
 * {@code geofix} are then measured from outside, as {@code docs/results/memory.csv} has it.
 */
public final class PublishedSizes {
  private static final LatLng CENTER = new LatLng(38.89359773, -76.98851636);
  private static final int WIDTH = 640;
  private static final int HEIGHT = 480;
  private static final int CLASSES = 150;
  private static final int REFERENCES = 1_000;

  private PublishedSizes() {}

  /** Runs the program. */
  public static void main(String[] args) throws IOException {
    Arguments arguments =
        Arguments.of(
            PublishedSizes.class,
            args,
            Map.of(
                "method", "embed",
                "size", "paper",
                "folder", "target/published",
                "photos", "200",
                "cells", "20000"));
    Recipe recipe = Recipe.of(arguments.text("method"), arguments.text("size"));
    Path folder = Files.createDirectories(Path.of(arguments.text("folder")));
    Random random = new Random(1);
    int photos = arguments.number("photos");
    boolean readsMap = recipe.method().equals("zoom") || recipe.method().equals("recombine");
    List<LatLng> places = readsMap ? inCity(photos, random) : onEarth(photos, random);
    writePhotos(folder, places, random);
    Path map = folder.resolve("earth.png");
    write(noise(2048, 1024, random), map);
    List<LatLng> positions =
        recipe.method().equals("embed") ? onEarth(arguments.number("cells"), random) : places;
    try (GeoModel model =
        recipe.newModel(readsMap ? Map.of("map", map.toString()) : Map.of(), positions)) {
      if (model instanceof TokenModel token
          && token.config().input() instanceof TokenConfig.Vectors input) {
        writeVectors(folder.resolve("vectors.npy"), photos, input, random);
        token.setReference(reference(input, random));
      }
      model.save(folder.resolve("model"), ModelCard.untrained("random numbers", 1));
    }
  }

  private static void writePhotos(Path folder, List<LatLng> places, Random random)
      throws IOException {
    List<Manifest.Entry> entries = new ArrayList<>();
    for (int i = 0; i < places.size(); i++) {
      Path file = folder.resolve(String.format(Locale.ROOT, "%05d.jpg", i));
      write(noise(WIDTH, HEIGHT, random), file);
      write(classes(random), folder.resolve(String.format(Locale.ROOT, "%05d.classes.png", i)));
      entries.add(new Manifest.Entry(file, places.get(i), Map.of()));
    }
    Manifest.of(entries).writeCsv(folder.resolve("photos.csv"));
  }

  private static void write(BufferedImage image, Path file) throws IOException {
    String name = file.toString();
    ImageIO.write(image, name.substring(name.lastIndexOf('.') + 1), file.toFile());
  }

  /**
   * Returns a picture of squares of 8 pixels in random colors, which JPEG packs as it does photos.
   */
  private static BufferedImage noise(int width, int height, Random random) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y += 8) {
      for (int x = 0; x < width; x += 8) {
        fill(image, x, y, random.nextInt(1 << 24));
      }
    }
    return image;
  }

  private static BufferedImage classes(Random random) {
    BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_BYTE_GRAY);
    for (int y = 0; y < HEIGHT; y += 8) {
      for (int x = 0; x < WIDTH; x += 8) {
        int number = random.nextInt(CLASSES);
        for (int i = 0; i < 64; i++) {
          image.getRaster().setSample(x + i % 8, y + i / 8, 0, number);
        }
      }
    }
    return image;
  }

  private static void fill(BufferedImage image, int x, int y, int color) {
    for (int i = 0; i < 64; i++) {
      image.setRGB(x + i % 8, y + i / 8, color);
    }
  }

  private static List<LatLng> inCity(int count, Random random) {
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                new LatLng(
                    CENTER.latitude() + 0.06 * (random.nextDouble() - 0.5),
                    CENTER.longitude() + 0.06 * (random.nextDouble() - 0.5)))
        .toList();
  }

  private static List<LatLng> onEarth(int count, Random random) {
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                new LatLng(
                    Math.toDegrees(Math.asin(2 * random.nextDouble() - 1)),
                    360 * random.nextDouble() - 180))
        .toList();
  }

  private static void writeVectors(
      Path file, int photos, TokenConfig.Vectors input, Random random) {
    try (Embeddings.Writer writer = Embeddings.Writer.create(file)) {
      for (int i = 0; i < photos; i++) {
        writer.write(normal(input.count() * input.dimension(), random));
      }
      writer.commit();
    }
  }

  private static float[] normal(int count, Random random) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static float[][] vectors(TokenConfig.Vectors input, Random random) {
    return IntStream.range(0, input.count())
        .mapToObj(i -> normal(input.dimension(), random))
        .toArray(float[][]::new);
  }

  private static ReferenceDatabase reference(TokenConfig.Vectors input, Random random) {
    ReferenceDatabase.Builder builder = ReferenceDatabase.builder(input.count(), input.dimension());
    List<LatLng> places = onEarth(REFERENCES, random);
    for (int i = 0; i < REFERENCES; i++) {
      builder.add(vectors(input, random), places.get(i), "photo " + i);
    }
    return builder.build();
  }
}
