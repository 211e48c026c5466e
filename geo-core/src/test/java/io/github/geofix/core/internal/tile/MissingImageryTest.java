package io.github.geofix.core.internal.tile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.geofix.core.tile.TileSource.MapImage;
import java.awt.image.BufferedImage;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Test;

final class MissingImageryTest {
  private static final BufferedImage IMAGE = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB);
  private static final MapImage SEEN = new MapImage(IMAGE, 0.01);
  private static final MapImage BLACK = new MapImage(IMAGE, 0);

  private static void count(MissingImagery missing, MapImage image, int times) {
    for (int i = 0; i < times; i++) {
      assertThat(missing.count(image)).isSameAs(image);
    }
  }

  @Test
  void theFirstImagesMayNotAllBeBlack() {
    MissingImagery missing = new MissingImagery(1);
    count(missing, BLACK, 15);
    assertThatThrownBy(() -> missing.count(BLACK))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("16 of 16 map images have no tile");
  }

  @Test
  void aLargeShareOfBlackImagesEndsTheWork() {
    MissingImagery missing = new MissingImagery(0.25);
    count(missing, SEEN, 48);
    count(missing, BLACK, 16);
    assertThat(missing).hasToString("16 of 64 map images have no tile");
    assertThatThrownBy(() -> missing.count(BLACK)).hasMessageContaining("17 of 65 map images");
  }

  @Test
  void fewImagesAreJudgedAtTheEnd() {
    MissingImagery missing = new MissingImagery(0.5);
    count(missing, SEEN, 3);
    count(missing, BLACK, 3);
    assertThatCode(missing::finish).doesNotThrowAnyException();
    count(missing, BLACK, 14);
    assertThat(missing.images()).isEqualTo(20);
    assertThat(missing.missing()).isEqualTo(17);
    assertThatThrownBy(missing::finish)
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("17 of 20 map images have no tile");
  }

  @Test
  void oneBlackImageAloneIsTooMuchWhateverTheShare() {
    MissingImagery missing = new MissingImagery(1);
    assertThatCode(missing::finish).doesNotThrowAnyException();
    count(missing, BLACK, 1);
    assertThatThrownBy(missing::finish).hasMessageContaining("1 of 1 map image has no tile");
  }

  @Test
  void sharesAreZeroToOne() {
    for (double share : new double[] {-0.1, 1.1, Double.NaN}) {
      assertThatThrownBy(() -> new MissingImagery(share))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(String.valueOf(share));
    }
  }
}
