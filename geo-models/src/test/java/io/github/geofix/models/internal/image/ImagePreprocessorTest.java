package io.github.geofix.models.internal.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.geofix.models.Oracle;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.image.ImageSpec.Fit;
import io.github.geofix.models.image.ImageSpec.Interpolation;
import io.github.geofix.models.image.ImageSpec.Rgb;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against torchvision 0.14.1 on Pillow 9.4.0. */
public class ImagePreprocessorTest {
  private static final Oracle ORACLE = Oracle.of("preprocess");
  private static final BufferedImage PHOTO = image(ORACLE, "image_u8");

  @ParameterizedTest
  @CsvSource({
    "BILINEAR, resize_bilinear_64x64",
    "BILINEAR, resize_bilinear_32x128",
    "BILINEAR, resize_bilinear_120x200",
    "BILINEAR, resize_short56_bilinear",
    "BICUBIC, resize_bicubic_64x64",
    "BICUBIC, resize_bicubic_32x128",
    "BICUBIC, resize_bicubic_120x200",
    "BICUBIC, resize_short56_bicubic",
  })
  void resizesToTheSameBytes(Interpolation interpolation, String tensor) {
    BufferedImage expected = image(ORACLE, tensor);
    BufferedImage resized =
        Resampling.resize(PHOTO, expected.getWidth(), expected.getHeight(), interpolation);
    assertThat(Pixels.bytes(resized)).isEqualTo(Pixels.bytes(expected));
  }

  @Test
  void normalizesAsForImageNet() {
    ImageSpec spec = ImageSpec.imageNet(32).withSize(32, 128).withFit(Fit.STRETCH);
    assertThat(ImagePreprocessor.of(spec).apply(PHOTO))
        .containsExactly(ORACLE.floats("imagenet_norm_32x128"));
  }

  @Test
  void preprocessesAsForClip() {
    float[] values = ImagePreprocessor.of(ImageSpec.clip(56)).apply(PHOTO);
    assertThat(values).containsExactly(ORACLE.floats("clip_preprocess_56"));
  }

  @Test
  void cutsTheSameFiveAndTenCrops() {
    // A deviation of 1 / 255 and no mean leave the bytes as they are.
    Rgb std = Rgb.all(1 / 255f);
    ImageSpec spec = new ImageSpec(48, 48, Fit.CROP, Interpolation.BILINEAR, Rgb.all(0), std);
    ImagePreprocessor preprocessor = ImagePreprocessor.of(spec);
    int shortSide = 97;
    List<float[]> ten = preprocessor.tenCrops(PHOTO, shortSide);
    assertCrops(ten.subList(0, 5), ORACLE.bytes("fivecrop_48_u8"));
    assertCrops(ten, ORACLE.bytes("tencrop_48_u8"));
  }

  private static void assertCrops(List<float[]> crops, byte[] expected) {
    List<Integer> actual = new ArrayList<>();
    for (float[] crop : crops) {
      int plane = crop.length / 3;
      for (int i = 0; i < plane; i++) {
        for (int channel = 0; channel < 3; channel++) {
          actual.add(Math.round(crop[channel * plane + i]));
        }
      }
    }
    List<Integer> bytes = new ArrayList<>();
    for (byte b : expected) {
      bytes.add(b & 0xff);
    }
    assertThat(actual).isEqualTo(bytes);
  }

  @Test
  void keepsTheMiddleOfAnyShape() {
    // Columns of value x: a crop keeps its place, to within the pixels that resizing mixes.
    BufferedImage wide = Pixels.create(200, 50);
    byte[] bytes = Pixels.bytes(wide);
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (i / 3 % 200);
    }
    ImageSpec spec = ImageSpec.symmetric(10).withSize(50, 30);
    BufferedImage middle = ImagePreprocessor.of(spec).fit(wide);
    assertThat(middle.getWidth()).isEqualTo(30);
    assertThat(middle.getHeight()).isEqualTo(50);
    assertThat(Pixels.bytes(middle)[0] & 0xff).isEqualTo(85);
    assertThat(Pixels.bytes(middle)[3 * 29] & 0xff).isEqualTo(114);
  }

  @Test
  void takesAnyTypeOfImage() {
    BufferedImage other =
        new BufferedImage(PHOTO.getWidth(), PHOTO.getHeight(), BufferedImage.TYPE_INT_RGB);
    other.getGraphics().drawImage(PHOTO, 0, 0, null);
    ImagePreprocessor preprocessor = ImagePreprocessor.of(ImageSpec.symmetric(20));
    assertThat(preprocessor.apply(other)).containsExactly(preprocessor.apply(PHOTO));
    BufferedImage part = PHOTO.getSubimage(10, 20, 30, 40);
    BufferedImage copy = Pixels.create(30, 40);
    copy.getGraphics().drawImage(part, 0, 0, null);
    assertThat(preprocessor.apply(part)).containsExactly(preprocessor.apply(copy));
  }

  @Test
  void refusesCropsLargerThanThePhotoAndImagesOfAnotherSize() {
    ImagePreprocessor preprocessor = ImagePreprocessor.of(ImageSpec.symmetric(64));
    assertThatThrownBy(() -> preprocessor.tenCrops(PHOTO, 63))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("cannot cut 64 x 64 pixels out of a photo whose shorter side has 63");
    assertThatThrownBy(() -> preprocessor.normalize(PHOTO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("an image of 143 x 97 pixels where 64 x 64 are wanted: fit it first");
  }

  @Test
  void takesOnePixelAndRefusesALineOfMillions() {
    ImagePreprocessor preprocessor = ImagePreprocessor.of(ImageSpec.symmetric(224));
    assertThat(preprocessor.apply(Pixels.create(1, 1))).containsOnly(-1f);
    assertThat(preprocessor.apply(Pixels.create(1, 100_000))).containsOnly(-1f);
    assertThatThrownBy(() -> preprocessor.apply(Pixels.create(1, 10_000_000)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "a photo of 1 x 10000000 pixels is too long: to cover 224 x 224 it would become 224 x"
                + " 2240000000");
  }

  /** An image of a {@code [H, W, 3]} tensor of RGB bytes. */
  public static BufferedImage image(Oracle oracle, String tensor) {
    long[] shape = oracle.shape(tensor);
    BufferedImage image = Pixels.create((int) shape[1], (int) shape[0]);
    byte[] bgr = Pixels.bytes(image);
    byte[] rgb = oracle.bytes(tensor);
    assertThat(Arrays.copyOfRange(shape, 2, 3)).containsExactly(3);
    for (int i = 0; i < rgb.length; i += 3) {
      bgr[i] = rgb[i + 2];
      bgr[i + 1] = rgb[i + 1];
      bgr[i + 2] = rgb[i];
    }
    return image;
  }
}
