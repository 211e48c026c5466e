package io.github.geofix.cli;

import com.google.gson.JsonObject;
import io.github.geofix.core.Precision;
import io.github.geofix.core.internal.JsonTypes;
import io.github.geofix.models.Family;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.Parameter;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.train.TrainOptions;
import io.github.geofix.train.data.Batches;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/**
 * Estimates of what a network costs, from its sizes.
 *
 * @param flops operations for one photo; a multiplication and an addition count as two
 * @param photoBytes memory of the process that locates one photo
 * @param stepBytes memory of the process that trains
 * @param batch examples of the step
 */
record Costs(long flops, long photoBytes, long stepBytes, int batch) {
  /** The share of a block's arrays that is kept where it is computed again: its input. */
  private static final int ARRAYS_OF_A_BLOCK = 14;

  /** Batches in memory: the one that is trained on, and those loaded ahead. */
  private static final int BATCHES = 3;

  /** The JVM and PyTorch's library, as seen of every family. */
  private static final long BASE = 450_000_000;

  /**
   * The most that a network holds of images that go through it at a time; the process was seen to
   * grow by twice as much.
   */
  private static final long MOST_AT_A_TIME = 512L << 20;

  static Costs of(Module network, Family.Reads reads, TrainOptions training) {
    long weights = bytes(network, parameter -> true);
    long learned = bytes(network, Parameter::isTrainable);
    long largest =
        reads.located().keySet().stream()
            .mapToLong(part -> cost(network, part, Module.Cost::inferenceBytes))
            .max()
            .orElse(0);
    long all = sum(network, reads.located(), Module.Cost::inferenceBytes);
    Batches batches = training.batches();
    int chunk = batches.chunkSize() == 0 ? batches.size() : batches.chunkSize();
    int together = Math.min(chunk, batches.size());
    long kept = sum(network, reads.trained(), Module.Cost::trainingBytes);
    if (batches.gradientCheckpointing()) {
      // The arrays of one block at a time, and their gradients.
      long block = sum(network, reads.trained(), Module.Cost::inferenceBytes);
      kept = kept / ARRAYS_OF_A_BLOCK + 2 * block;
    }
    // The gradient and the two moments of AdamW, and what else has the size of the weights.
    int copies = 3 + (training.sam().rho() > 0 ? 1 : 0) + (training.emaDecay() > 0 ? 1 : 0);
    long inputs =
        (long) BATCHES * batches.size() * sum(network, reads.trained(), Module.Cost::inputBytes);
    return new Costs(
        sum(network, reads.located(), Module.Cost::flops),
        BASE + weights + 2 * Math.max(largest, Math.min(MOST_AT_A_TIME, all)),
        BASE + weights + copies * learned + together * kept + inputs,
        batches.size());
  }

  private static long bytes(Module network, Predicate<Parameter> which) {
    return network.parameters().values().stream()
        .filter(which)
        .mapToLong(parameter -> Float.BYTES * parameter.size())
        .sum();
  }

  private static long sum(
      Module network, Map<String, Integer> counts, ToLongFunction<Module.Cost> value) {
    return counts.entrySet().stream()
        .mapToLong(part -> cost(network, part.getKey(), value) * part.getValue())
        .sum();
  }

  private static long cost(Module network, String part, ToLongFunction<Module.Cost> value) {
    return network.part(part).cost().stream().mapToLong(value).sum();
  }

  void text(PrintWriter out) {
    if (flops > 0) {
      out.printf(
          Locale.ROOT,
          "one photo: %,.1f GFLOPs, about %.1f GB of memory%n"
              + "a training step of a batch of %,d: about %.1f GB of memory%n",
          flops / 1e9,
          photoBytes / 1e9,
          batch,
          stepBytes / 1e9);
    }
    out.printf("--precision auto on this machine: %s%n", precision());
  }

  void addTo(JsonObject json) {
    if (flops > 0) {
      json.addProperty("photoFlops", flops);
      json.addProperty("photoBytes", photoBytes);
      json.addProperty("stepBytes", stepBytes);
      json.addProperty("batch", batch);
    }
    json.addProperty("autoPrecision", precision());
  }

  private static String precision() {
    return JsonTypes.constantName(TorchEngine.resolved(Precision.AUTO));
  }
}
