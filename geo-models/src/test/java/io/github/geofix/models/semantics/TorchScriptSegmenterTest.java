package io.github.geofix.models.semantics;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.geofix.models.backbone.TorchScriptArchive;
import io.github.geofix.models.image.ClassMap;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TorchScriptSegmenterTest {

  /** A network whose first class is red and whose second is blue. */
  @Test
  void findsTheBestClassOfEachPart(@TempDir Path folder) throws IOException {
    float[] weights = new float[2 * 3 * 4 * 4];
    for (int i = 0; i < 16; i++) {
      weights[i] = 1;
      weights[(3 + 2) * 16 + i] = 1;
    }
    Path file = folder.resolve("segmenter.pt");
    Files.write(file, TorchScriptArchive.convolution(weights));
    BufferedImage photo = new BufferedImage(60, 40, BufferedImage.TYPE_INT_RGB);
    Graphics2D pen = photo.createGraphics();
    pen.setColor(Color.RED);
    pen.fillRect(0, 0, 60, 40);
    pen.setColor(Color.BLUE);
    pen.fillRect(20, 10, 40, 30);
    pen.dispose();
    try (ClassMaps maps = ClassMaps.named("torchscript:" + file)) {
      BufferedImage blue = new BufferedImage(7, 5, BufferedImage.TYPE_INT_RGB);
      pen = blue.createGraphics();
      pen.setColor(Color.BLUE);
      pen.fillRect(0, 0, 7, 5);
      pen.dispose();
      List<ClassMap> together = maps.ofAll(List.of(blue, photo), List.of(file, file));
      assertThat(together).hasSize(2);
      assertThat(together.get(0).width()).isEqualTo(7);
      assertThat(together.get(0).at(3, 2)).isEqualTo(1);
      ClassMap map = maps.of(photo);
      for (int i = 0; i < 60 * 40; i++) {
        assertThat(together.get(1).at(i % 60, i / 60)).isEqualTo(map.at(i % 60, i / 60));
      }
      assertThat(map.width()).isEqualTo(60);
      assertThat(map.height()).isEqualTo(40);
      for (int y = 0; y < 40; y++) {
        for (int x = 0; x < 60; x++) {
          boolean nearBorder = Math.abs(x - 20) < 2 || Math.abs(y - 10) < 2;
          if (!nearBorder) {
            assertThat(map.at(x, y)).as("%s, %s", x, y).isEqualTo(x >= 20 && y >= 10 ? 1 : 0);
          }
        }
      }
    }
  }
}
