package io.github.geofix.earth;

import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The picture of the Earth that maps of reports are drawn on. */
public final class EarthBackdrop {
  private EarthBackdrop() {}

  /** Returns the picture that comes with a checkout, if this is one. */
  public static Optional<BufferedImage> find() {
    Path file =
        Path.of(
            System.getProperty("geofix.home", "."), "examples/data/earth/earth-blue-marble.jpg");
    if (!Files.isReadable(file)) {
      return Optional.empty();
    }
    return Optional.of(EarthImage.decode(file, EarthImage.MAX_PIXELS));
  }
}
