package io.github.geofix.models.token;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.common.primitives.Floats;
import io.github.geofix.core.cell.CellPath;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.partition.CellScores;
import io.github.geofix.models.calibration.Calibration.ScoredPhoto;
import io.github.geofix.models.internal.calibration.RegionShares;
import io.github.geofix.models.internal.decode.Hypotheses;
import io.github.geofix.models.internal.decode.SearchOutcome;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.token.Selection.DecodedPhoto;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/**
 * Inference of a {@link TokenNetwork}. Thread-safe.
 *
 * @param manager owns the arrays of the network
 */
record TokenInference(TokenNetwork network, NDManager manager) {

  /**
   * Decodes photos.
   *
   * @param withStates whether a selection reads {@link DecodedPhoto#states}
   */
  List<DecodedPhoto> decode(List<TokenPhoto> photos, Decoding decoding, boolean withStates) {
    return decode(photos, decoding::decode, withStates);
  }

  /** As {@link #decode(List, Decoding, boolean)}, with a function in place of the decoding. */
  List<DecodedPhoto> decode(
      List<TokenPhoto> photos,
      BiFunction<TokenNetwork, NDArray, List<Hypotheses>> decoding,
      boolean withStates) {
    if (photos.isEmpty()) {
      return List.of();
    }
    return TorchEngine.infer(
        manager,
        step -> {
          NDArray memory = memory(step, photos);
          List<Hypotheses> found = decoding.apply(network, memory);
          List<List<float[]>> states =
              withStates ? PrefixTree.statesAfter(network, memory, found) : List.of();
          List<DecodedPhoto> decoded = new ArrayList<>();
          for (int b = 0; b < found.size(); b++) {
            decoded.add(
                new DecodedPhoto(
                    network.tokenizer(),
                    found.get(b),
                    withStates ? states.get(b) : List.of(),
                    photos.get(b).neighbors()));
          }
          return decoded;
        });
  }

  private NDArray memory(NDManager step, List<TokenPhoto> photos) {
    List<NDArray> inputs = new ArrayList<>();
    for (int i = 0; i < network.inputShapes().size(); i++) {
      Shape shape = new Shape(photos.size()).addAll(network.inputShapes().get(i));
      inputs.add(step.create(joined(photos, i), shape));
    }
    return network.memory(Forward.INFERENCE, inputs);
  }

  /** Returns the mean of the vectors that the decoder attends to, {@code [D]}. */
  float[] vector(TokenPhoto photo) {
    return TorchEngine.infer(
        manager, step -> memory(step, List.of(photo)).mean(new int[] {1}).toFloatArray());
  }

  private static float[] joined(List<TokenPhoto> photos, int input) {
    return Floats.concat(
        photos.stream().map(photo -> photo.inputs()[input]).toArray(float[][]::new));
  }

  /** Returns the uncalibrated prediction for a photo with its ground truth. */
  ScoredPhoto scored(TokenPhoto photo, LatLng place, Decoding decoding) {
    DecodedPhoto decoded = decode(List.of(photo), decoding, false).get(0);
    SearchOutcome outcome = SearchOutcome.of(decoded.hypotheses(), 1);
    return new ScoredPhoto(
        outcome.shares(),
        outcome.indexOf(CellPath.of(network.tokenizer().encode(place))),
        temperature -> {
          CellScores.Disjoint cells =
              TokenLocalizer.onS2(decoded, SearchOutcome.of(decoded.hypotheses(), temperature));
          return RegionShares.needed(place, cells.cells(), cells.scores());
        });
  }
}
