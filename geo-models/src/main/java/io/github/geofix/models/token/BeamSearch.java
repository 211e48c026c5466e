package io.github.geofix.models.token;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds likely words: after each token the likeliest few prefixes go on. Words are compared by the
 * sum of their log-probabilities, without regard to length, since all are as long.
 *
 * <p>Stateless and thread-safe.
 */
final class BeamSearch {

  /**
   * How many prefixes go on.
   *
   * @param width the most prefixes that go on after a token, at least 1; 1 is greedy
   * @param temperature the logits are divided by it before the softmax, above 0
   */
  record Options(int width, double temperature) {
    /** Checks the ranges. */
    Options {
      boolean possible = width >= 1 && temperature > 0;
      if (!possible) {
        throw new IllegalArgumentException(
            "width " + width + " and temperature " + temperature + ": at least 1, above 0 needed");
      }
    }

    /** A search of the given width at temperature 1. */
    static Options ofWidth(int width) {
      return new Options(width, 1);
    }

    /** Returns a copy with another temperature. */
    Options withTemperature(double newTemperature) {
      return new Options(width, newTemperature);
    }
  }

  /**
   * What was found for one photo. Words and dropped prefixes together are a partition of the Earth,
   * and their probabilities add up to 1.
   *
   * @param words whole words, likeliest first
   * @param dropped words that did not make it, and prefixes that did not go on
   */
  record Result(List<Word> words, List<Word> dropped) {}

  /** A word and the number of the word that it extends. */
  private record Branch(int parent, Word word) {}

  private BeamSearch() {}

  /**
   * Searches for the words of photos.
   *
   * @param memory {@code [B, M, D]}; what is computed belongs to its manager
   * @return one result for each photo
   */
  static List<Result> search(TokenNetwork network, NDArray memory, Options options) {
    int photos = Math.toIntExact(memory.getShape().get(0));
    int length = network.tokenizer().length();
    PrefixTree tree = new PrefixTree(network, memory, room(network, options.width()));
    List<List<Word>> words = new ArrayList<>();
    List<List<Word>> dropped = new ArrayList<>();
    for (int b = 0; b < photos; b++) {
      words.add(List.of(Word.EMPTY));
      dropped.add(new ArrayList<>());
    }
    for (int n = 0; n < length; n++) {
      float[] logits = tree.logits();
      int[][] parents = new int[photos][];
      int[][] values = new int[photos][];
      for (int b = 0; b < photos; b++) {
        List<Branch> branches = branches(words.get(b), logits, b, network, n, options);
        int kept = Math.min(options.width(), branches.size());
        List<Branch> best = branches.subList(0, kept);
        words.set(b, best.stream().map(Branch::word).toList());
        branches.subList(kept, branches.size()).stream()
            .map(Branch::word)
            .forEach(dropped.get(b)::add);
        parents[b] = best.stream().mapToInt(Branch::parent).toArray();
        int last = n;
        values[b] = best.stream().mapToInt(branch -> branch.word().values().get(last)).toArray();
      }
      if (n + 1 < length) {
        tree.extend(parents, values);
      }
    }
    List<Result> results = new ArrayList<>();
    for (int b = 0; b < photos; b++) {
      results.add(new Result(words.get(b), dropped.get(b)));
    }
    return results;
  }

  /** Returns every word of a photo with every next value, likeliest first. */
  private static List<Branch> branches(
      List<Word> words,
      float[] logits,
      int photo,
      TokenNetwork network,
      int position,
      Options options) {
    int count = network.tokenizer().valuesAt(position);
    List<Branch> branches = new ArrayList<>(words.size() * count);
    for (int r = 0; r < words.size(); r++) {
      double[] log =
          LogProbabilities.of(logits, photo * words.size() + r, count, options.temperature());
      for (int v = 0; v < count; v++) {
        branches.add(new Branch(r, words.get(r).with(v, log[v])));
      }
    }
    branches.sort((a, b) -> Word.LIKELIEST_FIRST.compare(a.word(), b.word()));
    return branches;
  }

  /** Returns how many prefixes of a photo are run, the empty one included. */
  private static int room(TokenNetwork network, int width) {
    int rows = 1;
    long words = 1;
    for (int n = 0; n + 1 < network.tokenizer().length(); n++) {
      words = Math.min(width, words * network.tokenizer().valuesAt(n));
      rows += (int) words;
    }
    return rows;
  }
}
