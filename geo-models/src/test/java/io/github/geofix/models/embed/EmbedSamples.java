package io.github.geofix.models.embed;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.Manifest;
import io.github.geofix.core.PhotoSource;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.Samples;
import io.github.geofix.models.embed.EmbedConfig.Cells;
import io.github.geofix.models.embed.EmbedConfig.Inference;
import io.github.geofix.models.embed.EmbedConfig.Matching;
import io.github.geofix.models.embed.EmbedConfig.Matching.Cosine;
import io.github.geofix.models.embed.Fusion.SemanticStream;
import io.github.geofix.models.image.Photos;
import io.github.geofix.models.train.Examples;
import io.github.geofix.models.train.Examples.Batch;
import io.github.geofix.models.train.Examples.Example;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;

/** Small configurations, models and photos for the tests of the family. */
final class EmbedSamples {
  /** Sixty photos of noise with positions. */
  static final PhotoSource PHOTOS =
      new PhotoSource() {
        private final List<LatLng> positions = positions(1, 60);

        @Override
        public int size() {
          return positions.size();
        }

        @Override
        public LabeledPhoto photo(int epoch, int index) {
          return new LabeledPhoto(EmbedSamples.photo(index), positions.get(index));
        }
      };

  private EmbedSamples() {}

  /** Returns random positions. */
  static List<LatLng> positions(long seed, int count) {
    Random random = new Random(seed);
    return IntStream.range(0, count)
        .mapToObj(i -> HierarchicalScoresTest.randomPoint(random))
        .toList();
  }

  /** Returns levels 1, 2 and 3 and 16 dimensions. */
  static EmbedConfig tiny() {
    return EmbedConfig.tiny()
        .withEncoder(EmbedConfig.tiny().encoder().withDimension(16))
        .withCells(new Cells.FixedLevels(List.of(1, 2, 3)));
  }

  static EmbedConfig trainingLastBlock(EmbedConfig config) {
    EmbedConfig.Encoder encoder = config.encoder();
    return config.withEncoder(
        new EmbedConfig.Encoder(encoder.backbone(), encoder.image(), 1, encoder.dimension()));
  }

  static EmbedConfig contrasting(Matching.Negatives negatives) {
    return tiny().withMatching(Cosine.defaults().withNegatives(negatives));
  }

  static EmbedConfig inference(int tenCrops, int neighbors) {
    return tiny().withInference(new Inference(tenCrops, neighbors));
  }

  static SemanticStream fusion(String source, int classes) {
    SemanticStream tiny = SemanticStream.tiny();
    return tiny.withClassMaps(tiny.classMaps().withSource(source, classes));
  }

  static EmbedModel model(EmbedConfig config) {
    return EmbedModel.create(config, positions(1, 300), 1);
  }

  static BufferedImage photo(long seed) {
    return Samples.noise(44, 40, seed);
  }

  static Batch batch(EmbedModel model, Examples examples, NDManager step, int size) {
    List<Example> all =
        IntStream.range(0, size)
            .mapToObj(i -> examples.example(0, i, new SplittableRandom(1)))
            .toList();
    int length = all.get(0).inputs()[0].length;
    int levels = model.hierarchy().levels();
    float[] pixels = new float[size * length];
    long[] labels = new long[size * levels];
    for (int i = 0; i < size; i++) {
      System.arraycopy(all.get(i).inputs()[0], 0, pixels, i * length, length);
      System.arraycopy(all.get(i).targets()[0], 0, labels, i * levels, levels);
    }
    Shape shape = new Shape(size).addAll(model.inputShapes().get(0));
    return new Batch(
        List.of(step.create(pixels, shape)), List.of(step.create(labels, new Shape(size, levels))));
  }

  static PhotoSource source(Manifest manifest) {
    return new PhotoSource() {
      @Override
      public int size() {
        return manifest.size();
      }

      @Override
      public LabeledPhoto photo(int epoch, int index) {
        Manifest.Entry entry = manifest.entries().get(index);
        return new LabeledPhoto(
            Photos.read(entry.image()), entry.latLng(), Optional.of(entry.image()));
      }
    };
  }

  /** Writes six photos with a class map of two classes beside each. */
  static Manifest photosWithMaps(Path folder) throws IOException {
    List<Manifest.Entry> entries = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      BufferedImage classes = new BufferedImage(44, 40, BufferedImage.TYPE_BYTE_GRAY);
      classes.getRaster().setSample(i, i, 0, 149);
      ImageIO.write(classes, "png", folder.resolve(i + ".classes.png").toFile());
      Path file = folder.resolve(i + ".png");
      ImageIO.write(photo(i), "png", file.toFile());
      entries.add(new Manifest.Entry(file, positions(1, 300).get(i), Map.of()));
    }
    return Manifest.of(entries);
  }
}
