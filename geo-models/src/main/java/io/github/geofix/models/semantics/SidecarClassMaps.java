package io.github.geofix.models.semantics;

import com.twelvemonkeys.imageio.plugins.tiff.TIFFImageReaderSpi;
import io.github.geofix.core.internal.ImageReaders;
import io.github.geofix.core.internal.InputFiles;
import io.github.geofix.models.image.ClassMap;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageReader;
import javax.imageio.stream.FileImageInputStream;
import javax.imageio.stream.ImageInputStream;

/**
 * Class maps in sidecar files: images that another program saved beside each photo, of its size or
 * smaller with the same aspect ratio. Thread-safe.
 */
final class SidecarClassMaps implements ClassMaps {
  /** Begins the text of a configuration that names sidecar files. */
  static final String PREFIX = "sidecar:";

  private static final ImageReaders READERS =
      ImageReaders.preferring(List.of(new TIFFImageReaderSpi()));

  private final String suffix;

  /**
   * Creates class maps.
   *
   * @param suffix the end of a map's file name, in place of the photo's extension
   * @throws IllegalArgumentException if it is not the end of a file name
   */
  SidecarClassMaps(String suffix) {
    if (suffix.isEmpty() || suffix.contains("/") || suffix.contains("\\")) {
      throw new IllegalArgumentException(
          "sidecar: needs the end of a file name, such as sidecar:.classes.png, not \""
              + suffix
              + "\"");
    }
    this.suffix = suffix;
  }

  @Override
  public ClassMap of(BufferedImage photo) {
    throw new IllegalArgumentException(
        "class maps are read from sidecar files (*" + suffix + "), but this photo has no file");
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
    try (ImageInputStream in = new FileImageInputStream(InputFiles.find(map).toFile())) {
      ImageReader reader =
          READERS.find(in).orElseThrow(() -> new IOException("it is not an image"));
      try {
        reader.setInput(in, true, true);
        checkShape(reader.getWidth(0), reader.getHeight(0), photo);
        return reader.read(0);
      } finally {
        reader.dispose();
      }
    }
  }

  /** A map may be coarser than its photo; a rotated or cropped one would shift the classes. */
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
