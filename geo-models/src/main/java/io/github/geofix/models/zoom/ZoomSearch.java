package io.github.geofix.models.zoom;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.geofix.models.nn.Forward;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Walks from the root view to terminal cells, several walks side by side: a beam search over the
 * summed log-probabilities of the children taken. Just Zoom In takes the best child of each step,
 * which is a search of width 1; a wider one can still turn back to a branch that looked worse at
 * first.
 *
 * <p>Looks at no more than {@code width} views a step. Stateless and thread-safe.
 */
public final class ZoomSearch {
  private static final Comparator<Walk> BEST_FIRST =
      Comparator.comparingDouble(Walk::logProbability).reversed();

  /**
   * How many walks go on.
   *
   * @param width the most walks that go on after a step
   * @param margin walks whose log-probability is lower than the best one's by more than this do not
   *     go on; at least 0, infinity to drop none
   */
  public record Options(int width, double margin) {
    /** Checks the ranges. */
    public Options {
      boolean possible = width >= 1 && margin >= 0;
      if (!possible) {
        throw new IllegalArgumentException(
            "width " + width + " and margin " + margin + ": at least 1 and at least 0 needed");
      }
    }

    /** Sixteen walks, none dropped for its score. */
    public static Options defaults() {
      return new Options(16, Double.POSITIVE_INFINITY);
    }

    /** The best child of each step, as in the paper. */
    public static Options greedy() {
      return new Options(1, Double.POSITIVE_INFINITY);
    }

    /** Returns a copy with another width. */
    public Options withWidth(int newWidth) {
      return new Options(newWidth, margin);
    }

    /** Returns a copy with another margin. */
    public Options withMargin(double newMargin) {
      return new Options(width, newMargin);
    }
  }

  /** Looks at cells from above. */
  @FunctionalInterface
  public interface Views {
    /**
     * Returns the embedded views of cells, {@code [n, D]}.
     *
     * @param paths the children taken to each cell from the root view, which is the empty path
     */
    NDArray of(List<List<Integer>> paths);
  }

  /**
   * A way to a cell.
   *
   * @param path the children taken, from the root view on
   * @param logProbability the sum of their log-probabilities, at most 0 but for rounding
   */
  public record Walk(List<Integer> path, double logProbability) {
    /** Copies the path. */
    public Walk {
      path = List.copyOf(path);
    }

    private Walk into(int child, double logProbabilityOfChild) {
      List<Integer> longer = new ArrayList<>(path);
      longer.add(child);
      return new Walk(longer, logProbability + logProbabilityOfChild);
    }
  }

  /** A walk, the number of the walk that it extends, and the child it took last. */
  private record Branch(int origin, int child, Walk walk) {}

  private ZoomSearch() {}

  /**
   * Searches for the terminal cell of one photo.
   *
   * @param ground {@code [1, D]}, the photo; what is computed belongs to its manager
   * @return every terminal cell below the views of the last step, best first: the log-probabilities
   *     of a search that drops nothing are those of a distribution over all terminal cells
   * @throws IllegalArgumentException if the shapes do not fit the decoder
   */
  public static List<Walk> search(
      ZoomDecoder decoder, NDArray ground, Views views, Options options) {
    ZoomDecoder.Step step = decoder.start(Forward.INFERENCE, ground, views.of(List.of(List.of())));
    List<Branch> branches = branches(List.of(new Walk(List.of(), 0)), step);
    while (step.index() + 1 < decoder.options().steps()) {
      List<Branch> kept = kept(branches, options);
      List<Walk> walks = walks(kept);
      NDManager manager = ground.getManager();
      NDArray origins = manager.create(kept.stream().mapToLong(Branch::origin).toArray());
      NDArray taken = manager.create(kept.stream().mapToLong(Branch::child).toArray());
      NDArray seen = views.of(walks.stream().map(Walk::path).toList());
      step = decoder.next(Forward.INFERENCE, step.walks(origins), taken, seen);
      branches = branches(walks, step);
    }
    return walks(branches);
  }

  /** Returns the branches into all children of all walks, best first. */
  private static List<Branch> branches(List<Walk> walks, ZoomDecoder.Step step) {
    float[] logProbabilities = step.logits().logSoftmax(-1).toFloatArray();
    int children = logProbabilities.length / walks.size();
    List<Branch> branches = new ArrayList<>(logProbabilities.length);
    for (int i = 0; i < logProbabilities.length; i++) {
      int origin = i / children;
      int child = i % children;
      branches.add(new Branch(origin, child, walks.get(origin).into(child, logProbabilities[i])));
    }
    branches.sort(Comparator.comparing(Branch::walk, BEST_FIRST));
    return branches;
  }

  private static List<Branch> kept(List<Branch> branches, Options options) {
    double lowest = branches.get(0).walk().logProbability() - options.margin();
    return branches.stream()
        .limit(options.width())
        .takeWhile(branch -> branch.walk().logProbability() >= lowest)
        .toList();
  }

  private static List<Walk> walks(List<Branch> branches) {
    return branches.stream().map(Branch::walk).toList();
  }
}
