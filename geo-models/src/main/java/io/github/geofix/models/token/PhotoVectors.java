package io.github.geofix.models.token;

import java.awt.image.BufferedImage;

/** Computes the vectors of a photo. Called from several threads at once. */
@FunctionalInterface
public interface PhotoVectors {
  /** Returns the photo's V vectors of W values; the first is what the reference is searched by. */
  float[][] of(BufferedImage photo);
}
