package io.github.geofix.models.token;

import ai.djl.ndarray.NDArray;
import io.github.geofix.models.internal.decode.Extension;
import io.github.geofix.models.internal.decode.Hypotheses;
import io.github.geofix.models.internal.decode.Hypothesis;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

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
 * @param greedyFirst whether one more sequence comes first that takes the most probable value each
 *     time, as GeoToken gives to its judge; it counts as one draw
 * @param seed another seed draws other sequences
 */
public record Sampling(
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

  /** Returns a copy that draws from this many of the most probable values of each token. */
  public Sampling withTopK(int topK) {
    return new Sampling(samples, temperature, topK, topP, greedyFirst, seed);
  }

  /** Returns a copy that draws from the most probable values that reach this probability. */
  public Sampling withTopP(double topP) {
    return new Sampling(samples, temperature, topK, topP, greedyFirst, seed);
  }

  /** Returns a copy that begins with the greedy sequence, or does not. */
  public Sampling withGreedyFirst(boolean greedyFirst) {
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
