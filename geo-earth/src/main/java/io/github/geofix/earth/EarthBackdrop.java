package io.github.geofix.earth;

import io.github.geofix.eval.report.EmbeddedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import javax.imageio.ImageIO;

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
    try {
      return Optional.of(EmbeddedImage.thumbnail(ImageIO.read(file.toFile()), PIXELS));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }
}
