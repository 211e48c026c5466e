package io.github.geofix.models.token;

import ai.djl.ndarray.NDArray;
import io.github.geofix.core.cell.CellPath;
import io.github.geofix.models.decode.BeamOptions;
import io.github.geofix.models.internal.decode.Beam;
import io.github.geofix.models.internal.decode.Extension;
import io.github.geofix.models.internal.decode.Hypotheses;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * Beam search by the summed log-probabilities of the tokens. Sequences are not weighted by length,
 * since all have the same.
 *
 * @param beamWidth the most prefixes that are kept after a token, at least 1
 * @param temperature the logits are divided by it before the softmax; above 1, unlikely tokens
 *     count more
 */
public record BeamSearch(int beamWidth, double temperature) implements Decoding {

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if a value is out of range
   */
  public BeamSearch {
    if (beamWidth < 1) {
      throw new IllegalArgumentException("beamWidth must be at least 1: " + beamWidth);
    }
    Decoding.checkTemperature(temperature);
  }

  /** Returns the search of width 64 at temperature 1. */
  public static BeamSearch defaults() {
    return ofWidth(64);
  }

  /** Returns a search at temperature 1. */
  public static BeamSearch ofWidth(int beamWidth) {
    return new BeamSearch(beamWidth, 1);
  }

  /** Returns the search of width 1, which takes the most probable token each time. */
  public static BeamSearch greedy() {
    return ofWidth(1);
  }

  /** Returns a copy with another temperature. */
  public BeamSearch withTemperature(double temperature) {
    return new BeamSearch(beamWidth, temperature);
  }

  @Override
  public List<Hypotheses> decode(TokenNetwork network, NDArray memory) {
    return decode(network, memory, path -> 0);
  }

  /**
   * As {@link #decode(TokenNetwork, NDArray)}, with some prefixes less welcome.
   *
   * @param penalty what a prefix loses in log-probability when it is compared, and only then
   */
  List<Hypotheses> decode(
      TokenNetwork network, NDArray memory, ToDoubleFunction<CellPath> penalty) {
    int photos = Math.toIntExact(memory.getShape().get(0));
    int length = network.tokenizer().length();
    PrefixTree tree = new PrefixTree(network, memory, rows(network));
    List<Beam> beams =
        Stream.generate(() -> new Beam(BeamOptions.ofWidth(beamWidth), length))
            .limit(photos)
            .toList();
    for (int n = 0; n < length; n++) {
      NextTokens next = NextTokens.of(tree, temperature);
      List<List<Extension>> kept = new ArrayList<>();
      for (int b = 0; b < photos; b++) {
        Beam beam = beams.get(b);
        double[] logProbabilities = next.logProbabilities(b, 0, beam.hypotheses());
        kept.add(beam.step(next.count(), logProbabilities, penalty));
      }
      if (n + 1 < length) {
        tree.extend(kept);
      }
    }
    return beams.stream().map(beam -> beam.result().first(beamWidth)).toList();
  }

  /** Returns how many prefixes of a photo are run, the empty one included. */
  private int rows(TokenNetwork network) {
    int rows = 1;
    long prefixes = 1;
    for (int n = 0; n + 1 < network.tokenizer().length(); n++) {
      prefixes = Math.min(beamWidth, prefixes * network.tokenizer().valuesAt(n));
      rows += (int) prefixes;
    }
    return rows;
  }
}
