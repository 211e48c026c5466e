package io.github.geofix.models.token;

import io.github.geofix.core.cell.CellPath;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.geodesy.WeightedPoints;
import io.github.geofix.core.partition.CellTokenizer;
import io.github.geofix.models.internal.decode.Hypotheses;
import io.github.geofix.models.internal.decode.Hypothesis;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The token sequences found for one photo, of which a {@link Selection} makes one answer.
 *
 * @param tokenizer decodes sequences to cells
 * @param hypotheses the sequences, complete and dropped
 * @param states for each complete hypothesis the decoder's output [D] after its last token; empty
 *     unless a selection reads them
 * @param neighbors of the photo in a reference database, most similar first; none for a model
 *     without neighbors
 */
public record DecodedPhoto(
    CellTokenizer tokenizer,
    Hypotheses hypotheses,
    List<float[]> states,
    List<Neighbor> neighbors) {

  /** Copies the lists. */
  public DecodedPhoto {
    states = List.copyOf(states);
    neighbors = List.copyOf(neighbors);
  }

  /**
   * Returns the sequences whose cells have something in common with a region.
   *
   * @param shares returns the share of a cell that lies there, 0 to 1
   * @param temperature of the scores later
   */
  DecodedPhoto within(ToDoubleFunction<CellPath> shares, double temperature) {
    Hypotheses inside = hypotheses.within(shares, temperature);
    List<float[]> statesInside = new ArrayList<>();
    int next = 0;
    // The order stays, so the states of those that are left can be told by their paths.
    for (int i = 0; i < states.size() && next < inside.complete().size(); i++) {
      if (hypothesis(i).path().equals(inside.complete().get(next).path())) {
        statesInside.add(states.get(i));
        next++;
      }
    }
    return new DecodedPhoto(tokenizer, inside, statesInside, neighbors);
  }

  /** Returns the number of complete hypotheses. */
  public int size() {
    return hypotheses.complete().size();
  }

  /** Returns a complete hypothesis. */
  public Hypothesis hypothesis(int index) {
    return hypotheses.complete().get(index);
  }

  /** Returns the center of a complete hypothesis's cell. */
  public LatLng latLng(int index) {
    return tokenizer.decode(hypothesis(index).path().toArray());
  }

  /** Returns the centers of the cells of all complete hypotheses with their weights. */
  public WeightedPoints points() {
    return WeightedPoints.of(
        IntStream.range(0, size()).mapToObj(this::latLng).toList(),
        hypotheses.weights(hypotheses.complete()));
  }
}
