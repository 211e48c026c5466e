package io.github.geofix.models.recombine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.geofix.models.internal.recombine.HeadingMatches;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.recombine.RecombineModel.PlaceMatch;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.ObjIntConsumer;

/**
 * Exact search of photos in a gallery, each pair at its best heading. Works through the gallery in
 * parts, so that about 40 MB are used besides the result, whatever its size. Thread-safe.
 */
record GallerySearch(VectorEncoder encoder, NDManager manager) {
  /** Pairs of a photo and a place that are compared at a time: 4 MiB for each array of them. */
  private static final int PAIRS = 1 << 20;

  /**
   * The cosines of photos and the places of a gallery.
   *
   * @param cosines {@code [B][G]}, -1 to 1, at the best heading
   * @param headings {@code [B][G]}, that heading in degrees clockwise from north; empty where one
   *     heading alone is tried
   */
  record Matches(float[][] cosines, float[][] headings) {

    /** Returns the heading of a photo at a place; empty where one heading alone is tried. */
    OptionalDouble heading(int photo, int place) {
      return headings.length == 0
          ? OptionalDouble.empty()
          : OptionalDouble.of(headings[photo][place]);
    }
  }

  /**
   * Compares photos with all places of a gallery.
   *
   * @param images {@code [B, 3, H, W]}, preprocessed
   */
  Matches matches(float[] images, int count, Gallery gallery) {
    return matches(images, count, gallery, OptionalInt.empty());
  }

  /**
   * As {@link #matches(float[], int, Gallery)}.
   *
   * @param heading which of the S headings all photos have; empty to try all
   */
  Matches matches(float[] images, int count, Gallery gallery, OptionalInt heading) {
    boolean severalHeadings = encoder.headings() > 1;
    float[][] cosines = new float[count][gallery.size()];
    float[][] headings = severalHeadings ? new float[count][gallery.size()] : new float[0][];
    compare(
        images,
        count,
        gallery,
        heading,
        (matches, first) -> {
          copy(matches.similarities(), cosines, first);
          if (severalHeadings) {
            copy(matches.headings(), headings, first);
          }
        });
    heading.ifPresent(
        known -> {
          for (float[] row : headings) {
            Arrays.fill(row, (float) (360.0 * known / encoder.headings()));
          }
        });
    return new Matches(cosines, headings);
  }

  /** Copies {@code [B, n]} into the columns of {@code [B][G]} that begin at {@code first}. */
  private static void copy(NDArray found, float[][] target, int first) {
    float[] values = found.toFloatArray();
    int places = values.length / target.length;
    for (int photo = 0; photo < target.length; photo++) {
      System.arraycopy(values, photo * places, target[photo], first, places);
    }
  }

  /**
   * Returns the place of the highest cosine for each photo; of equal ones the first.
   *
   * @param images {@code [B, 3, H, W]}, preprocessed
   */
  List<PlaceMatch> best(float[] images, int count, Gallery gallery) {
    PlaceMatch[] best = new PlaceMatch[count];
    Arrays.fill(best, new PlaceMatch(0, Double.NEGATIVE_INFINITY, 0));
    compare(
        images,
        count,
        gallery,
        OptionalInt.empty(),
        (matches, first) -> {
          float[] cosines = matches.similarities().toFloatArray();
          float[] headings = matches.headings().toFloatArray();
          int places = cosines.length / count;
          for (int i = 0; i < cosines.length; i++) {
            if (cosines[i] > best[i / places].similarity()) {
              best[i / places] = new PlaceMatch(first + i % places, cosines[i], headings[i]);
            }
          }
        });
    return List.of(best);
  }

  /**
   * Compares photos with all places.
   *
   * @param heading the one heading to try
   * @param found takes the matches with some places, and the index of the first of those
   */
  private void compare(
      float[] images,
      int count,
      Gallery gallery,
      OptionalInt heading,
      ObjIntConsumer<HeadingMatches> found) {
    TorchEngine.noGrad(() -> compareAll(images, count, gallery, heading, found));
  }

  private void compareAll(
      float[] images,
      int count,
      Gallery gallery,
      OptionalInt heading,
      ObjIntConsumer<HeadingMatches> found) {
    try (NDManager step = manager.newSubManager()) {
      NDArray all = encoder.photoVectors(step, images, count);
      NDArray photos =
          heading.isPresent()
              ? all.get(":, {}:{}", heading.getAsInt(), heading.getAsInt() + 1)
              : all;
      int most = Math.max(1, PAIRS / count);
      for (int first = 0; first < gallery.size(); first += most) {
        try (NDManager part = step.newSubManager()) {
          NDArray places =
              gallery.vectors().rows(part, first, Math.min(first + most, gallery.size()));
          // The results belong to the manager of the photos.
          NDArray asked = photos.reshape(photos.getShape());
          asked.attach(part);
          found.accept(HeadingMatches.of(asked, places), first);
        }
      }
    }
  }
}
