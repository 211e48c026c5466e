package io.github.geofix.train.optim;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.Parameter;
import io.github.geofix.models.nn.TorchEngine;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter, "Decoupled Weight Decay Regularization",
 * 2019, algorithm 2), in PyTorch's form: the decay is multiplied by the rate, both moments are
 * corrected for their start at zero, and epsilon is added outside the square root.
 *
 * <pre>
 * p = p - rate * decay * p
 * m = m + (1 - beta1) (g - m)            v = beta2 v + (1 - beta2) g^2
 * p = p - rate / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon)
 * </pre>
 *
 * <p>DJL's own AdamW is not used: it places epsilon elsewhere, knows one decay for all parameters,
 * and keeps its moments where a checkpoint cannot reach them.
 *
 * <p>One instance belongs to one network. Not thread-safe.
 */
@SuppressWarnings("try") // the grad-mode scopes are only opened and closed
public final class AdamW implements AutoCloseable {
  /** PyTorch's guard against division by zero in {@code clip_grad_norm_}. */
  private static final double CLIP_EPSILON = 1e-6;

  /**
   * The constants of the method; PyTorch's defaults.
   *
   * @param beta1 decay of the first moment, 0 to below 1
   * @param beta2 decay of the second moment, 0 to below 1
   * @param epsilon added to the denominator, above 0
   * @param weightDecay share of a weight that is taken away per unit of rate, at least 0
   */
  public record Options(double beta1, double beta2, double epsilon, double weightDecay) {
    /** Checks the ranges. */
    public Options {
      if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1)) {
        throw new IllegalArgumentException(
            "betas " + beta1 + " and " + beta2 + ": 0 to below 1 needed");
      }
      if (!(epsilon > 0)) {
        throw new IllegalArgumentException("epsilon " + epsilon + ": above 0 needed");
      }
      if (!(weightDecay >= 0)) {
        throw new IllegalArgumentException("weight decay " + weightDecay + ": at least 0 needed");
      }
    }

    /** Betas 0.9 and 0.999, epsilon 1e-8, weight decay 0.01. */
    public static Options defaults() {
      return new Options(0.9, 0.999, 1e-8, 0.01);
    }

    /** Returns a copy with other betas. */
    public Options withBetas(double newBeta1, double newBeta2) {
      return new Options(newBeta1, newBeta2, epsilon, weightDecay);
    }

    /** Returns a copy with another epsilon. */
    public Options withEpsilon(double newEpsilon) {
      return new Options(beta1, beta2, newEpsilon, weightDecay);
    }

    /** Returns a copy with another weight decay. */
    public Options withWeightDecay(double newWeightDecay) {
      return new Options(beta1, beta2, epsilon, newWeightDecay);
    }
  }

  /** A learned array with its moments and, once there was one, its gradient. */
  private static final class Slot {
    final NDArray values;
    final NDArray mean;
    final NDArray square;
    @Nullable NDArray gradient;
    long steps;

    Slot(NDManager manager, NDArray values) {
      this.values = values;
      mean = manager.zeros(values.getShape(), values.getDataType());
      square = manager.zeros(values.getShape(), values.getDataType());
    }
  }

  private final Options options;
  private final NDManager manager;
  private final List<Slot> slots = new ArrayList<>();

  private AdamW(Options options, NDManager manager) {
    this.options = options;
    this.manager = manager;
  }

  /** Returns an optimizer of the parameters of {@code network} that are trainable now. */
  public static AdamW of(Module network, Options options) {
    AdamW optimizer = new AdamW(options, TorchEngine.newManager());
    for (Parameter parameter : network.parameters().values()) {
      if (parameter.isTrainable()) {
        optimizer.slots.add(new Slot(optimizer.manager, parameter.array()));
      }
    }
    return optimizer;
  }

  /**
   * Updates the parameters from their gradients and sets the gradients to zero. A parameter that no
   * loss has reached yet is left alone.
   *
   * @param rate the learning rate of this step
   */
  public void step(double rate) {
    try (TorchEngine.Scope scope = TorchEngine.noGrad();
        NDManager scratch = manager.newSubManager()) {
      for (Slot slot : slots) {
        NDArray gradient = gradient(slot);
        if (gradient != null) {
          step(slot, gradient, rate, scratch);
          gradient.subi(gradient);
        }
      }
    }
  }

  private void step(Slot slot, NDArray gradient, double rate, NDManager scratch) {
    slot.steps++;
    double correction1 = 1 - Math.pow(options.beta1(), (double) slot.steps);
    double correction2 = 1 - Math.pow(options.beta2(), (double) slot.steps);
    NDArray like = slot.values;
    slot.values.muli(scalar(1 - rate * options.weightDecay(), like, scratch));
    try (NDArray change = gradient.sub(slot.mean)) {
      slot.mean.addi(change.muli(scalar(1 - options.beta1(), like, scratch)));
    }
    try (NDArray square = gradient.square()) {
      slot.square
          .muli(scalar(options.beta2(), like, scratch))
          .addi(square.muli(scalar(1 - options.beta2(), like, scratch)));
    }
    try (NDArray denominator = slot.square.sqrt()) {
      denominator
          .divi(scalar(Math.sqrt(correction2), like, scratch))
          .addi(scalar(options.epsilon(), like, scratch));
      try (NDArray update = slot.mean.div(denominator)) {
        slot.values.subi(update.muli(scalar(rate / correction1, like, scratch)));
      }
    }
  }

  /**
   * Scales all gradients so that their joint Euclidean norm is at most {@code maxNorm}, as
   * PyTorch's {@code clip_grad_norm_} does; negative entries shrink as positive ones do.
   *
   * @return the norm before; NaN or infinite if a gradient is, and then nothing is scaled
   */
  public double clipNorm(double maxNorm) {
    double norm = gradientNorm();
    if (norm > maxNorm && norm < Double.POSITIVE_INFINITY) {
      try (TorchEngine.Scope scope = TorchEngine.noGrad();
          NDManager scratch = manager.newSubManager()) {
        for (Slot slot : slots) {
          NDArray gradient = gradient(slot);
          if (gradient != null) {
            gradient.muli(scalar(maxNorm / (norm + CLIP_EPSILON), gradient, scratch));
          }
        }
      }
    }
    return norm;
  }

  /** Returns the joint Euclidean norm of all gradients. */
  public double gradientNorm() {
    double sum = 0;
    try (TorchEngine.Scope scope = TorchEngine.noGrad()) {
      for (Slot slot : slots) {
        NDArray gradient = gradient(slot);
        if (gradient != null) {
          try (NDArray norm = gradient.norm()) {
            double value = norm.toType(gradient.getDataType(), false).getFloat();
            sum += value * value;
          }
        }
      }
    }
    return Math.sqrt(sum);
  }

  /** Sets all gradients to zero, whatever they are. */
  public void clearGradients() {
    try (TorchEngine.Scope scope = TorchEngine.noGrad()) {
      for (Slot slot : slots) {
        if (gradient(slot) != null) {
          JniUtils.zeroGrad((PtNDArray) slot.values);
        }
      }
    }
  }

  /** PyTorch adds to the same gradient array from step to step, so one handle of it serves all. */
  private @Nullable NDArray gradient(Slot slot) {
    if (slot.gradient == null) {
      NDArray gradient = JniUtils.getGradient((PtNDArray) slot.values);
      if (gradient != null) {
        gradient.attach(manager);
        slot.gradient = gradient;
      }
    }
    return slot.gradient;
  }

  /**
   * A scalar as an array of its own memory: DJL's operations with a Java number use a buffer that
   * may be freed too early.
   */
  private static NDArray scalar(double value, NDArray like, NDManager scratch) {
    return scratch.full(new Shape(), (float) value, like.getDataType());
  }

  /** Frees the moments. */
  @Override
  public void close() {
    manager.close();
  }
}
