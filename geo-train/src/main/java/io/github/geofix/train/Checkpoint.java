package io.github.geofix.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.format.Safetensors;
import io.github.geofix.core.format.TensorFile.DType;
import io.github.geofix.core.internal.JsonRecords;
import io.github.geofix.core.internal.StrictJson;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The state of a run that exact resumption needs, apart from its arrays.
 *
 * <p>Random generators have no state of their own: each number is drawn from the seed and its place
 * in the run, so the seed and the step are also the state of the generators and of the sampler.
 *
 * @param format version of this record
 * @param options the run's options, by name
 * @param photos number of photos
 * @param steps steps taken
 * @param epochs the epochs with a report
 * @param bestEpoch the best epoch by validation, -1 before the first
 * @param epochLoss sum of the losses since the last epoch's end
 * @param rowLoss the losses since the last row of the metrics
 * @param orders the photos of the epoch under way, and of those after it whose order is known, if
 *     it depends on the weights, else empty
 * @param optimizerSteps steps that each parameter has taken
 */
record Checkpoint(
    int format,
    Map<String, String> options,
    int photos,
    long steps,
    List<EpochState> epochs,
    int bestEpoch,
    double epochLoss,
    LossSum rowLoss,
    List<List<Integer>> orders,
    Map<String, Long> optimizerSteps) {

  /** A {@link TrainReport.Epoch}; JSON has no NaN for a figure that is missing. */
  record EpochState(
      int epoch,
      long steps,
      double loss,
      Optional<Double> validationLoss,
      Optional<Double> validationShare,
      double learningRate) {
    static EpochState of(TrainReport.Epoch epoch) {
      return new EpochState(
          epoch.epoch(),
          epoch.steps(),
          epoch.loss(),
          finite(epoch.validationLoss()),
          finite(epoch.validationShare()),
          epoch.learningRate());
    }

    private static Optional<Double> finite(double figure) {
      return Double.isFinite(figure) ? Optional.of(figure) : Optional.empty();
    }

    TrainReport.Epoch epochReport() {
      return new TrainReport.Epoch(
          epoch,
          steps,
          loss,
          validationLoss.orElse(Double.NaN),
          validationShare.orElse(Double.NaN),
          learningRate);
    }
  }

  /** Losses since the last row of the metrics. */
  record LossSum(double sum, int steps) {}

  static final int FORMAT = 2;

  private static final JsonPrimitive PRESENT = new JsonPrimitive(FORMAT);

  /** Options that may change when a run is resumed: they do not change what has been learned. */
  private static final List<String> FREE =
      List.of(
          "stopping.epochs",
          "stopping.maxSteps",
          "stopping.patience",
          "checkpointSeconds",
          "batches.workers");

  private static final String STATE = "state";

  /**
   * Checks that a run with these options would have come here.
   *
   * @throws IllegalArgumentException if not; the message names what differs
   */
  void checkFits(TrainOptions now, int photosNow, Path file) {
    List<String> differences = new ArrayList<>();
    if (photos != photosNow) {
      differences.add("photos was " + photos + ", is " + photosNow);
    }
    Map<String, String> valuesNow = NamedValues.of(now);
    Stream.concat(valuesNow.keySet().stream(), options.keySet().stream())
        .distinct()
        .filter(name -> !FREE.contains(name))
        .filter(name -> !Objects.equals(valuesNow.get(name), options.get(name)))
        .forEach(
            name ->
                differences.add(
                    name
                        + " was "
                        + options.getOrDefault(name, "not set")
                        + ", is "
                        + valuesNow.getOrDefault(name, "not set")));
    if (!differences.isEmpty()) {
      throw new IllegalArgumentException(
          "cannot resume "
              + file
              + ": "
              + String.join("; ", differences)
              + ". Train into another folder, or with the options of before");
    }
  }

  /** Writes the checkpoint; an older file stays until the new one is complete. */
  void write(Path file, Map<String, NDArray> arrays) {
    writer(arrays).metadata(STATE, JsonRecords.write(this).toString()).write(file);
  }

  /** Returns a writer of the arrays, which are read when it writes. */
  static Safetensors.Writer writer(Map<String, NDArray> arrays) {
    Safetensors.Writer writer = Safetensors.writer();
    arrays.forEach(
        (name, array) ->
            writer.tensor(
                name,
                array.getDataType() == DataType.FLOAT64 ? DType.F64 : DType.F32,
                array.getShape().getShape(),
                out -> {
                  ByteBuffer bytes = array.toByteBuffer(true);
                  while (bytes.hasRemaining()) {
                    out.write(bytes);
                  }
                }));
    return writer;
  }

  /**
   * Reads a checkpoint; its arrays go to {@code arrays} and belong to {@code manager}.
   *
   * @throws ModelFormatException if the file is damaged or of another version
   */
  static Checkpoint read(Path file, NDManager manager, Map<String, NDArray> arrays) {
    try (Safetensors tensors = Safetensors.open(file)) {
      Checkpoint checkpoint = parse(file, tensors.metadata().getOrDefault(STATE, ""));
      readArrays(tensors, manager, arrays);
      return checkpoint;
    }
  }

  /** Reads the arrays of a file that {@link #writer} wrote. */
  static void readArrays(Path file, NDManager manager, Map<String, NDArray> arrays) {
    try (Safetensors tensors = Safetensors.open(file)) {
      readArrays(tensors, manager, arrays);
    }
  }

  private static void readArrays(
      Safetensors tensors, NDManager manager, Map<String, NDArray> arrays) {
    for (String name : tensors.names()) {
      arrays.put(name, array(tensors, name, manager));
    }
  }

  private static Checkpoint parse(Path file, String json) {
    try {
      if (!(StrictJson.parse(json) instanceof JsonObject state)) {
        throw new IllegalArgumentException("it has no state");
      }
      if (state.get("format") instanceof JsonPrimitive format && !format.equals(PRESENT)) {
        throw new ModelFormatException(
            file
                + " is a checkpoint of format "
                + format
                + ", this version reads "
                + FORMAT
                + ": finish the run with the version that began it");
      }
      return JsonRecords.read(state, Checkpoint.class);
    } catch (IllegalArgumentException e) {
      throw new ModelFormatException(file + " is not a checkpoint: " + e.getMessage(), e);
    }
  }

  private static NDArray array(Safetensors tensors, String name, NDManager manager) {
    boolean wide = tensors.dtype(name) == DType.F64;
    int bytes = Math.toIntExact(tensors.count(name) * (wide ? Double.BYTES : Float.BYTES));
    ByteBuffer buffer = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    if (wide) {
      tensors.read(name, 0, buffer.asDoubleBuffer());
    } else {
      tensors.read(name, 0, buffer.asFloatBuffer());
    }
    try (NDArray borrowed =
        manager.create(
            buffer, new Shape(tensors.shape(name)), wide ? DataType.FLOAT64 : DataType.FLOAT32)) {
      return borrowed.duplicate();
    }
  }
}
