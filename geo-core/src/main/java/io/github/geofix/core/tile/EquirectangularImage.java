package io.github.geofix.core.tile;

import io.github.geofix.core.internal.InputFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javax.imageio.stream.FileImageInputStream;

/** One picture of the whole Earth, kept in memory with its halvings. */
final class EquirectangularImage implements TileReader {

  private static final long MAX_PIXELS = 1 << 28;
  private static final int MAX_ROUNDING = 2;

  private final List<TilePixels> zooms;

  private EquirectangularImage(List<TilePixels> zooms) {
    this.zooms = zooms;
  }

  static TileSource open(Path file) {
    try (FileImageInputStream stream = new FileImageInputStream(InputFiles.find(file).toFile())) {
      return of(TilePixels.decode(stream, MAX_PIXELS));
    } catch (NoSuchFileException e) {
      throw new UncheckedIOException("no such image: " + file, e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + InputFiles.reason(e), e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file + " is no map: " + e.getMessage(), e);
    }
  }

  /**
   * Returns a source of an image.
   *
   * @throws IllegalArgumentException if it is not twice as wide as high, give or take the pixels of
   *     a rounded size
   */
  static TileSource of(TilePixels image) {
    if (Math.abs(image.width() - 2L * image.height()) > MAX_ROUNDING) {
      throw new IllegalArgumentException(
          "%d x %d pixels: a map of the whole Earth in degrees is twice as wide as high"
              .formatted(image.width(), image.height()));
    }
    List<TilePixels> zooms = new ArrayList<>(List.of(image));
    // Halving is exact only while both sides are even; beyond, views take more samples instead.
    for (TilePixels p = image; p.width() % 2 == 0 && p.height() % 2 == 0 && p.width() > 64; ) {
      p = p.halved();
      zooms.add(p);
    }
    Collections.reverse(zooms);
    List<PyramidLevel> levels = new ArrayList<>();
    for (TilePixels p : zooms) {
      levels.add(
          new PyramidLevel(
              levels.size(),
              0,
              0,
              p.width(),
              // The plane is half as high as it is wide, see Projection.EQUIRECTANGULAR.
              2.0 * p.height(),
              p.width(),
              p.height(),
              p.width(),
              p.height()));
    }
    return new Pyramid(
        Projection.EQUIRECTANGULAR,
        levels,
        new EquirectangularImage(zooms),
        TileSource.Options.defaults(),
        "");
  }

  @Override
  public TilePixels read(PyramidLevel level, int column, int row) {
    return zooms.get(level.zoom());
  }

  @Override
  public String describe(PyramidLevel level, int column, int row) {
    return "image";
  }

  @Override
  public void close() {}
}
