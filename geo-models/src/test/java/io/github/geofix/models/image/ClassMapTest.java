package io.github.geofix.models.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.geofix.models.image.ImageSpec.Fit;
import io.github.geofix.models.image.ImageSpec.Interpolation;
import io.github.geofix.models.image.ImageSpec.Rgb;
import io.github.geofix.models.internal.image.ImagePreprocessor;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ClassMapTest {
  private static final int CLASSES = 200;

  /** Gray values that are the classes, so that a photo that is not resized shows its map. */
  private static BufferedImage photo(ClassMap map) {
    BufferedImage photo = new BufferedImage(map.width(), map.height(), BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < map.height(); y++) {
      for (int x = 0; x < map.width(); x++) {
        photo.setRGB(x, y, 0x010101 * map.at(x, y));
      }
    }
    return photo;
  }

  private static ClassMap map(int width, int height) {
    Random random = new Random(1);
    byte[] classes = new byte[width * height];
    for (int i = 0; i < classes.length; i++) {
      classes[i] = (byte) random.nextInt(CLASSES);
    }
    return ClassMap.of(width, height, classes);
  }

  /** A deviation of 1 / 255 and no mean leave the bytes as they are. */
  private static ImagePreprocessor preprocessor(Fit fit, int height, int width) {
    return ImagePreprocessor.of(
        new ImageSpec(height, width, fit, Interpolation.BILINEAR, Rgb.all(0), Rgb.all(1 / 255f)));
  }

  private static float[] red(float[] photo) {
    float[] red = Arrays.copyOf(photo, photo.length / 3);
    for (int i = 0; i < red.length; i++) {
      red[i] = Math.round(red[i]);
    }
    return red;
  }

  @ParameterizedTest
  @EnumSource
  void isCutAsThePhotoIs(Fit fit) {
    ClassMap map = map(12, 8);
    ImagePreprocessor same = preprocessor(fit, 8, fit == Fit.CROP ? 6 : 12);
    assertThat(same.apply(map)).containsExactly(red(same.apply(photo(map))));
  }

  @Test
  void hasThePhotosTenCrops() {
    ClassMap map = map(12, 8);
    ImagePreprocessor preprocessor = preprocessor(Fit.CROP, 5, 6);
    List<float[]> crops = preprocessor.tenCrops(photo(map), 8);
    List<float[]> classes = preprocessor.tenCrops(map, 8);
    assertThat(classes).hasSize(10);
    for (int i = 0; i < 10; i++) {
      assertThat(classes.get(i)).as("crop %s", i).containsExactly(red(crops.get(i)));
    }
  }

  @Test
  void takesTheNearestClassAndMixesNone() {
    byte[] classes = {3, 9, 9, 3};
    float[] larger = preprocessor(Fit.STRETCH, 4, 4).apply(ClassMap.of(2, 2, classes));
    assertThat(larger).containsExactly(3, 3, 9, 9, 3, 3, 9, 9, 9, 9, 3, 3, 9, 9, 3, 3);
  }

  @Test
  void readsStoredValuesOfGrayAndPaletteImages() {
    for (int type : new int[] {BufferedImage.TYPE_BYTE_GRAY, BufferedImage.TYPE_BYTE_INDEXED}) {
      BufferedImage image = new BufferedImage(2, 1, type);
      image.getRaster().setSample(0, 0, 0, 149);
      image.getRaster().setSample(1, 0, 0, 255);
      ClassMap map = ClassMap.of(image);
      assertThat(map.at(0, 0)).isEqualTo(149);
      assertThat(map.at(1, 0)).isEqualTo(ClassMap.UNKNOWN);
      assertThat(preprocessor(Fit.STRETCH, 1, 2).apply(map)).containsExactly(149, -1);
    }
    assertThatThrownBy(() -> ClassMap.of(new BufferedImage(2, 1, BufferedImage.TYPE_3BYTE_BGR)))
        .hasMessageContaining("3 bands of 8 bits")
        .hasMessageContaining("gray or palette PNG");
    assertThatThrownBy(() -> ClassMap.of(2, 2, new byte[3])).hasMessageContaining("3 classes");
  }
}
