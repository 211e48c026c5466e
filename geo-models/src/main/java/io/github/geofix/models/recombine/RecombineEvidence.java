package io.github.geofix.models.recombine;

import io.github.geofix.core.Explanation;
import io.github.geofix.core.Explanation.Direction;
import io.github.geofix.core.Explanation.Directions;
import io.github.geofix.core.Explanation.HeatMap;
import io.github.geofix.models.internal.Pictures;
import io.github.geofix.models.internal.recombine.RecombineNetwork.CellFeatures;
import java.awt.image.BufferedImage;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * The directions in which a photo and a tile match: the parts of their cosine, and heat maps as in
 * FRGeo, figure 5, of which the paper does not define the values.
 */
record RecombineEvidence(VectorEncoder encoder, MapEncoder map, Gallery gallery) {

  /**
   * Returns the evidence for a place.
   *
   * @param image {@code [3, H, W]}, preprocessed
   * @param known which of the S headings the photo has; empty if all are tried
   */
  Directions of(float[] image, int place, OptionalInt known, Explanation.Options options) {
    float[] photos = encoder.encodePhotos(image, 1);
    float[] tile = gallery.vectors().row(place);
    int headings = photos.length / tile.length;
    List<Explanation.Heading> tried = new ArrayList<>();
    int best = known.orElse(0);
    double bestCosine = Double.NEGATIVE_INFINITY;
    for (int s = 0; s < headings; s++) {
      if (known.isPresent() && known.getAsInt() != s) {
        continue;
      }
      double cosine = dot(photos, s * tile.length, tile, 0, tile.length);
      tried.add(new Explanation.Heading(360.0 * s / headings, cosine));
      if (cosine > bestCosine) {
        best = s;
        bestCosine = cosine;
      }
    }
    float[] photo = new float[tile.length];
    System.arraycopy(photos, best * tile.length, photo, 0, tile.length);
    int regions = encoder.regions();
    double degrees = 360.0 * best / headings;
    return new Directions(
        bestCosine,
        headings > 1 ? OptionalDouble.of(degrees) : OptionalDouble.empty(),
        tried,
        parts(photo, tile, regions),
        heat(
            encoder.photoCells(image),
            cells -> encoder.photoRegions(cells.rows(), cells.columns(), degrees),
            tile,
            regions,
            Pictures.of(options, () -> encoder.photos().image(image))),
        tileHeat(place, photo, regions, options));
  }

  private static List<Direction> parts(float[] photo, float[] tile, int regions) {
    int size = tile.length / regions;
    double angle = 360.0 / regions;
    List<Direction> parts = new ArrayList<>();
    for (int r = 0; r < regions; r++) {
      // Regions are counted clockwise from south.
      double from = (180 + r * angle) % 360;
      double part = dot(photo, r * size, tile, r * size, size);
      parts.add(new Direction(from, from + angle, part));
    }
    return parts;
  }

  /** Returns the heat map of the tile; empty if there is no map to take it from. */
  private Optional<HeatMap> tileHeat(
      int place, float[] photo, int regions, Explanation.Options options) {
    float[] pixels;
    try {
      pixels = map.pixelsAround(gallery.places().centerOf(place));
    } catch (IllegalStateException | UncheckedIOException e) {
      // A saved model has its gallery, and need not have a map.
      return Optional.empty();
    }
    Supplier<BufferedImage> picture = () -> encoder.tiles().image(pixels);
    return Optional.of(
        heat(
            encoder.tileCells(pixels),
            cells -> encoder.tileRegions(cells.rows(), cells.columns()),
            photo,
            regions,
            Pictures.of(options, picture)));
  }

  /** Returns the weights of the regions in the cells, {@code [cells, R]}. */
  @FunctionalInterface
  private interface Weights {
    float[] of(CellFeatures cells);
  }

  private static HeatMap heat(
      CellFeatures cells,
      Weights weights,
      float[] other,
      int regions,
      Optional<BufferedImage> picture) {
    int size = other.length / regions;
    double[] lengths = new double[regions];
    for (int r = 0; r < regions; r++) {
      lengths[r] = Math.sqrt(dot(other, r * size, other, r * size, size));
    }
    float[] ofRegions = weights.of(cells);
    List<Double> values = new ArrayList<>();
    for (int cell = 0; cell < cells.rows() * cells.columns(); cell++) {
      int r = most(ofRegions, cell * regions, regions);
      double cosine = dot(cells.units(), cell * size, other, r * size, size);
      values.add(lengths[r] > 0 ? cosine / lengths[r] : 0);
    }
    return new HeatMap(cells.rows(), cells.columns(), values, picture);
  }

  private static int most(float[] values, int from, int count) {
    int most = 0;
    for (int i = 1; i < count; i++) {
      most = values[from + i] > values[from + most] ? i : most;
    }
    return most;
  }

  private static double dot(float[] a, int fromA, float[] b, int fromB, int count) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += a[fromA + i] * (double) b[fromB + i];
    }
    return sum;
  }
}
