package io.github.geofix.cli;

import static io.github.geofix.cli.Result.run;
import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code geofix train} that is stopped before its end. */
class TrainStopTest {
  @TempDir private Path folder;

  @Test
  void writesNoModelOfAPartOfItsSteps() throws Exception {
    List<String> rows = new ArrayList<>(List.of("image,latitude,longitude"));
    for (int i = 0; i < 8; i++) {
      Path photo = folder.resolve(i + ".png");
      ImageIO.write(
          new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB), "png", photo.toFile());
      rows.add(photo.getFileName() + "," + i + "," + i);
    }
    Files.write(folder.resolve("photos.csv"), rows);
    Path written = folder.resolve("run/run.json");
    CompletableFuture<Result> ended = new CompletableFuture<>();
    Thread training = new Thread(() -> ended.complete(train()));
    training.start();
    while (!Files.exists(written) && !ended.isDone()) {
      Thread.sleep(5);
    }
    training.interrupt();
    Result result = ended.get(60, TimeUnit.SECONDS);
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).contains("geofix: the training was stopped, no model was written");
    assertThat(folder.resolve("model")).doesNotExist();
    assertThat(written).exists();
  }

  private Result train() {
    return run(
        "train",
        "--method",
        "embed",
        "--data",
        folder.resolve("photos.csv").toString(),
        "--batch",
        "8",
        "--epochs",
        "1000000",
        "--run",
        folder.resolve("run").toString(),
        "--out",
        folder.resolve("model").toString());
  }
}
