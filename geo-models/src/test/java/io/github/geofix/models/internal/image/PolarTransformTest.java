package io.github.geofix.models.internal.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PolarTransformTest {

  private static BufferedImage random(long seed, int side) {
    Random random = new Random(seed);
    BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < side * side; i++) {
      image.setRGB(i % side, i / side, random.nextInt(1 << 24));
    }
    return image;
  }

  @ParameterizedTest
  @CsvSource({"1, 16, 8, 5, 0, 360", "2, 9, 12, 7, 75, 90", "3, 31, 6, 3, -200, 70"})
  void equalsTheDefinition(
      long seed, int side, int width, int height, double heading, double fieldOfView) {
    BufferedImage aerial = random(seed, side);
    BufferedImage panorama = new PolarTransform(width, height, heading, fieldOfView).apply(aerial);
    for (int row = 0; row < height; row++) {
      for (int column = 0; column < width; column++) {
        double angle =
            Math.PI / 180 * (heading - fieldOfView / 2 + fieldOfView * (column + 0.5) / width);
        double radius = side / 2.0 * (height - (row + 0.5)) / height;
        double x = side / 2.0 + radius * Math.sin(angle) - 0.5;
        double y = side / 2.0 - radius * Math.cos(angle) - 0.5;
        for (int shift = 0; shift < 24; shift += 8) {
          double expected = 0;
          for (int i = 0; i < side * side; i++) {
            // A tent over each pixel is what bilinear means; beyond the border it is repeated.
            double dx = Math.abs(i % side - Math.max(0, Math.min(side - 1, x)));
            double dy = Math.abs(Math.floorDiv(i, side) - Math.max(0, Math.min(side - 1, y)));
            expected +=
                Math.max(0, 1 - dx)
                    * Math.max(0, 1 - dy)
                    * (aerial.getRGB(i % side, i / side) >> shift & 0xff);
          }
          assertThat((double) (panorama.getRGB(column, row) >> shift & 0xff))
              .isCloseTo(expected, within(0.501));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {4, 5})
  void anotherHeadingRollsAFullCircle(long seed) {
    BufferedImage aerial = random(seed, 32);
    BufferedImage north = PolarTransform.of(16, 6).apply(aerial);
    BufferedImage east = PolarTransform.of(16, 6).withHeading(90).apply(aerial);
    assertSame(east, PanoramaPair.rolled(north, 4));
    BufferedImage quarter = new PolarTransform(4, 6, 90, 90).apply(aerial);
    assertSame(quarter, north.getSubimage(10, 0, 4, 6));
  }

  @Test
  void turnsWithThePanoramaPair() {
    BufferedImage aerial = random(6, 20);
    PolarTransform polar = PolarTransform.of(12, 5);
    PanoramaPair turned = new PanoramaPair(polar.apply(aerial), aerial).turned(1);
    assertSame(polar.apply(turned.aerial()), turned.panorama());
  }

  @Test
  void whatLiesEastIsSeenInTheEast() {
    BufferedImage aerial = new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = aerial.createGraphics();
    graphics.setColor(Color.WHITE);
    graphics.fillRect(52, 28, 8, 8);
    graphics.dispose();
    BufferedImage panorama = PolarTransform.of(32, 16).apply(aerial);
    int brightest = 0;
    for (int i = 0; i < 32 * 16; i++) {
      if ((panorama.getRGB(i % 32, i / 32) & 0xff) == 255) {
        // Columns 22 to 25 look between 68 and 112 degrees, rows 2 to 5 are 20 to 28 pixels away.
        assertThat(i % 32).isBetween(22, 25);
        assertThat(i / 32).isBetween(2, 6);
        brightest++;
      }
    }
    assertThat(brightest).isPositive();
  }

  @Test
  void refusesWhatDoesNotFit() {
    assertThatThrownBy(() -> PolarTransform.of(0, 4)).hasMessageContaining("at least 1 x 1");
    assertThatThrownBy(() -> new PolarTransform(4, 4, 0, 0))
        .hasMessageContaining("field of view of 0.0");
    assertThatThrownBy(() -> PolarTransform.of(4, 4).withHeading(Double.NaN))
        .hasMessageContaining("a heading of NaN");
    BufferedImage wide = new BufferedImage(4, 3, BufferedImage.TYPE_INT_RGB);
    assertThatThrownBy(() -> PolarTransform.of(4, 4).apply(wide))
        .hasMessageContaining("4 x 3 pixels is not square");
  }

  private static void assertSame(BufferedImage actual, BufferedImage expected) {
    assertThat(actual.getWidth()).isEqualTo(expected.getWidth());
    assertThat(actual.getHeight()).isEqualTo(expected.getHeight());
    for (int y = 0; y < actual.getHeight(); y++) {
      for (int x = 0; x < actual.getWidth(); x++) {
        for (int shift = 0; shift < 24; shift += 8) {
          assertThat(actual.getRGB(x, y) >> shift & 0xff)
              .isCloseTo(expected.getRGB(x, y) >> shift & 0xff, within(1));
        }
      }
    }
  }
}
