package io.github.geofix.models.internal.decode;

import io.github.geofix.core.cell.CellPath;
import io.github.geofix.models.decode.BeamOptions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Beam search down a hierarchy of cells for one photo: after each step the best few hypotheses go
 * on and the others are dropped. A wide beam can return to a branch that seemed worse at first.
 *
 * <p>The caller scores. It computes the log-probabilities of the children of all {@link
 * #hypotheses()} and calls {@link #step}, until {@link #isDone()}; so that the photos of a batch
 * can be scored at once, each has a beam of its own.
 *
 * <p>A search may start from cells below the root. Hypotheses then compete with those of equal
 * length, whichever start they come from, and a start joins when they reach its length. On the way
 * to the starts neither choice nor score is needed, but those steps have rows as well, because a
 * network may have to read them.
 *
 * <p>Not thread-safe.
 */
public final class Beam {
  private final BeamOptions options;
  private final int steps;
  private final List<Hypothesis> starts;
  private final List<Hypothesis> dropped = new ArrayList<>();
  private List<Hypothesis> hypotheses;
  private List<Hypothesis> approaching;
  private int depth;

  /**
   * Starts a search from the root.
   *
   * @param steps the number of steps from the root to a complete path
   */
  public Beam(BeamOptions options, int steps) {
    this(options, steps, List.of(Hypothesis.ROOT));
  }

  /**
   * Starts a search from cells.
   *
   * @param steps the number of steps from the root to a complete path
   * @param starts where to start; none inside another
   * @throws IllegalArgumentException if there is no start, one is inside another, has more than
   *     {@code steps} steps, or has no finite log-probability
   */
  public Beam(BeamOptions options, int steps, List<Hypothesis> starts) {
    this.options = options;
    this.steps = steps;
    this.starts = List.copyOf(starts);
    check(this.starts, steps);
    boolean fromRoot = starts.get(0).path().isRoot();
    hypotheses = fromRoot ? this.starts : List.of();
    approaching = fromRoot ? List.of() : List.of(Hypothesis.ROOT);
  }

  private static void check(List<Hypothesis> starts, int steps) {
    if (starts.isEmpty()) {
      throw new IllegalArgumentException("no cell to start from");
    }
    for (Hypothesis start : starts) {
      CellPath path = start.path();
      if (path.length() > steps) {
        throw new IllegalArgumentException(
            "the start " + path + " has more than " + steps + " steps");
      }
      if (!Double.isFinite(start.logProbability())) {
        throw new IllegalArgumentException(
            "the start %s has the log-probability %s: a finite one is needed, so leave out starts"
                    .formatted(path, start.logProbability())
                + " that cannot be");
      }
      if (starts.stream().filter(other -> path.isPrefixOf(other.path())).count() > 1) {
        throw new IllegalArgumentException("other starts lie in the start " + path);
      }
    }
  }

  /** Returns the hypotheses whose children the next step compares: the first rows. */
  public List<Hypothesis> hypotheses() {
    return hypotheses;
  }

  /** Returns whether the paths are complete. */
  public boolean isDone() {
    return depth == steps;
  }

  /**
   * Takes one step: each hypothesis is extended by all children, and the best extensions are kept.
   *
   * @param children the number of children V of a cell
   * @param logProbabilities {@code [R * V]}, for each of {@link #hypotheses()} those of the paths
   *     into its children
   * @param penalty what a path loses in log-probability when it is compared, and only then
   * @return the rows to score next: the hypotheses that were kept, best first, and then the paths
   *     on the way to starts
   * @throws IllegalArgumentException if a start takes a child that there is not
   */
  public List<Extension> step(
      int children, double[] logProbabilities, ToDoubleFunction<CellPath> penalty) {
    List<Extension> extensions = new ArrayList<>(logProbabilities.length);
    for (int i = 0; i < logProbabilities.length; i++) {
      int parent = i / children;
      Hypothesis longer = hypotheses.get(parent).child(i % children, logProbabilities[i]);
      extensions.add(new Extension(parent, longer));
    }
    List<Extension> towards = towardsStarts(children);
    extensions.addAll(arrived(towards));
    ToDoubleFunction<Extension> rank =
        extension ->
            extension.hypothesis().logProbability() - penalty.applyAsDouble(extension.path());
    extensions.sort(Comparator.comparingDouble(rank).reversed());
    depth++;
    int kept = kept(extensions, rank);
    List<Extension> rows = new ArrayList<>(extensions.subList(0, kept));
    if (isDone()) {
      hypotheses = Extension.hypotheses(extensions);
      return rows;
    }
    dropped.addAll(Extension.hypotheses(extensions.subList(kept, extensions.size())));
    hypotheses = Extension.hypotheses(rows);
    List<Extension> further =
        towards.stream()
            .filter(step -> starts.stream().anyMatch(start -> isBefore(step.path(), start)))
            .toList();
    approaching = Extension.hypotheses(further);
    rows.addAll(further);
    return rows;
  }

  /**
   * Returns what was found: every extension of the last step, best first, and the hypotheses that
   * were dropped before, most probable first.
   *
   * @throws IllegalStateException if the search is not done
   */
  public Hypotheses result() {
    if (!isDone()) {
      throw new IllegalStateException("after " + depth + " of " + steps + " steps");
    }
    return new Hypotheses(
        hypotheses, dropped.stream().sorted(Hypothesis.BEST_FIRST).toList(), false);
  }

  private static boolean isBefore(CellPath path, Hypothesis start) {
    return path.length() < start.path().length() && path.isPrefixOf(start.path());
  }

  /** Returns the next steps towards starts, each once. */
  private List<Extension> towardsStarts(int children) {
    Map<CellPath, Extension> towards = new LinkedHashMap<>();
    for (int i = 0; i < approaching.size(); i++) {
      for (Hypothesis start : starts) {
        if (isBefore(approaching.get(i).path(), start)) {
          int child = start.path().at(depth);
          if (child >= children) {
            throw new IllegalArgumentException(
                "the start %s is no cell: child %d of step %d is not within 0 to %d"
                    .formatted(start.path(), child, depth, children - 1));
          }
          Extension step = new Extension(hypotheses.size() + i, approaching.get(i).child(child, 0));
          towards.putIfAbsent(step.path(), step);
        }
      }
    }
    return List.copyOf(towards.values());
  }

  /** Returns the starts that steps towards them reach. */
  private List<Extension> arrived(List<Extension> towards) {
    List<Extension> arrived = new ArrayList<>();
    for (Extension step : towards) {
      starts.stream()
          .filter(start -> start.path().equals(step.path()))
          .forEach(start -> arrived.add(new Extension(step.parent(), start)));
    }
    return arrived;
  }

  private int kept(List<Extension> extensions, ToDoubleFunction<Extension> rank) {
    int most = Math.min(options.beamWidth(), extensions.size());
    if (options.margin() == Double.MAX_VALUE || most == 0) {
      return most; // also those that are impossible, with log-probability minus infinity
    }
    double least = rank.applyAsDouble(extensions.get(0)) - options.margin();
    int kept = 1;
    while (kept < most && rank.applyAsDouble(extensions.get(kept)) >= least) {
      kept++;
    }
    return kept;
  }
}
