package io.github.geofix.models.embed;

import io.github.geofix.models.embed.EmbedModel.Config;
import io.github.geofix.models.image.ClassMap;
import io.github.geofix.models.image.ImagePreprocessor;
import java.awt.image.BufferedImage;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Turns photos into what the network reads: {@code [channels, H, W]} for each view, with the class
 * of each pixel after its three colors where there is fusion. Thread-safe.
 */
final class PhotoViews implements AutoCloseable {
  private final ImagePreprocessor preprocessor;
  private final @Nullable ClassMaps classMaps;

  PhotoViews(Config config) {
    preprocessor = ImagePreprocessor.of(config.image());
    classMaps = config.fusion().isOn() ? ClassMaps.named(config.fusion().classMaps()) : null;
  }

  /**
   * Returns the photo's middle.
   *
   * @param file where the photo came from, if from a file
   */
  float[] middle(BufferedImage photo, Optional<Path> file) {
    float[] pixels = preprocessor.apply(photo);
    return classMaps == null
        ? pixels
        : joined(List.of(pixels, preprocessor.apply(classMap(classMaps, photo, file))));
  }

  /**
   * Returns all that inference looks at.
   *
   * @param tenCrops as of {@link Config#tenCrops}
   * @return {@code [views, channels, H, W]}, with one view or ten
   */
  float[] all(BufferedImage photo, Optional<Path> file, int tenCrops) {
    if (tenCrops == 0) {
      return middle(photo, file);
    }
    List<float[]> crops = preprocessor.tenCrops(photo, tenCrops);
    if (classMaps == null) {
      return joined(crops);
    }
    List<float[]> classes = preprocessor.tenCrops(classMap(classMaps, photo, file), tenCrops);
    List<float[]> both = new ArrayList<>();
    for (int i = 0; i < crops.size(); i++) {
      both.add(crops.get(i));
      both.add(classes.get(i));
    }
    return joined(both);
  }

  private static ClassMap classMap(ClassMaps maps, BufferedImage photo, Optional<Path> file) {
    return file.isPresent() ? maps.of(photo, file.get()) : maps.of(photo);
  }

  private static float[] joined(List<float[]> parts) {
    FloatBuffer joined = FloatBuffer.allocate(parts.stream().mapToInt(part -> part.length).sum());
    parts.forEach(joined::put);
    return joined.array();
  }

  @Override
  public void close() {
    if (classMaps != null) {
      classMaps.close();
    }
  }
}
