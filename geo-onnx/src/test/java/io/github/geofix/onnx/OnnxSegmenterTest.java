package io.github.geofix.onnx;

import static io.github.geofix.onnx.TinyOnnx.model;
import static io.github.geofix.onnx.TinyOnnx.segmenter;
import static io.github.geofix.onnx.TinyOnnx.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.models.image.ClassMap;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class OnnxSegmenterTest {
  @TempDir private Path folder;

  /** Red, but blue from a place on. */
  private static BufferedImage photo(int width, int height, int left, int top) {
    BufferedImage photo = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D pen = photo.createGraphics();
    pen.setColor(Color.RED);
    pen.fillRect(0, 0, width, height);
    pen.setColor(Color.BLUE);
    pen.fillRect(left, top, width, height);
    pen.dispose();
    return photo;
  }

  @ParameterizedTest
  @CsvSource({"-1, 32", "1, 32", "2, 64", "-1, -1"})
  void findsTheBestClassOfEachPart(long batch, long side) {
    Path file = write(folder.resolve("segmenter.onnx"), model(segmenter(batch, side)));
    List<BufferedImage> photos =
        List.of(photo(60, 40, 20, 10), photo(30, 30, 0, 0), photo(9, 8, 9, 8));
    try (OnnxSegmenter segmenter = OnnxSegmenter.open(file)) {
      List<ClassMap> maps = segmenter.ofAll(photos, List.of(file, file, file));
      assertThat(maps).hasSize(3);
      ClassMap map = maps.get(0);
      assertThat(map.width()).isEqualTo(60);
      assertThat(map.height()).isEqualTo(40);
      for (int i = 0; i < 60 * 40; i++) {
        int x = i % 60;
        int y = i / 60;
        boolean nearBorder = Math.abs(x - 20) < 8 || Math.abs(y - 10) < 6;
        if (!nearBorder) {
          assertThat(map.at(x, y)).as("%s, %s", x, y).isEqualTo(x >= 20 && y >= 10 ? 1 : 0);
        }
      }
      assertThat(maps.get(1).at(15, 15)).isEqualTo(1);
      assertThat(maps.get(2).at(4, 4)).isZero();
      assertThat(segmenter.of(photos.get(1)).at(3, 3)).isEqualTo(1);
    }
  }

  @Test
  void refusesWhatIsNoSegmenter() {
    Path vectors = TinyOnnx.vectors(folder.resolve("vectors.onnx"), 8);
    try (OnnxSegmenter encoder = OnnxSegmenter.open(vectors)) {
      assertThatThrownBy(() -> encoder.of(photo(8, 8, 0, 0)))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining("export it with scores [B, C, h, w] of float32");
    }
    Path two = write(folder.resolve("two.onnx"), model(TinyOnnx.tokens(8)));
    assertThatThrownBy(() -> OnnxSegmenter.open(two))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("none named logits");
    Path none = write(folder.resolve("none.onnx"), new byte[] {1, 2, 3});
    assertThatThrownBy(() -> OnnxSegmenter.open(none)).isInstanceOf(ModelFormatException.class);
  }
}
