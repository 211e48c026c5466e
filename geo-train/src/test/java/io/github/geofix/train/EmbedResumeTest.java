package io.github.geofix.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.geofix.core.PhotoSource;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.embed.EmbedConfig;
import io.github.geofix.models.embed.EmbedConfig.Inference;
import io.github.geofix.models.embed.EmbedConfig.Matching.Cosine;
import io.github.geofix.models.embed.EmbedConfig.Matching.InBatch;
import io.github.geofix.models.embed.EmbedModel;
import io.github.geofix.models.embed.Fusion.Input;
import io.github.geofix.models.embed.Fusion.Norm;
import io.github.geofix.models.embed.Fusion.PhotoStream;
import io.github.geofix.models.io.ModelCard;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A killed run of the embed family, with all that may be part of one, ends with the same bits. */
final class EmbedResumeTest {
  private static final int PHOTOS = 40;
  private static final int KILLED_AT = 7;

  private static final PhotoSource SOURCE =
      new PhotoSource() {
        @Override
        public int size() {
          return PHOTOS;
        }

        @Override
        public LabeledPhoto photo(int epoch, int index) {
          SplittableRandom random = new SplittableRandom(index);
          BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
          IntStream.range(0, 32 * 32)
              .forEach(i -> image.setRGB(i % 32, i / 32, random.nextInt(1 << 24)));
          return new LabeledPhoto(image, place(index));
        }
      };

  @TempDir private Path folder;

  private static LatLng place(int index) {
    return new LatLng(-60 + 3 * index, -170 + 8 * index);
  }

  /** Class maps, negatives in the batch, batch normalization, and answers by photos nearby. */
  private static EmbedModel model() {
    EmbedConfig config =
        EmbedConfig.tiny()
            .withMatching(Cosine.defaults().withNegatives(InBatch.defaults()))
            .withFusion(
                new PhotoStream(2, Input.defaults().withSource("water", 2), 16, 8, 2, Norm.BEFORE))
            .withInference(Inference.defaults().withNeighbors(3));
    return EmbedModel.create(
        config, IntStream.range(0, PHOTOS).mapToObj(i -> place(i)).toList(), 3);
  }

  private static Trainer trainer(EmbedModel model) {
    TrainOptions options =
        TrainOptions.defaults()
            .withSteps(20)
            .withBatchSize(8)
            .withEmaDecay(0.9)
            .withSeed(4)
            .withCheckpointSeconds(0);
    return Trainer.of(model, options).validateOn(SOURCE).onNotice(notice -> {});
  }

  /** Trains to the end, indexes the photos, and returns the files of the model folder. */
  private Path trained(Path run, String name) {
    Path target = folder.resolve(name);
    try (EmbedModel model = model()) {
      trainer(model).fit(SOURCE, run);
      model.afterTraining(SOURCE);
      model.save(target, ModelCard.untrained("a test", 1));
    }
    return target;
  }

  @Test
  void endsWithTheSameBitsAfterAKill() throws IOException {
    Path calm = trained(folder.resolve("calm-run"), "calm");
    Path run = folder.resolve("run");
    Path killed = folder.resolve("killed-run");
    try (EmbedModel model = model()) {
      Trainer trainer = trainer(model);
      trainer.onProgress(
          progress -> {
            if (progress.step() == KILLED_AT) {
              // What a kill at this moment leaves; stopping writes more.
              copy(run, killed);
              trainer.stop();
            }
          });
      assertThat(trainer.fit(SOURCE, run).ending()).isEqualTo(TrainReport.Ending.STOPPED);
    }
    Path resumed = trained(killed, "resumed");
    assertThat(
            same(killed.resolve("last.safetensors"), folder.resolve("calm-run/last.safetensors")))
        .isTrue();
    for (String file : List.of("weights.safetensors", "gallery.index", "config.json")) {
      assertThat(same(calm.resolve(file), resumed.resolve(file))).as(file).isTrue();
    }
  }

  private static boolean same(Path a, Path b) throws IOException {
    return Files.mismatch(a, b) == -1;
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).map(folder::relativize).sorted().toList();
    }
  }

  private static void copy(Path from, Path to) {
    try {
      Files.createDirectories(to);
      for (Path file : files(from)) {
        Files.copy(from.resolve(file), to.resolve(file));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
