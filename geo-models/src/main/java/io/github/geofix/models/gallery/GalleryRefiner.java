package io.github.geofix.models.gallery;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.Location;
import io.github.geofix.core.Refiner;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.EmbeddingSearch.Hit;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Compares a photo with the photos of a gallery in and around the proposed places. A place becomes
 * the consensus of its most similar photos; a place without photos is excluded. Where none reaches
 * the limit of the gallery, it has no opinion: all places fit equally well.
 */
record GalleryRefiner(GalleryModel gallery) implements Refiner {
  @Override
  public String name() {
    return GalleryModel.METHOD;
  }

  @Override
  public List<Candidate> refine(BufferedImage photo, List<Candidate> proposed) {
    float[] pixels = gallery.encoder().read(photo, Optional.empty());
    float[] vector = GalleryModel.vectors(gallery.encoder(), List.of(pixels))[0];
    GalleryConfig config = gallery.config();
    List<List<Hit>> found = new ArrayList<>();
    double best = Double.NEGATIVE_INFINITY;
    for (Candidate place : proposed) {
      double km = Math.max(place.radiusKm(), config.answer().meanKm());
      List<Hit> hits = gallery.nearest(vector, place.latLng(), km);
      found.add(hits);
      best = hits.isEmpty() ? best : Math.max(best, hits.get(0).score());
    }
    if (best < config.minScore()) {
      return proposed.stream().map(place -> place.withScore(1)).toList();
    }
    Map<LatLng, Candidate> refined = new LinkedHashMap<>();
    for (int i = 0; i < found.size(); i++) {
      if (!found.get(i).isEmpty()) {
        double scale = config.scale() / gallery.calibration().temperature();
        double likelihood = Math.exp(scale * (found.get(i).get(0).score() - best));
        Location place = GalleryAnswers.location(found.get(i), config, gallery.calibration());
        Candidate candidate = place.candidates().get(0).withScore(likelihood);
        refined.putIfAbsent(candidate.latLng(), candidate);
      }
    }
    return List.copyOf(refined.values());
  }

  /** Closes nothing: the arrays belong to the gallery. */
  @Override
  public void close() {}
}
