package io.github.geofix.models.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.geofix.models.Oracle;
import io.github.geofix.models.image.ImageSpec.Fit;
import io.github.geofix.models.image.ImageSpec.Interpolation;
import io.github.geofix.models.internal.image.ImagePreprocessor;
import io.github.geofix.models.internal.image.ImagePreprocessorTest;
import io.github.geofix.models.internal.image.Pixels;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each way in which published models preprocess photos: Transformers 4.57.6 on Pillow and 5.17 on
 * tensors, torchvision 0.28 on Pillow, and PLONK's.
 */
class SourcesOfPreprocessingTest {
  private static final int SIDE = 224;

  /** The rows that the oracles hold normalized. */
  private static final int[] ROWS = {0, 112};

  @ParameterizedTest
  @CsvSource({
    "hf_clip_classic, CROP_FLOOR, BICUBIC, 1024x683",
    "hf_clip_classic, CROP_FLOOR, BICUBIC, 683x1024",
    "hf_clip_classic, CROP_FLOOR, BICUBIC, 500x375",
    "hf_clip_classic, CROP_FLOOR, BICUBIC, 333x500",
    "hf_clip_classic, CROP_FLOOR, BICUBIC, 640x427",
    "hf_clip_classic, CROP_FLOOR, BICUBIC, 224x300",
    "hf_clip_classic, CROP_FLOOR, BICUBIC, 200x150",
    "hf_clip_fast, CROP_FLOOR, BICUBIC_TENSOR, 1024x683",
    "hf_clip_fast, CROP_FLOOR, BICUBIC_TENSOR, 500x375",
    "hf_clip_fast, CROP_FLOOR, BICUBIC_TENSOR, 200x150",
    "torchvision_clip, CROP, BICUBIC, 1024x683",
    "torchvision_clip, CROP, BICUBIC, 683x1024",
  })
  void clipToTheSameBytes(String source, Fit fit, Interpolation interpolation, String size) {
    Oracle oracle = Oracle.of(source);
    BufferedImage fitted = preprocessor(fit, interpolation).fit(photo(size));
    assertThat(Pixels.bytes(fitted))
        .isEqualTo(Pixels.bytes(ImagePreprocessorTest.image(oracle, size + "/u8")));
  }

  @ParameterizedTest
  @CsvSource({
    "hf_clip_classic, CROP_FLOOR, BICUBIC, 640x427",
    "hf_clip_fast, CROP_FLOOR, BICUBIC_TENSOR, 500x375",
    "torchvision_clip, CROP, BICUBIC, 1024x683",
    "torchvision_clip, CROP, BICUBIC, 500x375",
    "torchvision_clip, CROP, BICUBIC, 333x500",
    "torchvision_clip, CROP, BICUBIC, 640x427",
    "torchvision_clip, CROP, BICUBIC, 224x300",
    "torchvision_clip, CROP, BICUBIC, 200x150",
  })
  void clipToTheSameFloats(String source, Fit fit, Interpolation interpolation, String size) {
    float[] values = preprocessor(fit, interpolation).apply(photo(size));
    float[] expected = Oracle.of(source).floats(size + "/norm_row0_112");
    float largest = 0;
    for (int i = 0; i < expected.length; i++) {
      int row = ROWS[i / SIDE % ROWS.length];
      float value = values[(i / (ROWS.length * SIDE) * SIDE + row) * SIDE + i % SIDE];
      largest = Math.max(largest, Math.abs(value - expected[i]));
    }
    // Transformers 4 subtracts in other steps; a level of 255 would be 0.014.
    assertThat(largest).isLessThan(1e-6f);
  }

  private static ImagePreprocessor preprocessor(Fit fit, Interpolation interpolation) {
    return ImagePreprocessor.of(ImageSpec.clip(SIDE).withFit(fit).withInterpolation(interpolation));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1024x683", "333x500", "200x151"})
  void plonkCropsFirst(String size) {
    ImageSpec spec =
        ImageSpec.imageNet(336).withFit(Fit.CROP_FIRST).withInterpolation(Interpolation.BICUBIC);
    byte[] fitted = Pixels.bytes(ImagePreprocessor.of(spec).fit(photo(size)));
    BufferedImage expected =
        ImagePreprocessorTest.image(Oracle.of("plonk_dino_preprocess"), size + "/u8");
    // Of two photos the oracle holds every third row.
    int step = 336 / expected.getHeight();
    int row = 3 * 336;
    for (int y = 0; y < expected.getHeight(); y++) {
      assertThat(Arrays.copyOfRange(fitted, y * step * row, y * step * row + row))
          .as("row %d", y * step)
          .isEqualTo(Arrays.copyOfRange(Pixels.bytes(expected), y * row, (y + 1) * row));
    }
  }

  /** The synthetic photo of the oracles. */
  private static BufferedImage photo(String size) {
    int width = Integer.parseInt(size.substring(0, size.indexOf('x')));
    int height = Integer.parseInt(size.substring(size.indexOf('x') + 1));
    BufferedImage photo = Pixels.create(width, height);
    byte[] bgr = Pixels.bytes(photo);
    for (int i = 0; i < bgr.length; i++) {
      int x = i / 3 % width;
      int y = i / 3 / width;
      int channel = 2 - i % 3;
      bgr[i] = (byte) ((x * 7 + y * 13 + channel * 85) ^ ((x >> 3) * (y >> 4) * 11));
    }
    return photo;
  }
}
