package io.github.geofix.models.token;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds likely words that differ: several beam searches side by side, each of which avoids the
 * cells that those before it have taken (Vijayakumar et al., "Diverse Beam Search", 2016, equation
 * 5).
 *
 * <p>The paper counts equal tokens at the same position. Here equal prefixes count, that is equal
 * cells: the same value below another prefix is another place.
 */
public final class DiverseBeamSearch extends Decoding {
  private final int groups;
  private final int width;
  private final double penalty;
  private final double temperature;

  private DiverseBeamSearch(int groups, int width, double penalty, double temperature) {
    this.groups = groups;
    this.width = width;
    this.penalty = penalty;
    this.temperature = temperature;
    boolean possible = groups >= 1 && width >= 1 && penalty >= 0;
    if (!possible) {
      throw new IllegalArgumentException(
          groups
              + " groups of "
              + width
              + " words and a penalty of "
              + penalty
              + ": at least 1, 1 and 0 needed");
    }
    checkTemperature(temperature);
  }

  /**
   * Returns a search at temperature 1.
   *
   * @param groups the number of searches, at least 1
   * @param width the most prefixes of each that go on, at least 1
   * @param penalty what is subtracted from the log-probability of a prefix for each word of an
   *     earlier group that begins with it, 0 or more; the paper uses 0.2 to 0.8
   */
  public static DiverseBeamSearch of(int groups, int width, double penalty) {
    return new DiverseBeamSearch(groups, width, penalty, 1);
  }

  /** Returns a copy that divides the logits by a temperature before the softmax. */
  public DiverseBeamSearch withTemperature(double newTemperature) {
    return new DiverseBeamSearch(groups, width, penalty, newTemperature);
  }

  @Override
  public List<Pool> find(TokenNetwork network, NDArray memory) {
    int photos = Math.toIntExact(memory.getShape().get(0));
    int length = network.tokenizer().length();
    PrefixTree tree = new PrefixTree(network, memory, 1 + (length - 1) * groups * width);
    // Before the first token all groups share the one empty word.
    List<List<List<Word>>> words =
        Collections.nCopies(photos, Collections.nCopies(groups, List.of(Word.EMPTY)));
    for (int n = 0; n < length; n++) {
      NextValues next = NextValues.of(tree, temperature);
      List<List<List<Word>>> longer = new ArrayList<>();
      int[][] parents = new int[photos][];
      int[][] values = new int[photos][];
      for (int b = 0; b < photos; b++) {
        List<Branch> all = new ArrayList<>();
        List<List<Word>> ofGroups = new ArrayList<>();
        Map<List<Integer>, Integer> taken = new HashMap<>();
        int first = 0;
        for (List<Word> group : words.get(b)) {
          List<Branch> best = best(next.branches(b, group, first), taken);
          first += n == 0 ? 0 : group.size();
          all.addAll(best);
          ofGroups.add(Branch.words(best));
          best.forEach(branch -> taken.merge(branch.word().values(), 1, Integer::sum));
        }
        longer.add(ofGroups);
        parents[b] = Branch.parents(all);
        values[b] = Branch.lastValues(all);
      }
      words = longer;
      if (n + 1 < length) {
        tree.extend(parents, values);
      }
    }
    return words.stream().map(photo -> pool(network, photo)).toList();
  }

  private List<Branch> best(List<Branch> branches, Map<List<Integer>, Integer> taken) {
    return branches.stream()
        .sorted(
            Comparator.comparingDouble(
                branch ->
                    penalty * taken.getOrDefault(branch.word().values(), 0)
                        - branch.word().logProbability()))
        .limit(width)
        .toList();
  }

  /** Joins the groups; a word that two of them found counts once. */
  private static Pool pool(TokenNetwork network, List<List<Word>> groups) {
    Map<List<Integer>, Word> distinct = new LinkedHashMap<>();
    groups.forEach(group -> group.forEach(word -> distinct.putIfAbsent(word.values(), word)));
    List<Word> words = distinct.values().stream().sorted(Word.LIKELIEST_FIRST).toList();
    return new Pool(network.tokenizer(), words, List.of(), false, List.of());
  }
}
