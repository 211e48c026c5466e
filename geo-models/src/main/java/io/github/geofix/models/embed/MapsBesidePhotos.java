package io.github.geofix.models.embed;

import io.github.geofix.models.image.ClassMap;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.FileImageInputStream;
import javax.imageio.stream.ImageInputStream;

/**
 * Class maps that another program made and saved beside each photo, of its shape or the same shape
 * in fewer pixels. Thread-safe.
 */
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
      return ClassMap.of(read(map, photo));
    } catch (IOException | IllegalArgumentException e) {
      throw new UncheckedIOException(
          new IOException("cannot read the class map " + map + ": " + e.getMessage(), e));
    }
  }

  private static BufferedImage read(Path map, BufferedImage photo) throws IOException {
    try (ImageInputStream in = new FileImageInputStream(map.toFile())) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        throw new IOException("it is not an image");
      }
      ImageReader reader = readers.next();
      try {
        reader.setInput(in, true, true);
        checkShape(reader.getWidth(0), reader.getHeight(0), photo);
        return reader.read(0);
      } finally {
        reader.dispose();
      }
    }
  }

  /** A map may be coarser than its photo, but a turned or cut one would show other places. */
  private static void checkShape(long width, long height, BufferedImage photo) throws IOException {
    long skew = Math.abs(width * photo.getHeight() - height * photo.getWidth());
    if (width > photo.getWidth() || height > photo.getHeight() || skew > photo.getWidth()) {
      throw new IOException(
          "it has "
              + width
              + " x "
              + height
              + " pixels, the upright photo "
              + photo.getWidth()
              + " x "
              + photo.getHeight()
              + ": make it of the photo as it is shown, no larger");
    }
  }
}
