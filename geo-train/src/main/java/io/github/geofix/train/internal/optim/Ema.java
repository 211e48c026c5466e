package io.github.geofix.train.internal.optim;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.geofix.models.internal.nn.Scalar;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.Parameter;
import io.github.geofix.models.nn.TorchEngine;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Exponential moving average of a network's weights, often more accurate than the weights
 * themselves (Polyak and Juditsky 1992). Includes buffers, such as the running means of batch
 * normalization. Not thread-safe.
 */
public final class Ema implements AutoCloseable {

  private static final class Slot {
    final Parameter parameter;
    NDArray average;

    Slot(Parameter parameter, NDArray average) {
      this.parameter = parameter;
      this.average = average;
    }
  }

  private final Map<String, Slot> slots = new LinkedHashMap<>();
  private final NDManager manager = TorchEngine.newManager();
  private final double decay;

  /**
   * Starts with the present weights.
   *
   * @param decay share of the average that stays at each update in the long run, 0 to below 1
   */
  public Ema(Module network, double decay) {
    if (!(decay >= 0 && decay < 1)) {
      throw new IllegalArgumentException("decay " + decay + ": 0 to below 1 needed");
    }
    this.decay = decay;
    network
        .parameters()
        .forEach(
            (name, parameter) -> {
              NDArray copy = TorchEngine.noGrad(parameter.array()::duplicate);
              copy.attach(manager);
              slots.put(name, new Slot(parameter, copy));
            });
  }

  /**
   * Takes in the present weights: {@code average = d * average + (1 - d) * weights}.
   *
   * @param updates number of updates before this one. While they are few, {@code d} is only {@code
   *     (1 + updates) / (10 + updates)}, as in TensorFlow, so that the initial weights soon vanish
   *     from the average
   */
  public void update(long updates) {
    double present = Math.min(decay, (1.0 + updates) / (10.0 + updates));
    TorchEngine.noGrad(
        () -> {
          try (NDManager scratch = manager.newSubManager()) {
            slots.values().forEach(slot -> update(slot, present, scratch));
          }
        });
  }

  private static void update(Slot slot, double decay, NDManager scratch) {
    NDArray change = slot.parameter.array().sub(slot.average);
    change.attach(scratch);
    slot.average.addi(change.muli(Scalar.of(scratch, change.getDataType(), 1 - decay)));
  }

  /** Exchanges the network's weights and the averages; a second call takes it back. */
  public void swap() {
    for (Slot slot : slots.values()) {
      slot.average.attach(slot.parameter.array().getManager());
      slot.average = slot.parameter.exchange(slot.average);
      slot.average.attach(manager);
    }
  }

  /** Returns the averages by the dotted names of the parameters; they are live. */
  public Map<String, NDArray> averages() {
    Map<String, NDArray> averages = new LinkedHashMap<>();
    slots.forEach((name, slot) -> averages.put(name, slot.average));
    return averages;
  }

  /**
   * Goes on from saved averages, which are taken over.
   *
   * @throws IllegalArgumentException if one is missing or has another shape
   */
  public void restore(Map<String, NDArray> saved) {
    slots.forEach(
        (name, slot) -> {
          NDArray values = saved.get(name);
          if (values == null || !values.getShape().equals(slot.average.getShape())) {
            throw new IllegalArgumentException(
                "the saved averages do not fit the network: " + name + " is missing or misshapen");
          }
          values.attach(manager);
          slot.average.close();
          slot.average = values;
        });
  }

  /** Frees the averages. */
  @Override
  public void close() {
    manager.close();
  }
}
