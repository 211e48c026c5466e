package io.github.geofix.bench;

import io.github.geofix.core.LoadOptions;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Manifest;
import io.github.geofix.core.index.EmbeddingIndex.VectorEncoding;
import io.github.geofix.eval.DistanceEvaluator;
import io.github.geofix.models.backbone.PhotoEncoder;
import io.github.geofix.models.gallery.GalleryConfig;
import io.github.geofix.models.gallery.GalleryModel;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.image.Photos;
import io.github.geofix.models.internal.BatchLocalizer;
import io.github.geofix.models.internal.encoder.EncoderConfig;
import io.github.geofix.models.internal.encoder.EncoderModel;
import io.github.geofix.models.io.ModelCard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Photos a second from files to answers, beside the network alone on the same photos, already
 * decoded and resized, in batches of the same size. The model is a gallery of the photos with an
 * encoder of random weights. The ways take turns in one run. Prints CSV.
 */
public final class ThroughputTable {
  private ThroughputTable() {}

  /** Runs the program. */
  public static void main(String[] args) throws IOException {
    Arguments arguments =
        Arguments.of(
            ThroughputTable.class,
            args,
            Map.of(
                "backbone", "dinov2-b14-hub",
                "side", "224",
                "data", "manifest.csv",
                "folder", "target/throughput",
                "turns", "3"));
    Manifest photos = Manifest.readCsv(Path.of(arguments.text("data")));
    int side = arguments.number("side");
    EncoderConfig config =
        EncoderConfig.of(arguments.text("backbone")).withImage(ImageSpec.imageNet(side));
    Path folder = Files.createTempDirectory(Path.of(arguments.text("folder")), "gallery");
    Path encoderFolder = folder.resolve("encoder");
    System.out.println("# " + arguments.command());
    System.out.println("photos,batch,way,photosPerSecond,ratio");
    try (EncoderModel model = EncoderModel.create(config, 1)) {
      model.save(encoderFolder, ModelCard.untrained("random numbers", 1));
      try (GalleryModel gallery =
              GalleryModel.create(
                  encoderFolder,
                  folder.resolve("model"),
                  GalleryConfig.defaults().withMinScore(-1),
                  VectorEncoding.FLOAT32,
                  LoadOptions.defaults());
          Localizer localizer = gallery.localizer();
          PhotoEncoder encoder = model.photoEncoder().orElseThrow()) {
        gallery.add(photos);
        compare(arguments.number("turns"), photos, encoder, localizer);
      }
    }
  }

  private static void compare(
      int turns, Manifest photos, PhotoEncoder encoder, Localizer localizer) {
    List<float[]> pixels =
        photos.entries().stream()
            .map(Manifest.Entry::image)
            .map(file -> encoder.read(Photos.read(file), Optional.of(file)))
            .toList();
    int batch = BatchLocalizer.batchSize(pixels.get(0).length);
    double[] bare = new double[turns];
    double[] evaluated = new double[turns];
    double[] one = new double[turns];
    for (int turn = -1; turn < turns; turn++) {
      double network =
          seconds(
              () -> {
                for (int first = 0; first < pixels.size(); first += batch) {
                  encoder.encode(pixels.subList(first, Math.min(pixels.size(), first + batch)));
                }
              });
      double evaluation = seconds(() -> DistanceEvaluator.defaults().evaluate(localizer, photos));
      double oneByOne = seconds(() -> photos.entries().forEach(e -> localizer.locate(e.image())));
      if (turn >= 0) {
        bare[turn] = network;
        evaluated[turn] = evaluation;
        one[turn] = oneByOne;
      }
    }
    print(pixels.size(), batch, "network alone", Median.of(bare), Median.of(bare));
    print(pixels.size(), batch, "evaluate", Median.of(evaluated), Median.of(bare));
    print(pixels.size(), 1, "locate one by one", Median.of(one), Median.of(bare));
  }

  private static void print(int photos, int batch, String way, double seconds, double bare) {
    System.out.printf(
        Locale.ROOT, "%d,%d,%s,%.3f,%.3f%n", photos, batch, way, photos / seconds, bare / seconds);
  }

  private static double seconds(Runnable work) {
    long start = System.nanoTime();
    work.run();
    return (System.nanoTime() - start) / 1e9;
  }
}
