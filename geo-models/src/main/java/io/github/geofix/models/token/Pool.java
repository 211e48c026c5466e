package io.github.geofix.models.token;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.geodesy.WeightedPoints;
import io.github.geofix.core.partition.CellTokenizer;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The words found for one photo, of which a {@link Selection} makes one answer.
 *
 * @param tokenizer tells what the words mean
 * @param words whole words, at least one
 * @param dropped prefixes that the search left; with the words they are a partition of the Earth,
 *     and all probabilities add up to 1. Empty if the decoding cannot tell
 * @param drawn true if the words were drawn at random: a likely word is then there several times
 * @param states for each word the decoder's output [D] after its last token; empty unless a
 *     selection asked for them
 */
public record Pool(
    CellTokenizer tokenizer,
    List<Word> words,
    List<Word> dropped,
    boolean drawn,
    List<float[]> states) {

  /**
   * Copies the lists.
   *
   * @throws IllegalArgumentException if there is no word
   */
  public Pool {
    words = List.copyOf(words);
    dropped = List.copyOf(dropped);
    states = List.copyOf(states);
    if (words.isEmpty()) {
      throw new IllegalArgumentException("a pool needs at least one word");
    }
  }

  /** Returns a copy with states. */
  Pool withStates(List<float[]> newStates) {
    return new Pool(tokenizer, words, dropped, drawn, newStates);
  }

  /** Returns the number of words. */
  public int size() {
    return words.size();
  }

  /** Returns the center of a word's cell. */
  public LatLng latLng(int index) {
    return tokenizer.decode(words.get(index).toArray());
  }

  /** Returns the index of the likeliest word; of equals, the first. */
  public int mostProbable() {
    return IntStream.range(0, size())
        .reduce(
            0,
            (best, i) ->
                words.get(i).logProbability() > words.get(best).logProbability() ? i : best);
  }

  /**
   * Returns the centers of all cells, weighted by probability; words drawn at random all weigh the
   * same, because a likely one is there more often.
   */
  public WeightedPoints points() {
    // Relative to the best: the weights of long words would all be 0 otherwise.
    double best = words.get(mostProbable()).logProbability();
    return WeightedPoints.of(
        IntStream.range(0, size()).mapToObj(this::latLng).toList(),
        words.stream().mapToDouble(w -> drawn ? 1 : Math.exp(w.logProbability() - best)).toArray());
  }
}
