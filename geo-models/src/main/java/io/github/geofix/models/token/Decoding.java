package io.github.geofix.models.token;

import ai.djl.ndarray.NDArray;
import io.github.geofix.core.cell.CellPath;
import io.github.geofix.models.decode.BeamOptions;
import io.github.geofix.models.internal.decode.Beam;
import io.github.geofix.models.internal.decode.Extension;
import io.github.geofix.models.internal.decode.Hypotheses;
import io.github.geofix.models.internal.decode.Hypothesis;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** How token sequences are found for photos. */
public sealed interface Decoding {

  /**
   * Finds token sequences. Call it under {@link io.github.geofix.models.nn.TorchEngine#noGrad}.
   *
   * @param memory the encoder's output {@code [B, M, D]}; what is computed belongs to its manager
   * @return for each photo its hypotheses
   * @throws IllegalStateException if the network's scores are not numbers
   */
  List<Hypotheses> decode(TokenNetwork network, NDArray memory);

  /** Checks a divisor of the logits. */
  static void checkTemperature(double temperature) {
    if (!(temperature > 0 && temperature < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("temperature must be above 0: " + temperature);
    }
  }

  /**
   * Beam search by the summed log-probabilities of the tokens. Sequences are not weighted by
   * length, since all have the same.
   *
   * @param beamWidth the most prefixes that are kept after a token, at least 1
   * @param temperature the logits are divided by it before the softmax; above 1, unlikely tokens
   *     count more
   */
  record BeamSearch(int beamWidth, double temperature) implements Decoding {

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
  record DiverseBeamSearch(int groups, int beamWidth, double penalty, double temperature)
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
            beam.step(
                next.count(), logProbabilities, path -> penalty * taken.getOrDefault(path, 0));
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

  /**
   * Draws token sequences at random, token by token. A seed draws the same sequences for a photo,
   * whatever photos share its batch. Log-probabilities are those before {@code topK} and {@code
   * topP}.
   *
   * @param samples the number of sequences for each photo, at least 1; some may be equal
   * @param temperature the logits are divided by it before the softmax; GeoToken uses 0.2, 0.5, 0.7
   *     and 1.2
   * @param topK draws from this many of the most probable values of each token, at least 1
   * @param topP draws from the most probable values of each token that together reach this
   *     probability, above 0 to 1 (Holtzman et al., "The curious case of neural text degeneration",
   *     2020)
   * @param greedyFirst whether one more sequence comes first that takes the most probable value
   *     each time, as GeoToken gives to its judge; it counts as one draw
   * @param seed another seed draws other sequences
   */
  record Sampling(
      int samples, double temperature, int topK, double topP, boolean greedyFirst, long seed)
      implements Decoding {

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a value is out of range
     */
    public Sampling {
      boolean possible = samples >= 1 && topK >= 1 && topP > 0 && topP <= 1;
      if (!possible) {
        throw new IllegalArgumentException(
            "%d samples, topK %d and topP %s: at least 1, at least 1 and above 0 to 1 needed"
                .formatted(samples, topK, topP));
      }
      Decoding.checkTemperature(temperature);
    }

    /** Returns 30 samples at temperature 0.7, as in GeoToken. */
    public static Sampling defaults() {
      return of(30, 1);
    }

    /** Returns a decoding that draws from all values at temperature 0.7. */
    public static Sampling of(int samples, long seed) {
      return new Sampling(samples, 0.7, Integer.MAX_VALUE, 1, false, seed);
    }

    /** Returns a copy with another temperature. */
    public Sampling withTemperature(double temperature) {
      return new Sampling(samples, temperature, topK, topP, greedyFirst, seed);
    }

    @Override
    public List<Hypotheses> decode(TokenNetwork network, NDArray memory) {
      int photos = Math.toIntExact(memory.getShape().get(0));
      int length = network.tokenizer().length();
      int count = samples + (greedyFirst ? 1 : 0);
      PrefixTree tree = new PrefixTree(network, memory, 1 + (length - 1) * count);
      Hypothesis[][] found = new Hypothesis[photos][count];
      SplittableRandom[][] random = new SplittableRandom[photos][samples];
      for (int b = 0; b < photos; b++) {
        Arrays.fill(found[b], Hypothesis.ROOT);
        SplittableRandom root = new SplittableRandom(seed);
        Arrays.setAll(random[b], i -> root.split());
      }
      for (int n = 0; n < length; n++) {
        NextTokens next = NextTokens.of(tree, temperature);
        List<List<Extension>> longer = new ArrayList<>();
        for (int b = 0; b < photos; b++) {
          List<Extension> ofPhoto = new ArrayList<>();
          for (int i = 0; i < count; i++) {
            int parent = n == 0 ? 0 : i; // all begin with the one empty prefix
            double[] log = next.logProbabilities(b, parent);
            boolean greedy = i == samples;
            int value = greedy ? mostProbable(log) : draw(log, random[b][i]);
            found[b][i] = found[b][i].child(value, found[b][i].logProbability() + log[value]);
            ofPhoto.add(new Extension(parent, found[b][i]));
          }
          longer.add(ofPhoto);
        }
        if (n + 1 < length) {
          tree.extend(longer);
        }
      }
      return Arrays.stream(found).map(this::hypotheses).toList();
    }

    private Hypotheses hypotheses(Hypothesis[] found) {
      List<Hypothesis> complete = new ArrayList<>(List.of(found));
      if (greedyFirst) {
        complete.add(0, complete.remove(samples));
      }
      return new Hypotheses(complete, List.of(), true);
    }

    private static int mostProbable(double[] log) {
      int best = 0;
      for (int v = 1; v < log.length; v++) {
        if (log[v] > log[best]) {
          best = v;
        }
      }
      return best;
    }

    /** Draws a value of the given log-probabilities. */
    int draw(double[] log, SplittableRandom random) {
      int[] bestFirst =
          IntStream.range(0, log.length)
              .boxed()
              .sorted(Comparator.comparingDouble((Integer v) -> -log[v]))
              .mapToInt(Integer::intValue)
              .toArray();
      int kept = 0;
      double mass = 0;
      while (kept < Math.min(topK, log.length) && mass < topP) {
        mass += Math.exp(log[bestFirst[kept]]);
        kept++;
      }
      double left = random.nextDouble() * mass;
      for (int i = 0; i < kept; i++) {
        left -= Math.exp(log[bestFirst[i]]);
        if (left < 0) {
          return bestFirst[i];
        }
      }
      return bestFirst[kept - 1];
    }
  }
}
