package io.github.geofix.train;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.training.GradientCollector;
import io.github.geofix.models.internal.nn.Scalar;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Parameter;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.train.Examples.Batch;
import io.github.geofix.models.train.Trainable;
import io.github.geofix.train.internal.data.BatchLoader;
import io.github.geofix.train.internal.data.BatchLoader.StackedExamples;
import io.github.geofix.train.internal.optim.Ema;
import io.github.geofix.train.optim.AdamW;
import io.github.geofix.train.optim.Sam;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;

/** The state of a training run that changes from step to step, and the step. Not thread-safe. */
final class Learner implements AutoCloseable {

  /** The mean loss of a step and the norm of its gradients before clipping. */
  record StepResult(double loss, double gradientNorm) {}

  private static final String NORM = "the norm of the gradients";

  private final Trainable model;
  private final TrainOptions options;
  private final Engine engine = TorchEngine.engine();
  private final NDManager manager;
  private final Map<String, Parameter> parameters;
  private final AdamW optimizer;
  private final Optional<GradientCache> gradientCache;
  private final Optional<Sam> sam;
  private final Optional<Ema> ema;
  private final Map<String, NDArray> best = new LinkedHashMap<>();

  Learner(Trainable model, TrainOptions options) {
    this.model = model;
    this.options = options;
    model.network().requireFloat32("trained");
    parameters = model.network().parameters();
    // Into PyTorch's own memory: matrix products may round otherwise at other alignments, and a run
    // that is resumed has to compute exactly as the one that was interrupted.
    parameters.values().forEach(p -> p.set(TorchEngine.noGrad(p.array()::duplicate)));
    optimizer = AdamW.of(model.network(), options.optimizer());
    manager = TorchEngine.newManager();
    gradientCache = GradientCache.of(model, options.batches());
    sam =
        options.sam().rho() > 0 ? Optional.of(new Sam(optimizer, options.sam())) : Optional.empty();
    ema =
        options.emaDecay() > 0
            ? Optional.of(new Ema(model.network(), options.emaDecay()))
            : Optional.empty();
    model.network().requireGradients(true);
  }

  /**
   * Takes one step on the loader's next batches.
   *
   * @throws ArithmeticException if the loss or a gradient is not finite; the learned weights are
   *     those of the step before
   */
  StepResult step(BatchLoader loader, long step, double rateFactor) throws InterruptedException {
    int count = options.batches().gradientAccumulationSteps();
    List<StackedExamples> batches = new ArrayList<>(count);
    try {
      for (int i = 0; i < count; i++) {
        batches.add(loader.next());
      }
      double loss = backward(batches, step);
      if (sam.isPresent()) {
        finite(NORM, optimizer.gradientNorm(), step);
        sam.get().perturb();
        try {
          backward(batches, step);
        } finally {
          sam.get().restore();
        }
      }
      double norm = finite(NORM, optimizer.clipGradients(), step);
      optimizer.step(rateFactor);
      ema.ifPresent(a -> a.update(step));
      return new StepResult(loss, norm);
    } finally {
      batches.forEach(StackedExamples::close);
    }
  }

  private double backward(List<StackedExamples> batches, long step) {
    double sum = 0;
    for (int i = 0; i < batches.size(); i++) {
      // PyTorch's generator is seeded for each batch, so that dropout can be repeated from any
      // step.
      try (NDManager stepManager = manager.newSubManager()) {
        sum += backward(batches.get(i), stepManager, 1f / batches.size(), step);
      }
    }
    return sum / batches.size();
  }

  private double backward(StackedExamples stacked, NDManager manager, float share, long step) {
    Batch batch = stacked.toBatch(manager);
    if (gradientCache.isPresent()) {
      return gradientCache.get().backward(batch, share, stacked.seed(), loss -> value(loss, step));
    }
    engine.setRandomSeed((int) stacked.seed());
    try (GradientCollector collector = engine.newGradientCollector()) {
      Forward f =
          (options.batches().gradientCheckpointing()
                  ? Forward.checkpointed((int) stacked.seed())
                  : Forward.TRAINING)
              .in(options.batches().precision());
      NDArray loss = model.loss(f, batch);
      double value = value(loss, step);
      collector.backward(share == 1 ? loss : loss.mul(Scalar.of(loss, share)));
      f.completeBackward();
      return value;
    }
  }

  private static double value(NDArray loss, long step) {
    return finite("the loss", scalar(loss), step);
  }

  /** Returns the mean loss over one pass of the loader, on the averaged weights if there are. */
  double validate(BatchLoader loader) {
    return onAverage(
        () -> {
          double sum = 0;
          for (long i = 0; i < loader.batchesPerEpoch(); i++) {
            // A step at an epoch's end is done only with its validation: an interrupt has to wait.
            try (StackedExamples examples = loader.nextUninterrupted()) {
              engine.setRandomSeed((int) examples.seed());
              sum += TorchEngine.noGrad(() -> inferenceLoss(examples));
            }
          }
          return sum / loader.batchesPerEpoch();
        });
  }

  /** Measures on the averaged weights, if there are. */
  double onAverage(DoubleSupplier figure) {
    ema.ifPresent(Ema::swap);
    try {
      return figure.getAsDouble();
    } finally {
      ema.ifPresent(Ema::swap);
    }
  }

  private double inferenceLoss(StackedExamples examples) {
    try (NDManager stepManager = manager.newSubManager()) {
      return scalar(model.loss(Forward.INFERENCE, examples.toBatch(stepManager)));
    }
  }

  private static double scalar(NDArray loss) {
    if (loss.getShape().dimension() != 0) {
      // PyTorch would sum it without a word.
      throw new IllegalStateException(
          "the loss has shape " + loss.getShape() + ", a scalar is needed: take its mean");
    }
    return loss.getDataType() == DataType.FLOAT64 ? loss.getDouble() : loss.getFloat();
  }

  private static double finite(String what, double value, long step) {
    if (Double.isFinite(value)) {
      return value;
    }
    throw new ArithmeticException(
        what
            + " is "
            + value
            + " at step "
            + (step + 1)
            + ": try a smaller learning rate or a longer warm-up");
  }

  /** Copies the present weights, or their average, as the best so far. */
  void keepAsBest() {
    Map<String, NDArray> present = new LinkedHashMap<>();
    ema.ifPresentOrElse(
        a -> present.putAll(a.averages()),
        () -> parameters.forEach((name, p) -> present.put(name, p.array())));
    best.values().forEach(NDArray::close);
    present.forEach(
        (name, values) -> {
          NDArray copy = TorchEngine.noGrad(values::duplicate);
          copy.attach(manager);
          best.put(name, copy);
        });
  }

  /** Sets the network to the best weights, or to the average if there was no validation. */
  void finish() {
    if (best.isEmpty()) {
      ema.ifPresent(Ema::swap);
      return;
    }
    parameters.forEach(
        (name, parameter) -> {
          NDArray values = best.get(name);
          if (values != null) {
            values.attach(parameter.array().getManager());
            parameter.set(values);
          }
        });
    best.clear();
  }

  /** Returns the arrays of a checkpoint by name; they are live. */
  Map<String, NDArray> arrays() {
    Map<String, NDArray> arrays = new LinkedHashMap<>();
    parameters.forEach((name, p) -> arrays.put("weights." + name, p.array()));
    arrays.putAll(optimizer.state().moments());
    ema.ifPresent(a -> a.averages().forEach((name, v) -> arrays.put("average." + name, v)));
    best.forEach((name, values) -> arrays.put("best." + name, values));
    return arrays;
  }

  /**
   * Returns the best weights by the names that they have in the network; empty if there are none.
   */
  Map<String, NDArray> best() {
    return best;
  }

  /** Returns the steps that each parameter has taken. */
  Map<String, Long> optimizerSteps() {
    return optimizer.state().steps();
  }

  /**
   * Resumes from saved arrays, which must be those of {@link #arrays()}, and takes them over.
   *
   * @throws IllegalArgumentException if they are of another network; this one stays as it is
   */
  void restore(Map<String, NDArray> arrays, Map<String, Long> optimizerSteps) {
    Map<String, NDArray> weights = below("weights.", arrays);
    requireSameNetwork(weights);
    parameters.forEach(
        (name, parameter) -> {
          NDArray saved = Objects.requireNonNull(weights.get(name));
          saved.attach(parameter.array().getManager());
          parameter.set(saved);
        });
    model.network().requireGradients(true);
    optimizer.restore(new AdamW.State(arrays, optimizerSteps));
    ema.ifPresent(a -> a.restore(below("average.", arrays)));
    below("best.", arrays)
        .forEach(
            (name, values) -> {
              values.attach(manager);
              best.put(name, values);
            });
  }

  private void requireSameNetwork(Map<String, NDArray> weights) {
    Map<String, Object> needed = new LinkedHashMap<>();
    parameters.forEach((name, parameter) -> needed.put(name, parameter.shape()));
    Map<String, Object> saved = new LinkedHashMap<>();
    weights.forEach((name, values) -> saved.put(name, values.getShape()));
    Stream.concat(needed.keySet().stream(), saved.keySet().stream())
        .filter(name -> !Objects.equals(saved.get(name), needed.get(name)))
        .findFirst()
        .ifPresent(
            name -> {
              throw new IllegalArgumentException(
                  "the checkpoint is of another network: in it "
                      + name
                      + " is "
                      + saved.getOrDefault(name, "missing")
                      + ", in the one to train "
                      + needed.getOrDefault(name, "missing")
                      + ". Train into another folder, or with the settings of before");
            });
  }

  private static Map<String, NDArray> below(String prefix, Map<String, NDArray> arrays) {
    Map<String, NDArray> below = new LinkedHashMap<>();
    arrays.forEach(
        (name, values) -> {
          if (name.startsWith(prefix)) {
            below.put(name.substring(prefix.length()), values);
          }
        });
    return below;
  }

  @Override
  public void close() {
    model.network().requireGradients(false);
    ema.ifPresent(Ema::close);
    sam.ifPresent(Sam::close);
    optimizer.close();
    manager.close();
  }
}
