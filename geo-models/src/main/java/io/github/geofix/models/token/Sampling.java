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
 * photos share its batch. The log-probabilities of the words are those before {@code topK} and
 * {@code topP}.
 */
public final class Sampling extends Decoding {
  private final int count;
  private final double temperature;
  private final int topK;
  private final double topP;
  private final long seed;

  private Sampling(int count, double temperature, int topK, double topP, long seed) {
    this.count = count;
    this.temperature = temperature;
    this.topK = topK;
    this.topP = topP;
    this.seed = seed;
    boolean possible = count >= 1 && topK >= 1 && topP > 0 && topP <= 1;
    if (!possible) {
      throw new IllegalArgumentException(
          count
              + " words of the top "
              + topK
              + " values and the top "
              + topP
              + ": at least 1, 1 and above 0 to 1 needed");
    }
    checkTemperature(temperature);
  }

  /**
   * Returns a decoding that draws from all values at temperature 0.7.
   *
   * @param count words for each photo, at least 1; some may be equal
   */
  public static Sampling of(int count, long seed) {
    return new Sampling(count, 0.7, Integer.MAX_VALUE, 1, seed);
  }

  /**
   * Returns a copy that divides the logits by a temperature before the softmax; GeoToken uses 0.2,
   * 0.5, 0.7 and 1.2.
   */
  public Sampling withTemperature(double newTemperature) {
    return new Sampling(count, newTemperature, topK, topP, seed);
  }

  /** Returns a copy that draws from the likeliest so many values of each token. */
  public Sampling withTopK(int newTopK) {
    return new Sampling(count, temperature, newTopK, topP, seed);
  }

  /**
   * Returns a copy that draws from the likeliest values of each token that together reach a
   * probability (Holtzman et al., "The curious case of neural text degeneration", 2020).
   */
  public Sampling withTopP(double newTopP) {
    return new Sampling(count, temperature, topK, newTopP, seed);
  }

  @Override
  public List<Pool> find(TokenNetwork network, NDArray memory) {
    int photos = Math.toIntExact(memory.getShape().get(0));
    int length = network.tokenizer().length();
    PrefixTree tree = new PrefixTree(network, memory, 1 + (length - 1) * count);
    Word[][] words = new Word[photos][count];
    SplittableRandom[][] random = new SplittableRandom[photos][count];
    for (int b = 0; b < photos; b++) {
      Arrays.fill(words[b], Word.EMPTY);
      SplittableRandom root = new SplittableRandom(seed);
      Arrays.setAll(random[b], i -> root.split());
    }
    int[] parents = new int[count]; // of the first token: the one empty word
    for (int n = 0; n < length; n++) {
      NextValues next = NextValues.of(tree, temperature);
      int[][] values = new int[photos][count];
      for (int b = 0; b < photos; b++) {
        for (int i = 0; i < count; i++) {
          double[] log = next.logProbabilities(b, parents[i]);
          values[b][i] = draw(log, random[b][i]);
          words[b][i] = words[b][i].with(values[b][i], log[values[b][i]]);
        }
      }
      if (n + 1 < length) {
        int[][] ofAll = new int[photos][];
        Arrays.fill(ofAll, parents);
        tree.extend(ofAll, values);
        parents = IntStream.range(0, count).toArray();
      }
    }
    List<Pool> pools = new ArrayList<>();
    for (Word[] photo : words) {
      pools.add(new Pool(network.tokenizer(), List.of(photo), List.of(), true, List.of()));
    }
    return pools;
  }

  /** Draws a value of the given log-probabilities. */
  int draw(double[] log, SplittableRandom random) {
    int[] likeliestFirst =
        IntStream.range(0, log.length)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer v) -> -log[v]))
            .mapToInt(Integer::intValue)
            .toArray();
    int kept = 0;
    double mass = 0;
    while (kept < Math.min(topK, log.length) && mass < topP) {
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
