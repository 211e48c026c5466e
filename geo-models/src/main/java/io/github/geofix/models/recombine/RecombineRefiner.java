package io.github.geofix.models.recombine;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import io.github.geofix.core.Candidate;
import io.github.geofix.core.Refiner;
import io.github.geofix.core.geodesy.LatLng;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Re-ranks proposed places by the cosine of the photo, at its best heading, and the tile around
 * each. A tile without imagery has cosine 0. Vectors of tiles are cached, since many photos are
 * proposed the same places.
 */
final class RecombineRefiner implements Refiner {

  /** The vectors of 65,000 tiles of the tiny size, or of 5,000 of the published one. */
  private static final long CACHE_BYTES = 64L << 20;

  private final RecombineModel model;
  private final RecombineMatcher matcher;
  private final Cache<LatLng, float[]> tiles =
      CacheBuilder.newBuilder()
          .concurrencyLevel(1) // the bound is shared out among segments: one wastes none
          .maximumWeight(CACHE_BYTES)
          .weigher((LatLng place, float[] vector) -> Float.BYTES * vector.length)
          .build();

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
    double[] cosines = new double[vectors.size()];
    for (int i = 0; i < cosines.length; i++) {
      cosines[i] = bestCosine(headings, vectors.get(i));
    }
    double max = Arrays.stream(cosines).max().orElseThrow();
    double scale = matcher.scale() / model.calibration().temperature();
    List<Candidate> refined = new ArrayList<>(proposed.size());
    for (int i = 0; i < cosines.length; i++) {
      refined.add(proposed.get(i).withScore(Math.exp(scale * (cosines[i] - max))));
    }
    return refined;
  }

  private static double bestCosine(float[] headings, float[] tile) {
    double best = -1;
    for (int start = 0; start < headings.length; start += tile.length) {
      double cosine = 0;
      for (int d = 0; d < tile.length; d++) {
        cosine += headings[start + d] * (double) tile[d];
      }
      best = Math.max(best, cosine);
    }
    return best;
  }

  /** Returns the vectors of the tiles around places; encodes those it does not know together. */
  private List<float[]> vectors(List<LatLng> places) {
    Map<LatLng, float[]> known = new HashMap<>(tiles.getAllPresent(places));
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
