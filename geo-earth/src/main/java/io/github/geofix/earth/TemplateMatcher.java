package io.github.geofix.earth;

import java.util.Arrays;

/**
 * Finds, for each of many photos, the template with the highest normalized cross-correlation.
 *
 * <p>A picture becomes a vector of length 1 of its pixels less the mean of their color, so that the
 * correlation is a scalar product and all of them together are a product of matrices. Thread-safe:
 * templates may come from several threads, in any order.
 */
final class TemplateMatcher {

  /** Photos multiplied at a time: scores and four rows of them stay in the first-level cache. */
  private static final int MAX_STRIP = 256;

  /** Templates, and elements of them, that one pass over a strip multiplies. */
  private static final int BLOCK = 4;

  private final int photos;

  /** Photos in a strip; the last one may have fewer. */
  private final int strip;

  /** For each strip [elements, strip], the vectors of its photos in columns. */
  private final float[][] strips;

  private final float[] bestScores;
  private final int[] best;

  /**
   * Takes the photos.
   *
   * @param vectors [photos, elements], made by {@link #vector}
   */
  TemplateMatcher(float[][] vectors) {
    photos = vectors.length;
    int elements = photos == 0 ? 0 : vectors[0].length;
    strip = Math.max(1, Math.min(photos, MAX_STRIP));
    strips = new float[(photos + strip - 1) / strip][elements * strip];
    for (int p = 0; p < photos; p++) {
      for (int e = 0; e < elements; e++) {
        strips[p / strip][e * strip + p % strip] = vectors[p][e];
      }
    }
    bestScores = new float[photos];
    Arrays.fill(bestScores, Float.NEGATIVE_INFINITY);
    best = new int[photos];
  }

  /**
   * Returns the normalized vector of a picture.
   *
   * @param rgb [pixels] of {@code 0xRRGGBB}
   * @return [3 x pixels, rounded up to a multiple of four]; all zero if the picture has one color
   */
  static float[] vector(int[] rgb) {
    float[] vector = new float[(3 * rgb.length + BLOCK - 1) / BLOCK * BLOCK];
    double squares = 0;
    for (int c = 0; c < 3; c++) {
      int shift = 16 - 8 * c;
      long sum = 0;
      for (int color : rgb) {
        sum += color >> shift & 0xFF;
      }
      float mean = (float) sum / rgb.length;
      for (int i = 0; i < rgb.length; i++) {
        float value = (rgb[i] >> shift & 0xFF) - mean;
        vector[c * rgb.length + i] = value;
        squares += value * value;
      }
    }
    float scale = squares > 0 ? (float) (1 / Math.sqrt(squares)) : 0;
    for (int i = 0; i < vector.length; i++) {
      vector[i] *= scale;
    }
    return vector;
  }

  /**
   * Compares templates with all photos.
   *
   * @param templates [templates, elements], made by {@link #vector}
   * @param first the number of the first of them
   */
  void match(float[][] templates, int first) {
    // Missing templates of the last block repeat the last one, which changes no maximum.
    float[][] scores = new float[BLOCK][strip];
    float[] stripScores = new float[strip];
    int[] stripBest = new int[strip];
    for (int s = 0; s < strips.length; s++) {
      Arrays.fill(stripScores, Float.NEGATIVE_INFINITY);
      for (int t = 0; t < templates.length; t += BLOCK) {
        multiply(templates, t, strips[s], scores);
        for (int k = 0; k < Math.min(BLOCK, templates.length - t); k++) {
          raise(scores[k], first + t + k, stripScores, stripBest);
        }
      }
      merge(s * strip, stripScores, stripBest);
    }
  }

  private static void multiply(float[][] templates, int first, float[] photos, float[][] scores) {
    int last = templates.length - 1;
    float[] a = templates[first];
    float[] b = templates[Math.min(first + 1, last)];
    float[] c = templates[Math.min(first + 2, last)];
    float[] d = templates[Math.min(first + 3, last)];
    for (float[] score : scores) {
      Arrays.fill(score, 0);
    }
    for (int e = 0; e < a.length; e += BLOCK) {
      addProducts(a, b, c, d, e, photos, scores[0], scores[1], scores[2], scores[3]);
    }
  }

  /** Four elements of four templates, written out so that the compiler uses vector instructions. */
  private static void addProducts(
      float[] a,
      float[] b,
      float[] c,
      float[] d,
      int e,
      float[] photos,
      float[] scoreA,
      float[] scoreB,
      float[] scoreC,
      float[] scoreD) {
    float a0 = a[e];
    float a1 = a[e + 1];
    float a2 = a[e + 2];
    float a3 = a[e + 3];
    float b0 = b[e];
    float b1 = b[e + 1];
    float b2 = b[e + 2];
    float b3 = b[e + 3];
    float c0 = c[e];
    float c1 = c[e + 1];
    float c2 = c[e + 2];
    float c3 = c[e + 3];
    float d0 = d[e];
    float d1 = d[e + 1];
    float d2 = d[e + 2];
    float d3 = d[e + 3];
    int strip = scoreA.length;
    int row = e * strip;
    for (int p = 0; p < strip; p++) {
      float p0 = photos[row + p];
      float p1 = photos[row + strip + p];
      float p2 = photos[row + 2 * strip + p];
      float p3 = photos[row + 3 * strip + p];
      scoreA[p] += a0 * p0 + a1 * p1 + a2 * p2 + a3 * p3;
      scoreB[p] += b0 * p0 + b1 * p1 + b2 * p2 + b3 * p3;
      scoreC[p] += c0 * p0 + c1 * p1 + c2 * p2 + c3 * p3;
      scoreD[p] += d0 * p0 + d1 * p1 + d2 * p2 + d3 * p3;
    }
  }

  private static void raise(float[] scores, int template, float[] bestScores, int[] best) {
    for (int p = 0; p < scores.length; p++) {
      if (scores[p] > bestScores[p]) {
        bestScores[p] = scores[p];
        best[p] = template;
      }
    }
  }

  private synchronized void merge(int firstPhoto, float[] scores, int[] templates) {
    for (int p = firstPhoto; p < Math.min(firstPhoto + strip, photos); p++) {
      float score = scores[p - firstPhoto];
      int template = templates[p - firstPhoto];
      // Of equal templates the first wins, whichever thread comes first.
      if (score > bestScores[p] || (score == bestScores[p] && template < best[p])) {
        bestScores[p] = score;
        best[p] = template;
      }
    }
  }

  /** Returns the score of the best template of each photo, once all have been compared. */
  synchronized float[] bestScores() {
    return bestScores.clone();
  }

  /** Returns the number of the best template of each photo, once all have been compared. */
  synchronized int[] best() {
    return best.clone();
  }
}
