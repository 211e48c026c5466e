package io.github.geofix.models.token;

import ai.djl.ndarray.NDArray;
import io.github.geofix.core.cell.CellPath;
import io.github.geofix.models.decode.BeamOptions;
import io.github.geofix.models.internal.decode.Beam;
import io.github.geofix.models.internal.decode.Extension;
import io.github.geofix.models.internal.decode.Hypotheses;
import io.github.geofix.models.internal.decode.Hypothesis;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Diverse beam search: several beam searches side by side, each of which avoids the cells that
 * those before it have taken (Vijayakumar et al., "Diverse Beam Search", 2016, equation 5).
 *
 * <p>The paper counts equal tokens at the same position. Here equal prefixes count, that is equal
 * cells: the same token below another prefix is another place.
 *
 * @param groups the number of searches, at least 1
 * @param beamWidth the most prefixes that each keeps, at least 1
 * @param penalty what a prefix loses in log-probability for each hypothesis of an earlier group
 *     that has it, 0 or more; the paper uses 0.2 to 0.8
 * @param temperature the logits are divided by it before the softmax
 */
public record DiverseBeamSearch(int groups, int beamWidth, double penalty, double temperature)
    implements Decoding {

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if a value is out of range
   */
  public DiverseBeamSearch {
    boolean possible = groups >= 1 && beamWidth >= 1 && penalty >= 0;
    if (!possible) {
      throw new IllegalArgumentException(
          "%d groups of width %d and a penalty of %s: at least 1, 1 and 0 needed"
              .formatted(groups, beamWidth, penalty));
    }
    Decoding.checkTemperature(temperature);
  }

  /** Returns four groups of width 5 with a penalty of 0.5, at temperature 1. */
  public static DiverseBeamSearch defaults() {
    return of(4, 5, 0.5);
  }

  /** Returns a search at temperature 1. */
  public static DiverseBeamSearch of(int groups, int beamWidth, double penalty) {
    return new DiverseBeamSearch(groups, beamWidth, penalty, 1);
  }

  /** Returns a copy with another temperature. */
  public DiverseBeamSearch withTemperature(double temperature) {
    return new DiverseBeamSearch(groups, beamWidth, penalty, temperature);
  }

  @Override
  public List<Hypotheses> decode(TokenNetwork network, NDArray memory) {
    int photos = Math.toIntExact(memory.getShape().get(0));
    int length = network.tokenizer().length();
    PrefixTree tree = new PrefixTree(network, memory, 1 + (length - 1) * groups * beamWidth);
    List<List<Beam>> beams = Stream.generate(() -> beams(length)).limit(photos).toList();
    for (int n = 0; n < length; n++) {
      NextTokens next = NextTokens.of(tree, temperature);
      List<List<Extension>> kept = new ArrayList<>();
      for (int b = 0; b < photos; b++) {
        kept.add(step(beams.get(b), next, b, n == 0));
      }
      if (n + 1 < length) {
        tree.extend(kept);
      }
    }
    return beams.stream().map(this::joined).toList();
  }

  private List<Beam> beams(int length) {
    return Stream.generate(() -> new Beam(BeamOptions.ofWidth(beamWidth), length))
        .limit(groups)
        .toList();
  }

  /**
   * Takes one step with all groups of a photo, the first before the second.
   *
   * @param sharesRoot whether all groups are still at the one row of the empty prefix
   */
  private List<Extension> step(List<Beam> beams, NextTokens next, int photo, boolean sharesRoot) {
    List<Extension> all = new ArrayList<>();
    Map<CellPath, Integer> taken = new HashMap<>();
    int row = 0;
    for (Beam beam : beams) {
      int first = row;
      row += sharesRoot ? 0 : beam.hypotheses().size();
      double[] logProbabilities = next.logProbabilities(photo, first, beam.hypotheses());
      List<Extension> kept =
          beam.step(next.count(), logProbabilities, path -> penalty * taken.getOrDefault(path, 0));
      for (Extension extension : kept) {
        all.add(new Extension(first + extension.parent(), extension.hypothesis()));
        taken.merge(extension.path(), 1, Integer::sum);
      }
    }
    return all;
  }

  /** Joins the groups; a sequence that two of them found counts once. */
  private Hypotheses joined(List<Beam> beams) {
    Map<CellPath, Hypothesis> distinct = new LinkedHashMap<>();
    for (Beam beam : beams) {
      for (Hypothesis found : beam.result().first(beamWidth).complete()) {
        distinct.putIfAbsent(found.path(), found);
      }
    }
    return new Hypotheses(
        distinct.values().stream().sorted(Hypothesis.BEST_FIRST).toList(), List.of(), false);
  }
}
