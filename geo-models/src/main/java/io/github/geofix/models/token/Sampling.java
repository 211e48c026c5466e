package io.github.geofix.models.token;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Draws words at random, token by token. The same seed draws the same words for a photo, whatever
 * photos share its batch.
 *
 * <p>Stateless and thread-safe.
 */
final class Sampling {

  /**
   * What is drawn from.
   *
   * @param count words for each photo, at least 1
   * @param temperature the logits are divided by it before the softmax, above 0; GeoToken uses 0.2,
   *     0.5, 0.7 and 1.2
   * @param topK only the likeliest so many values of a token are drawn, at least 1
   * @param topP only the likeliest values that together reach this probability are drawn, above 0
   *     to 1 (Holtzman et al. 2020)
   */
  record Options(int count, double temperature, int topK, double topP) {
    /** Checks the ranges. */
    Options {
      boolean possible = count >= 1 && temperature > 0 && topK >= 1 && topP > 0 && topP <= 1;
      if (!possible) {
        throw new IllegalArgumentException(
            "count "
                + count
                + ", temperature "
                + temperature
                + ", top "
                + topK
                + " and share "
                + topP
                + ": at least 1, above 0, at least 1 and above 0 to 1 needed");
      }
    }

    /** Draws from all values at temperature 0.7. */
    static Options ofCount(int count) {
      return new Options(count, 0.7, Integer.MAX_VALUE, 1);
    }

    /** Returns a copy with another temperature. */
    Options withTemperature(double newTemperature) {
      return new Options(count, newTemperature, topK, topP);
    }

    /** Returns a copy that draws from so many values. */
    Options withTopK(int newTopK) {
      return new Options(count, temperature, newTopK, topP);
    }

    /** Returns a copy that draws from the values that reach this probability. */
    Options withTopP(double newTopP) {
      return new Options(count, temperature, topK, newTopP);
    }
  }

  private Sampling() {}

  /**
   * Draws words.
   *
   * @param memory {@code [B, M, D]}; what is computed belongs to its manager
   * @return for each photo {@code count} words in the order drawn, of which some may be equal;
   *     their log-probabilities are those before {@code topK} and {@code topP}
   */
  static List<List<Word>> draw(TokenNetwork network, NDArray memory, Options options, long seed) {
    int photos = Math.toIntExact(memory.getShape().get(0));
    int length = network.tokenizer().length();
    int count = options.count();
    PrefixTree tree = new PrefixTree(network, memory, 1 + (length - 1) * count);
    Word[][] words = new Word[photos][count];
    SplittableRandom[][] random = new SplittableRandom[photos][count];
    for (int b = 0; b < photos; b++) {
      Arrays.fill(words[b], Word.EMPTY);
      SplittableRandom root = new SplittableRandom(seed);
      Arrays.setAll(random[b], i -> root.split());
    }
    int[] first = new int[count];
    int[] each = IntStream.range(0, count).toArray();
    for (int n = 0; n < length; n++) {
      float[] logits = tree.logits();
      int[] parents = n == 0 ? first : each;
      int[][] values = new int[photos][count];
      for (int b = 0; b < photos; b++) {
        for (int i = 0; i < count; i++) {
          int row = b * tree.words() + parents[i];
          double[] log =
              LogProbabilities.of(
                  logits, row, network.tokenizer().valuesAt(n), options.temperature());
          values[b][i] = draw(log, options, random[b][i]);
          words[b][i] = words[b][i].with(values[b][i], log[values[b][i]]);
        }
      }
      if (n + 1 < length) {
        int[][] all = new int[photos][];
        Arrays.fill(all, parents);
        tree.extend(all, values);
      }
    }
    List<List<Word>> drawn = new ArrayList<>();
    for (Word[] photo : words) {
      drawn.add(List.of(photo));
    }
    return drawn;
  }

  /** Draws a value of the given log-probabilities. */
  static int draw(double[] log, Options options, SplittableRandom random) {
    int[] likeliestFirst =
        IntStream.range(0, log.length)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer v) -> -log[v]))
            .mapToInt(Integer::intValue)
            .toArray();
    int kept = 0;
    double mass = 0;
    while (kept < Math.min(options.topK(), log.length) && mass < options.topP()) {
      mass += Math.exp(log[likeliestFirst[kept]]);
      kept++;
    }
    double left = random.nextDouble() * mass;
    for (int i = 0; i < kept; i++) {
      left -= Math.exp(log[likeliestFirst[i]]);
      if (left < 0) {
        return likeliestFirst[i];
      }
    }
    return likeliestFirst[kept - 1];
  }
}
