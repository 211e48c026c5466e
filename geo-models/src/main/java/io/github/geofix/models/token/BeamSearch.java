package io.github.geofix.models.token;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds likely words: after each token the likeliest few prefixes go on. Words are compared by the
 * sum of their log-probabilities, without regard to length, since all are as long.
 */
public final class BeamSearch extends Decoding {
  private final int width;
  private final double temperature;

  private BeamSearch(int width, double temperature) {
    this.width = width;
    this.temperature = temperature;
    if (width < 1) {
      throw new IllegalArgumentException("width must be at least 1: " + width);
    }
    checkTemperature(temperature);
  }

  /**
   * Returns a search at temperature 1.
   *
   * @param width the most prefixes that go on after a token, at least 1
   */
  public static BeamSearch ofWidth(int width) {
    return new BeamSearch(width, 1);
  }

  /** Returns the search of width 1: always the likeliest next token. */
  public static BeamSearch greedy() {
    return ofWidth(1);
  }

  /**
   * Returns a copy that divides the logits by a temperature before the softmax; above 1, unlikely
   * tokens count more.
   */
  public BeamSearch withTemperature(double newTemperature) {
    return new BeamSearch(width, newTemperature);
  }

  @Override
  public List<Pool> find(TokenNetwork network, NDArray memory) {
    int photos = Math.toIntExact(memory.getShape().get(0));
    int length = network.tokenizer().length();
    PrefixTree tree = new PrefixTree(network, memory, room(network, width));
    List<List<Word>> words = new ArrayList<>();
    List<List<Word>> dropped = new ArrayList<>();
    for (int b = 0; b < photos; b++) {
      words.add(List.of(Word.EMPTY));
      dropped.add(new ArrayList<>());
    }
    for (int n = 0; n < length; n++) {
      NextValues next = NextValues.of(tree, temperature);
      int[][] parents = new int[photos][];
      int[][] values = new int[photos][];
      for (int b = 0; b < photos; b++) {
        List<Branch> branches = next.branches(b, words.get(b), 0);
        branches.sort(Branch.LIKELIEST_FIRST);
        int kept = Math.min(width, branches.size());
        List<Branch> best = branches.subList(0, kept);
        dropped.get(b).addAll(Branch.words(branches.subList(kept, branches.size())));
        words.set(b, Branch.words(best));
        parents[b] = Branch.parents(best);
        values[b] = Branch.lastValues(best);
      }
      if (n + 1 < length) {
        tree.extend(parents, values);
      }
    }
    List<Pool> pools = new ArrayList<>();
    for (int b = 0; b < photos; b++) {
      pools.add(new Pool(network.tokenizer(), words.get(b), dropped.get(b), false, List.of()));
    }
    return pools;
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
