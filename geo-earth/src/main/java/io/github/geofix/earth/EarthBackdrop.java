package io.github.geofix.earth;

import io.github.geofix.eval.report.EmbeddedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The picture of the Earth that maps of reports are drawn on. */
public final class EarthBackdrop {
  private static final int PIXELS = 1600;

  private EarthBackdrop() {}

  /** Returns the picture that comes with a checkout, if this is one. */
  public static Optional<EmbeddedImage> find() {
    Path file =
        Path.of(
            System.getProperty("geofix.home", "."), "examples/data/earth/earth-blue-marble.jpg");
    if (!Files.isReadable(file)) {
      return Optional.empty();
    }
    return Optional.of(
        EmbeddedImage.thumbnail(EarthImage.decode(file, EarthImage.MAX_PIXELS), PIXELS));
  }
}
