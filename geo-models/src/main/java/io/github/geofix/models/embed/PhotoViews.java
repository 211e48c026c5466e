package io.github.geofix.models.embed;

import com.google.common.primitives.Floats;
import io.github.geofix.models.image.ClassMap;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.image.ImagePreprocessor;
import io.github.geofix.models.semantics.ClassMaps;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Preprocesses photos into the input of the network: {@code [channels, H, W]} for each view, where
 * the channels are three colors and, with class maps, the class of each pixel. Thread-safe.
 */
final class PhotoViews implements AutoCloseable {
  private final ImagePreprocessor preprocessor;
  private final @Nullable ClassMaps classMaps;

  /**
   * Creates a preprocessor.
   *
   * @param classMaps owned from now on; empty if there is no fusion
   */
  PhotoViews(ImageSpec image, Optional<ClassMaps> classMaps) {
    this.preprocessor = ImagePreprocessor.of(image);
    this.classMaps = classMaps.orElse(null);
  }

  /**
   * Returns the center crop, {@code [channels, H, W]}.
   *
   * @param file the file that the photo was read from, if any
   */
  float[] center(BufferedImage photo, Optional<Path> file) {
    float[] pixels = preprocessor.apply(photo);
    return classMaps == null
        ? pixels
        : Floats.concat(pixels, preprocessor.apply(classMap(classMaps, photo, file)));
  }

  /**
   * Returns the views of inference.
   *
   * @param tenCrops as of {@link EmbedConfig.Inference}
   * @return {@code [views, channels, H, W]}, with one view or ten
   */
  float[] all(BufferedImage photo, Optional<Path> file, int tenCrops) {
    if (tenCrops == 0) {
      return center(photo, file);
    }
    List<float[]> crops = preprocessor.tenCrops(photo, tenCrops);
    if (classMaps == null) {
      return Floats.concat(crops.toArray(float[][]::new));
    }
    List<float[]> classes = preprocessor.tenCrops(classMap(classMaps, photo, file), tenCrops);
    List<float[]> both = new ArrayList<>();
    for (int i = 0; i < crops.size(); i++) {
      both.add(crops.get(i));
      both.add(classes.get(i));
    }
    return Floats.concat(both.toArray(float[][]::new));
  }

  private static ClassMap classMap(ClassMaps maps, BufferedImage photo, Optional<Path> file) {
    return file.isPresent() ? maps.of(photo, file.get()) : maps.of(photo);
  }

  /** Returns the file of code that a saved model needs a copy of. */
  Optional<Path> codeFile() {
    return classMaps == null ? Optional.empty() : classMaps.codeFile();
  }

  @Override
  public void close() {
    if (classMaps != null) {
      classMaps.close();
    }
  }
}
