package io.github.geofix.cli;

import static io.github.geofix.cli.Result.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.geofix.core.Photo;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every command that reads photos takes the same options of them and of its network. */
final class PhotoLimitsOptionTest {
  @TempDir private static Path folder;

  /** One of 1.1 million pixels among small ones. */
  @BeforeAll
  static void photos() throws IOException {
    StringBuilder list = new StringBuilder("image,latitude,longitude\n");
    for (int i = 0; i < 8; i++) {
      int width = i == 5 ? 1100 : 40;
      int height = i == 5 ? 1000 : 40;
      BufferedImage photo = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
      ImageIO.write(photo, "png", folder.resolve(i + ".png").toFile());
      list.append("%d.png,%d,%d\n".formatted(i, 10 * i - 40, 20 * i - 60));
    }
    Files.writeString(folder.resolve("photos.csv"), list);
    Result trained = run(line("train", "model").toArray(String[]::new));
    assertThat(trained.code()).as(trained.err()).isZero();
  }

  private static String path(String name) {
    return folder.resolve(name).toString();
  }

  private static List<String> line(String command, String out) {
    String data = "--data=" + path("photos.csv");
    String model = "--model=" + path("model");
    return switch (command) {
      case "locate" -> List.of("locate", model, path("5.png"));
      case "evaluate", "calibrate" -> List.of(command, model, data);
      case "embed" -> List.of("embed", model, data, "--out=" + path(out + ".npy"));
      case "gallery build" ->
          List.of(
              "gallery", "build", model, "--photos=" + path("photos.csv"), "--out=" + path(out));
      case "train" ->
          List.of(
              "train",
              "--method=embed",
              "--set=encoder.dimension=16",
              data,
              "--epochs=1",
              "--batch=8",
              "--out=" + path(out));
      default -> throw new IllegalArgumentException(command);
    };
  }

  private static Result with(List<String> line, String... options) {
    List<String> all = new ArrayList<>(line);
    all.addAll(List.of(options));
    return run(all.toArray(String[]::new));
  }

  @ParameterizedTest
  @ValueSource(strings = {"locate", "evaluate", "calibrate", "embed", "gallery build", "train"})
  void theLimitOnPixelsIsSetAndNamed(String command) {
    String out = command.replace(' ', '-');
    Result refused = with(line(command, out + "-refused"), "--max-megapixels=1");
    assertThat(refused.code()).isOne();
    assertThat(refused.err())
        .contains("1100 x 1000 pixels, more than the 1000000 allowed")
        .contains("--max-megapixels");
    Result read = with(line(command, out), "--max-megapixels=2");
    assertThat(read.code()).as(read.err()).isZero();
  }

  @Test
  void aRunKeepsTheLimitsItWasMadeWith() {
    Path first = folder.resolve("kept");
    assertThat(with(line("train", "kept"), "--max-megapixels=2").code()).isZero();
    RunConfig run = RunConfig.read(first);
    assertThat(run.limits()).isEqualTo(Photo.Limits.defaults().withMaxPixels(2_000_000));
    Result again = run("train", "--config=" + first, "--out=" + folder.resolve("again"));
    assertThat(again.code()).as(again.err()).isZero();
    assertThat(RunConfig.read(folder.resolve("again")).limits()).isEqualTo(run.limits());
    Result less =
        run("train", "--config=" + first, "--max-megapixels=1", "--out=" + folder.resolve("less"));
    assertThat(less.err()).contains("more than the 1000000 allowed");
  }

  @ParameterizedTest
  @ValueSource(strings = {"locate", "evaluate", "calibrate", "embed", "gallery build"})
  void precisionAndMemoryAreSet(String command) {
    String out = command.replace(' ', '-') + "-16";
    Result halved = with(line(command, out), "--precision=bfloat16", "--memory=512");
    assertThat(halved.code()).as(halved.err()).isZero();
    Result wrong = with(line(command, out), "--precision=float8");
    assertThat(wrong.err()).contains("--precision", "float8");
    assertThat(with(line(command, out), "--memory=0").err()).contains("--memory must be 1 to");
  }

  @Test
  void largerPhotosMayTakeAsMuchMore() {
    Photo.Limits defaults = Photo.Limits.defaults();
    Photo.Limits twice = PhotoLimitsOption.scaled(defaults, 200);
    assertThat(twice)
        .isEqualTo(
            new Photo.Limits(
                2 * defaults.maxPixels(),
                2 * defaults.maxFileBytes(),
                2 * defaults.maxMemoryBytes()));
    assertThat(PhotoLimitsOption.scaled(defaults, 1)).isEqualTo(defaults.withMaxPixels(1_000_000));
    assertThat(PhotoLimitsOption.scaled(defaults, 715).maxFileBytes())
        .as("no longer than an array")
        .isEqualTo(Integer.MAX_VALUE - 8);
    for (int wrong : new int[] {0, 716}) {
      assertThat(with(line("locate", ""), "--max-megapixels=" + wrong).err())
          .contains("--max-megapixels must be 1 to 715: " + wrong);
    }
  }
}
