package io.github.geofix.models.embed;

import io.github.geofix.models.image.ClassMap;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** Class maps that another program made and saved beside each photo. Thread-safe. */
final class MapsBesidePhotos implements ClassMaps {
  private final String suffix;

  /** Creates class maps whose files end in {@code suffix} instead of the photo's extension. */
  MapsBesidePhotos(String suffix) {
    if (suffix.isEmpty() || suffix.contains("/")) {
      throw new IllegalArgumentException(
          "beside: needs the end of a file name, such as beside:.classes.png, not \""
              + suffix
              + "\"");
    }
    this.suffix = suffix;
  }

  @Override
  public ClassMap of(BufferedImage photo) {
    throw new IllegalArgumentException(
        "class maps lie beside photo files (*" + suffix + "), but this photo came without a file");
  }

  @Override
  public ClassMap of(BufferedImage photo, Path file) {
    String name = String.valueOf(file.getFileName());
    int dot = name.lastIndexOf('.');
    Path map = file.resolveSibling((dot < 0 ? name : name.substring(0, dot)) + suffix);
    if (!Files.isRegularFile(map)) {
      throw new UncheckedIOException(
          new IOException("no class map " + map + " beside the photo " + file));
    }
    try {
      BufferedImage image = ImageIO.read(map.toFile());
      if (image == null) {
        throw new IOException("it is not an image");
      }
      return ClassMap.of(image);
    } catch (IOException | IllegalArgumentException e) {
      throw new UncheckedIOException(
          new IOException("cannot read the class map " + map + ": " + e.getMessage(), e));
    }
  }
}
