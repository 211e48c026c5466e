package io.github.geofix.models.recombine;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.Refiner;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.internal.ByteBoundedCache;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Re-ranks proposed places by the cosine of the photo, at its best heading, and the tile around
 * each. A tile without imagery has cosine 0 and no heading. Vectors of tiles are cached, since many
 * photos are proposed the same places.
 */
final class RecombineRefiner implements Refiner {

  /** The vectors of 65,000 tiles of the tiny size, or of 5,000 of the published one. */
  private static final long CACHE_BYTES = 64L << 20;

  private final RecombineModel model;
  private final RecombineMatcher matcher;
  private final ByteBoundedCache<LatLng, float[]> tiles =
      new ByteBoundedCache<>(CACHE_BYTES, vector -> Float.BYTES * vector.length);

  RecombineRefiner(RecombineModel model, RecombineMatcher matcher) {
    this.model = model;
    this.matcher = matcher;
  }

  @Override
  public String name() {
    return RecombineModel.METHOD;
  }

  @Override
  public List<Candidate> refine(BufferedImage photo, List<Candidate> proposed) {
    float[] headings = matcher.encodePhoto(photo);
    List<float[]> vectors = vectors(proposed.stream().map(Candidate::latLng).toList());
    List<Fit> fits = vectors.stream().map(vector -> best(headings, vector)).toList();
    double max = fits.stream().mapToDouble(Fit::cosine).max().orElseThrow();
    double scale = matcher.scale() / model.calibration().temperature();
    boolean severalHeadings = headings.length > vectors.get(0).length;
    List<Candidate> refined = new ArrayList<>(proposed.size());
    for (int i = 0; i < proposed.size(); i++) {
      Fit fit = fits.get(i);
      Candidate candidate = proposed.get(i).withScore(Math.exp(scale * (fit.cosine() - max)));
      refined.add(
          severalHeadings && fit.cosine() != 0
              ? candidate.withHeadingDegrees(fit.heading())
              : candidate);
    }
    return refined;
  }

  /** The cosine of a photo and a tile at the best heading, and that heading in degrees. */
  private record Fit(double cosine, double heading) {}

  private static Fit best(float[] headings, float[] tile) {
    int count = headings.length / tile.length;
    double best = -1;
    int heading = 0;
    for (int s = 0; s < count; s++) {
      double cosine = 0;
      for (int d = 0; d < tile.length; d++) {
        cosine += headings[s * tile.length + d] * (double) tile[d];
      }
      if (cosine > best) {
        best = cosine;
        heading = s;
      }
    }
    return new Fit(best, 360.0 * heading / count);
  }

  /** Returns the vectors of the tiles around places; encodes those not in the cache together. */
  private List<float[]> vectors(List<LatLng> places) {
    Map<LatLng, float[]> known = new HashMap<>(tiles.getAll(places));
    List<LatLng> unknown =
        places.stream().distinct().filter(place -> !known.containsKey(place)).toList();
    List<float[]> encoded = matcher.encodeTilesAround(unknown);
    for (int i = 0; i < encoded.size(); i++) {
      known.put(unknown.get(i), encoded.get(i));
      tiles.put(unknown.get(i), encoded.get(i));
    }
    return places.stream().map(place -> Objects.requireNonNull(known.get(place))).toList();
  }

  /** Closes nothing: the arrays belong to the model. */
  @Override
  public void close() {}
}
