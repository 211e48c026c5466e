package io.github.geofix.cli;

import static io.github.geofix.cli.MainTest.assertOneLine;
import static io.github.geofix.cli.Result.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.geofix.models.internal.encoder.EncoderConfig;
import io.github.geofix.models.internal.encoder.EncoderModel;
import io.github.geofix.models.io.ModelCard;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code geofix embed} that is interrupted, killed and repeated. */
@Timeout(120)
final class EmbedCommandTest {
  private static final int FILES = 8;

  @TempDir private static Path shared;

  @TempDir private Path folder;

  @BeforeAll
  static void build() throws IOException {
    try (EncoderModel model = EncoderModel.create(EncoderConfig.of("residual-small"), 1)) {
      model.save(shared.resolve("encoder"), ModelCard.untrained("nothing", 1));
    }
  }

  @BeforeEach
  void savePhotos() throws IOException {
    for (int i = 0; i < FILES; i++) {
      BufferedImage picture = new BufferedImage(32, 32, BufferedImage.TYPE_3BYTE_BGR);
      new Random(i).ints(32 * 32).forEach(new Dots(picture)::next);
      ImageIO.write(picture, "png", folder.resolve(i + ".png").toFile());
    }
  }

  private static final class Dots {
    private final BufferedImage picture;
    private int at;

    Dots(BufferedImage picture) {
      this.picture = picture;
    }

    void next(int rgb) {
      picture.setRGB(at % 32, at / 32, rgb);
      at++;
    }
  }

  private Path list(int photos) throws IOException {
    StringBuilder list = new StringBuilder("image\n");
    for (int i = 0; i < photos; i++) {
      list.append(i % FILES).append(".png\n");
    }
    return Files.writeString(folder.resolve("photos.csv"), list);
  }

  private String[] line(String out, String... more) {
    return Stream.concat(
            Stream.of(
                "embed",
                "--model",
                shared.resolve("encoder").toString(),
                "--data",
                folder.resolve("photos.csv").toString(),
                "--out",
                folder.resolve(out).toString()),
            Stream.of(more))
        .toArray(String[]::new);
  }

  private static void assertSame(Path file, Path expected) throws IOException {
    assertThat(Files.mismatch(file, expected)).isEqualTo(-1);
    try (Stream<Path> all = Files.list(file.resolveSibling("."))) {
      assertThat(all).noneMatch(path -> path.toString().contains(".partial"));
    }
  }

  @Test
  void continuesAfterItWasKilled() throws Exception {
    list(1200);
    Path out = folder.resolve("killed.safetensors");
    Path progress = folder.resolve("killed.safetensors.partial.json");
    Process process = start(line("killed.safetensors", "--batch", "4"));
    try {
      while (!Files.exists(progress)) {
        assertThat(process.isAlive()).as("vectors are saved before the end").isTrue();
        Thread.sleep(2);
      }
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(out).doesNotExist();
    String saved = Files.readString(progress);
    assertThat(run(line("killed.safetensors", "--batch", "4")).code()).isZero();
    assertThat(saved).contains("\"vectors\":").doesNotContain("\"vectors\": 1200");
    assertThat(run(line("whole.safetensors", "--batch", "4")).code()).isZero();
    assertSame(out, folder.resolve("whole.safetensors"));
  }

  private static Process start(String[] line) throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    return new ProcessBuilder(
            Stream.concat(
                    Stream.of(java, "-cp", System.getProperty("java.class.path"), "-Xmx512m"),
                    Stream.concat(Stream.of(Main.class.getName()), Stream.of(line)))
                .toList())
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  @Test
  void continuesAfterAPhotoThatWasMissing() throws Exception {
    list(21);
    byte[] photo = Files.readAllBytes(folder.resolve("5.png"));
    assertThat(run(line("whole.npy", "--batch", "2")).code()).isZero();
    Files.delete(folder.resolve("5.png"));
    Result failed = run(line("failed.npy", "--batch", "2"));
    assertThat(failed.code()).isEqualTo(1);
    assertThat(folder.resolve("failed.npy")).doesNotExist();
    assertThat(folder.resolve("failed.npy.partial.json")).content().contains("\"vectors\": 4");
    Files.write(folder.resolve("5.png"), photo);
    assertOneLine(run(line("failed.npy", "--batch", "3")), "of another --batch or precision");
    list(3);
    assertOneLine(run(line("failed.npy", "--batch", "2")), ".partial has vectors of other photos");
    list(21);
    assertThat(run(line("failed.npy", "--batch", "2")).code()).isZero();
    assertSame(folder.resolve("failed.npy"), folder.resolve("whole.npy"));
  }
}
