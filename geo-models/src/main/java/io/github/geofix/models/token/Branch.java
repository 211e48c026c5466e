package io.github.geofix.models.token;

import java.util.Comparator;
import java.util.List;

/**
 * A word with one more token.
 *
 * @param parent the number of the word that it extends
 * @param word the longer word
 */
record Branch(int parent, Word word) {

  /** Puts the likeliest branch first. */
  static final Comparator<Branch> LIKELIEST_FIRST =
      Comparator.comparingDouble((Branch branch) -> branch.word().logProbability()).reversed();

  static List<Word> words(List<Branch> branches) {
    return branches.stream().map(Branch::word).toList();
  }

  static int[] parents(List<Branch> branches) {
    return branches.stream().mapToInt(Branch::parent).toArray();
  }

  static int[] lastValues(List<Branch> branches) {
    return branches.stream()
        .map(branch -> branch.word().values())
        .mapToInt(values -> values.get(values.size() - 1))
        .toArray();
  }
}
