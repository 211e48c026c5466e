package io.github.geofix.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.geofix.core.format.Safetensors;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.encoder.EncoderConfig;
import io.github.geofix.models.internal.encoder.EncoderModel;
import io.github.geofix.models.io.ModelCard;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PLONK from its released files to figures, with a narrow network of random weights. */
final class PlonkReleaseTest {
  private static final int WIDTH = 8;
  private static final int CONDITION = 384;

  @TempDir private static Path folder;

  private final Random random = new Random(3);

  @BeforeAll
  static void importRelease() throws IOException {
    new PlonkReleaseTest().writeRelease(Files.createDirectory(folder.resolve("release")));
    ImageSpec image = ImageSpec.imageNet(56);
    try (EncoderModel backbone =
        EncoderModel.create(EncoderConfig.of("dinov2-s14-reg").withImage(image), 1)) {
      backbone.save(folder.resolve("dino"), ModelCard.untrained("nothing", 1));
    }
    Result imported =
        Result.run(
            "import",
            "--release=plonk-yfcc",
            "--from=" + folder.resolve("release"),
            "--backbone=" + folder.resolve("dino/weights.safetensors"),
            "--set=backbone=dinov2-s14-reg",
            "--set=image.height=56",
            "--set=image.width=56",
            "--out=" + folder.resolve("m"));
    assertThat(imported.code()).as(imported.err()).isZero();
    assertThat(imported.out()).contains("license: MIT (PLONK)");
    StringBuilder list = new StringBuilder("image,latitude,longitude\n");
    for (int i = 0; i < 2; i++) {
      BufferedImage photo = new BufferedImage(64, 60, BufferedImage.TYPE_3BYTE_BGR);
      for (int pixel = 0; pixel < 64 * 60; pixel++) {
        photo.setRGB(pixel % 64, pixel / 64, (pixel * 7919 * (i + 1)) & 0xffffff);
      }
      ImageIO.write(photo, "png", folder.resolve(i + ".png").toFile());
      list.append(i).append(".png,48,").append(10 * i).append('\n');
    }
    Files.writeString(folder.resolve("list.csv"), list);
  }

  private void writeRelease(Path release) throws IOException {
    Files.writeString(
        release.resolve("config.json"),
        """
        {"input_dim": 3, "dim": %d, "depth": 1, "expansion": 4, "cond_dim": %d}\
        """
            .formatted(WIDTH, CONDITION));
    Safetensors.Writer writer =
        Safetensors.writer().floats("time_embedder.encode_time.freqs", new float[] {1}, 1);
    linear(writer, "time_embedder.map_time.0", WIDTH, 2);
    linear(writer, "time_embedder.map_time.2", WIDTH, WIDTH);
    linear(writer, "cond_mapper", WIDTH, CONDITION);
    linear(writer, "initial_mapper", WIDTH, 3);
    linear(writer, "blocks.0.mlp.0", 4 * WIDTH, WIDTH);
    linear(writer, "blocks.0.mlp.3", WIDTH, 4 * WIDTH);
    linear(writer, "blocks.0.ada_map.1", 3 * WIDTH, WIDTH);
    linear(writer, "final_adaln.1", 2 * WIDTH, WIDTH);
    linear(writer, "final_linear", 3, WIDTH);
    writer.write(release.resolve("model.safetensors"));
  }

  private void linear(Safetensors.Writer writer, String name, int rows, int columns) {
    writer.floats(name + ".weight", normal(rows * columns, columns), rows, columns);
    writer.floats(name + ".bias", normal(rows, rows), rows);
  }

  private float[] normal(int count, int width) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (random.nextGaussian() / Math.sqrt(width));
    }
    return values;
  }

  private static String located(String... settings) {
    Result located =
        Result.run(
            Stream.concat(
                    Stream.of(
                        "locate",
                        "--model=" + folder.resolve("m"),
                        "--format=json",
                        "--set=sampling.samples=16",
                        folder.resolve("0.png").toString()),
                    Stream.of(settings).map(setting -> "--set=sampling." + setting))
                .toArray(String[]::new));
    assertThat(located.code()).as(located.err()).isZero();
    return located.out();
  }

  @Test
  void locatesBySamplesWhoseNumberStepsAndSeedAreOptions() {
    String ten = located("steps=10");
    assertThat(ten).contains("\"regions\"");
    String other = located("steps=10", "seed=2");
    assertThat(other).isNotEqualTo(ten);
    assertThat(located("steps=5", "seed=2")).isNotEqualTo(other);
  }

  @Test
  void theDensityGivesTheRegionsThatAllAnswersHave() {
    String counted = located("steps=10", "s2Level=1");
    String dense = located("steps=10", "s2Level=1", "densitySteps=20");
    assertThat(dense).contains("\"regions\"").isNotEqualTo(counted);
    // Steps that are small enough agree.
    assertThat(bestScore(located("steps=10", "s2Level=1", "densitySteps=40")))
        .isCloseTo(bestScore(dense), within(0.05));
  }

  private static double bestScore(String json) {
    return Double.parseDouble(json.replaceFirst("(?s).*?\"score\": ([0-9.E-]+).*", "$1"));
  }

  @Test
  void isEvaluated() {
    Result evaluated =
        Result.run(
            "evaluate",
            "--model=" + folder.resolve("m"),
            "--data=" + folder.resolve("list.csv"),
            "--set=sampling.samples=16",
            "--set=sampling.steps=5");
    assertThat(evaluated.code()).as(evaluated.err()).isZero();
    assertThat(evaluated.out()).contains("2 photos", "negative log likelihood, nats per km2");
  }
}
