package io.github.geofix.models.token;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The tokens of a place, or the first few of them, and how likely the model finds them.
 *
 * @param values one value for each token, coarse to fine, as {@link
 *     io.github.geofix.core.partition.CellTokenizer} counts them
 * @param logProbability the sum of the tokens' log-probabilities, at most 0 but for rounding
 */
public record Word(List<Integer> values, double logProbability) {

  /** Puts the likeliest word first. */
  static final Comparator<Word> LIKELIEST_FIRST =
      Comparator.comparingDouble(Word::logProbability).reversed();

  /** The word of no tokens, which means the whole Earth. */
  static final Word EMPTY = new Word(List.of(), 0);

  /** Copies the values. */
  public Word {
    values = List.copyOf(values);
  }

  /** Returns the values as an array, [n]. */
  public int[] toArray() {
    int[] array = new int[values.size()];
    for (int n = 0; n < array.length; n++) {
      array[n] = values.get(n);
    }
    return array;
  }

  /** Returns this word with one more token. */
  Word with(int value, double logProbabilityOfValue) {
    List<Integer> longer = new ArrayList<>(values);
    longer.add(value);
    return new Word(longer, logProbability + logProbabilityOfValue);
  }
}
