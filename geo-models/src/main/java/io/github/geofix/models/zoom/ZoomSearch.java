package io.github.geofix.models.zoom;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Walks from the root view to terminal cells, several walks side by side: a beam search over the
 * summed scores of the children taken. Just Zoom In takes the best child of each step, which is a
 * search of width 1; a wider one can still turn back to a branch that looked worse at first. A
 * search may also start from cells below the root.
 *
 * <p>At each step the children share out the probability of the walks that go on. Where scores are
 * log-probabilities of the children of one cell, that of a walk is the product of theirs, as in the
 * paper; where they can be compared across cells, a walk into a part of the map that has nothing
 * like the photo loses probability to the others.
 *
 * <p>Looks at no more than {@code beamWidth} views a step, and at the views on the way to its
 * starts. Stateless and thread-safe.
 */
public final class ZoomSearch {
  private static final Comparator<Walk> BEST_FIRST =
      Comparator.comparingDouble(Walk::logProbability).reversed();

  /**
   * How many hypotheses a search keeps.
   *
   * @param beamWidth the most walks that go on after a step, at least 1
   * @param margin walks whose log-probability is lower than the best one's by more than this do not
   *     go on; at least 0, {@link Double#MAX_VALUE} to drop none
   */
  public record Options(int beamWidth, double margin) {
    /** Checks the ranges. */
    public Options {
      boolean valid = beamWidth >= 1 && margin >= 0 && margin <= Double.MAX_VALUE;
      if (!valid) {
        throw new IllegalArgumentException(
            "beamWidth %d and margin %s: needed are 1 or more, and a number of 0 or more"
                .formatted(beamWidth, margin));
      }
    }

    /** Sixteen walks, none dropped for its score. */
    public static Options defaults() {
      return new Options(16, Double.MAX_VALUE);
    }

    /** The best child of each step, as in the paper. */
    public static Options greedy() {
      return new Options(1, Double.MAX_VALUE);
    }

    /** Returns a copy with the given beam width. */
    public Options withBeamWidth(int beamWidth) {
      return new Options(beamWidth, margin);
    }

    /** Returns a copy with the given margin. */
    public Options withMargin(double margin) {
      return new Options(beamWidth, margin);
    }
  }

  /** Looks at cells from above. */
  @FunctionalInterface
  public interface Views {
    /**
     * Returns the embedded views of cells, {@code [n, D]}.
     *
     * @param paths the children taken to each cell from the root view, which is the empty path; all
     *     of one length
     */
    NDArray of(List<List<Integer>> paths);
  }

  /** Where walks of one length stand side by side, and how a network sees the ways on. */
  public interface Frontier {
    /**
     * Returns the scores of the children of each walk's cell, {@code [B, K K]}. They are compared
     * across walks: a network that can only compare the children of one cell returns their
     * log-probabilities.
     */
    NDArray scores();

    /**
     * Returns where some walks stand that each go on into a child.
     *
     * @param walks the numbers of the walks that go on; may leave some out and repeat others
     * @param children the children they take, 0 to K K - 1
     * @param paths all children taken since the root view, these included
     */
    Frontier into(long[] walks, long[] children, List<List<Integer>> paths);
  }

  /**
   * A way to a cell.
   *
   * @param path the children taken, from the root view on
   * @param logProbability the logarithm of the probability of the cell, at most 0 but for rounding
   */
  public record Walk(List<Integer> path, double logProbability) {
    /** Copies the path. */
    public Walk {
      path = List.copyOf(path);
    }

    /** The walk that has not yet begun, with log-probability 0. */
    public static Walk atRoot() {
      return new Walk(List.of(), 0);
    }

    private Walk into(int child, double newLogProbability) {
      List<Integer> longer = new ArrayList<>(path);
      longer.add(child);
      return new Walk(longer, newLogProbability);
    }
  }

  /**
   * What a search found. The cells of both lists lie side by side and fill the cells that the
   * search started from; their probabilities add up to those of the starts.
   *
   * @param cells every terminal cell below the views of the last step, best first
   * @param dropped the cells at which walks ended early, best first
   */
  public record Result(List<Walk> cells, List<Walk> dropped) {
    /** Copies the lists. */
    public Result {
      cells = List.copyOf(cells);
      dropped = List.copyOf(dropped);
    }
  }

  /** A walk, the number of the walk that it extends, and the child it took last. */
  private record Branch(int origin, int child, Walk walk) {}

  private ZoomSearch() {}

  /**
   * Searches with a decoder for the terminal cell of one photo.
   *
   * @param ground {@code [1, D]}, the photo; what is computed belongs to its manager
   * @throws IllegalArgumentException if the shapes do not fit the decoder
   */
  public static Result search(ZoomDecoder decoder, NDArray ground, Views views, Options options) {
    return search(
        DecoderFrontier.atRoot(decoder, ground, views),
        decoder.steps(),
        List.of(Walk.atRoot()),
        options);
  }

  /**
   * Searches below the given cells. Walks compete with those of the same length, whichever start
   * they come from; a start joins when walks reach its length.
   *
   * @param root the frontier of one walk that stands at the root view
   * @param steps the number of steps from the root view to a terminal cell
   * @param starts where to start, {@link Walk#atRoot} for the whole square; none inside another
   * @throws IllegalArgumentException if there is no start, one lies inside another, or one is not a
   *     cell or has no finite log-probability
   * @throws IllegalStateException if scores are not numbers
   */
  public static Result search(Frontier root, int steps, List<Walk> starts, Options options) {
    check(starts, steps);
    Frontier frontier = root;
    boolean fromRoot = starts.get(0).path().isEmpty();
    List<Walk> going = fromRoot ? starts : List.of();
    // Towards the starts the way is known: whoever is on it neither competes nor scores.
    List<Walk> approaching = fromRoot ? List.of() : List.of(Walk.atRoot());
    List<Walk> dropped = new ArrayList<>();
    for (int depth = 0; ; depth++) {
      NDArray scores = frontier.scores();
      List<Branch> branches = branches(going, scores);
      List<Branch> towards = towards(starts, approaching, going.size(), depth, scores);
      branches.addAll(arrived(towards, starts));
      branches.sort(Comparator.comparing(Branch::walk, BEST_FIRST));
      if (depth + 1 == steps) {
        dropped.sort(BEST_FIRST);
        return new Result(walks(branches), dropped);
      }
      int kept = kept(branches, options);
      dropped.addAll(walks(branches.subList(kept, branches.size())));
      List<Branch> further =
          towards.stream()
              .filter(step -> starts.stream().anyMatch(start -> isBefore(step.walk(), start)))
              .toList();
      going = walks(branches.subList(0, kept));
      approaching = walks(further);
      List<Branch> rows = new ArrayList<>(branches.subList(0, kept));
      rows.addAll(further);
      frontier =
          frontier.into(
              rows.stream().mapToLong(Branch::origin).toArray(),
              rows.stream().mapToLong(Branch::child).toArray(),
              rows.stream().map(row -> row.walk().path()).toList());
    }
  }

  private static void check(List<Walk> starts, int steps) {
    if (starts.isEmpty()) {
      throw new IllegalArgumentException("no cell to start from");
    }
    for (Walk start : starts) {
      if (start.path().size() > steps) {
        throw new IllegalArgumentException(
            "the start " + start.path() + " has more than " + steps + " steps");
      }
      if (!Double.isFinite(start.logProbability())) {
        throw new IllegalArgumentException(
            "the start %s has the log-probability %s: a finite one is needed, so leave out starts"
                    .formatted(start.path(), start.logProbability())
                + " that cannot be");
      }
      if (starts.stream().filter(other -> contains(start.path(), other.path())).count() > 1) {
        throw new IllegalArgumentException("other starts lie in the start " + start.path());
      }
    }
  }

  private static boolean contains(List<Integer> path, List<Integer> other) {
    return other.size() >= path.size() && other.subList(0, path.size()).equals(path);
  }

  private static boolean isBefore(Walk walk, Walk start) {
    return walk.path().size() < start.path().size() && contains(walk.path(), start.path());
  }

  /**
   * Returns the branches into all children of all walks. They share out the probability that the
   * walks have, by the sum of each walk's score and its child's.
   */
  private static List<Branch> branches(List<Walk> walks, NDArray scores) {
    if (walks.isEmpty()) {
      return new ArrayList<>();
    }
    float[] ofChildren = scores.toFloatArray();
    int children = (int) scores.getShape().get(1);
    double[] sums = new double[walks.size() * children];
    for (int i = 0; i < sums.length; i++) {
      sums[i] = walks.get(i / children).logProbability() + ofChildren[i];
    }
    double[] shared = walks.stream().mapToDouble(Walk::logProbability).toArray();
    double toProbability = logSum(shared) - logSum(sums);
    if (!Double.isFinite(toProbability)) {
      throw new IllegalStateException(
          "the network scores children with numbers that are not finite: its weights or the photo's"
              + " values are damaged");
    }
    List<Branch> branches = new ArrayList<>();
    for (int i = 0; i < sums.length; i++) {
      int origin = i / children;
      int child = i % children;
      Walk walk = walks.get(origin).into(child, sums[i] + toProbability);
      branches.add(new Branch(origin, child, walk));
    }
    return branches;
  }

  /** Returns the logarithm of the sum of what the given numbers are logarithms of. */
  private static double logSum(double[] logs) {
    double max = Arrays.stream(logs).max().orElseThrow();
    return max + Math.log(Arrays.stream(logs).map(log -> Math.exp(log - max)).sum());
  }

  /**
   * Returns the next steps towards starts, each once.
   *
   * @param approaching the walks towards starts so far
   * @param firstRow the number of the first of them in the frontier
   */
  private static List<Branch> towards(
      List<Walk> starts, List<Walk> approaching, int firstRow, int depth, NDArray logits) {
    long children = logits.getShape().get(1);
    Map<List<Integer>, Branch> steps = new LinkedHashMap<>();
    for (int i = 0; i < approaching.size(); i++) {
      for (Walk start : starts) {
        if (isBefore(approaching.get(i), start)) {
          int child = start.path().get(depth);
          if (child < 0 || child >= children) {
            throw new IllegalArgumentException(
                "the start %s is no cell: label %d of step %d is not within 0 to %d"
                    .formatted(start.path(), child, depth, children - 1));
          }
          Branch step = new Branch(firstRow + i, child, approaching.get(i).into(child, 0));
          steps.putIfAbsent(step.walk().path(), step);
        }
      }
    }
    return List.copyOf(steps.values());
  }

  /** Returns the starts that are reached by the steps towards them. */
  private static List<Branch> arrived(List<Branch> towards, List<Walk> starts) {
    List<Branch> arrived = new ArrayList<>();
    for (Branch step : towards) {
      starts.stream()
          .filter(start -> start.path().equals(step.walk().path()))
          .forEach(start -> arrived.add(new Branch(step.origin(), step.child(), start)));
    }
    return arrived;
  }

  private static int kept(List<Branch> branches, Options options) {
    int kept = 0;
    while (kept < Math.min(options.beamWidth(), branches.size())
        && branches.get(kept).walk().logProbability()
            >= branches.get(0).walk().logProbability() - options.margin()) {
      kept++;
    }
    return kept;
  }

  private static List<Walk> walks(List<Branch> branches) {
    return branches.stream().map(Branch::walk).toList();
  }
}
