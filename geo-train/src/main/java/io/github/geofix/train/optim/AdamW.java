package io.github.geofix.train.optim;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.internal.nn.TorchScript;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.Parameter;
import io.github.geofix.models.nn.TorchEngine;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

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
 * <p>DJL's own AdamW is not used: it places epsilon elsewhere, has one decay for all parameters,
 * and does not expose its moments to a checkpoint.
 *
 * <p>One instance belongs to one network. Not thread-safe.
 */
public final class AdamW implements AutoCloseable {
  /** PyTorch's guard against division by zero in {@code clip_grad_norm_}. */
  private static final double CLIP_EPSILON = 1e-6;

  private static final double MAX_LEARNING_RATE = 1e3;
  private static final double INFINITY = Double.POSITIVE_INFINITY;

  /**
   * Options of the optimizer, named as PyTorch's.
   *
   * @param learningRate the peak rate, above 0 and below 1000
   * @param weightDecay decoupled weight decay, at least 0
   * @param beta1 decay of the first moment, 0 to below 1
   * @param beta2 decay of the second moment, 0 to below 1
   * @param epsilon added to the denominator, above 0
   * @param maxGradientNorm gradients are clipped to this joint Euclidean norm, at least 0; 0 for no
   *     clipping
   * @param groups parameters with a learning rate or a weight decay of their own
   */
  public record Options(
      double learningRate,
      double weightDecay,
      double beta1,
      double beta2,
      double epsilon,
      double maxGradientNorm,
      List<Group> groups) {
    /** Checks the ranges and copies the list. */
    public Options {
      require(
          learningRate > 0 && learningRate < MAX_LEARNING_RATE,
          "learningRate",
          learningRate,
          "above 0, below 1000");
      require(weightDecay >= 0 && weightDecay < INFINITY, "weightDecay", weightDecay, "at least 0");
      require(beta1 >= 0 && beta1 < 1, "beta1", beta1, "0 to below 1");
      require(beta2 >= 0 && beta2 < 1, "beta2", beta2, "0 to below 1");
      require(epsilon > 0 && epsilon < INFINITY, "epsilon", epsilon, "above 0");
      require(
          maxGradientNorm >= 0 && maxGradientNorm < INFINITY,
          "maxGradientNorm",
          maxGradientNorm,
          "at least 0");
      groups = List.copyOf(groups);
    }

    private static void require(boolean good, String name, double value, String needed) {
      if (!good) {
        throw new IllegalArgumentException(name + " " + value + ": " + needed + " needed");
      }
    }

    /** PyTorch's defaults: rate 1e-3, decay 0.01, betas 0.9 and 0.999; gradients clipped at 1. */
    public static Options defaults() {
      return new Options(1e-3, 0.01, 0.9, 0.999, 1e-8, 1, List.of());
    }

    /** Returns a copy with another peak learning rate. */
    public Options withLearningRate(double learningRate) {
      return new Options(learningRate, weightDecay, beta1, beta2, epsilon, maxGradientNorm, groups);
    }

    /** Returns a copy with another weight decay. */
    public Options withWeightDecay(double weightDecay) {
      return new Options(learningRate, weightDecay, beta1, beta2, epsilon, maxGradientNorm, groups);
    }

    /** Returns a copy with other betas. */
    public Options withBetas(double beta1, double beta2) {
      return new Options(learningRate, weightDecay, beta1, beta2, epsilon, maxGradientNorm, groups);
    }

    /** Returns a copy with another epsilon. */
    public Options withEpsilon(double epsilon) {
      return new Options(learningRate, weightDecay, beta1, beta2, epsilon, maxGradientNorm, groups);
    }

    /** Returns a copy that clips gradients at another norm; 0 for no clipping. */
    public Options withMaxGradientNorm(double maxGradientNorm) {
      return new Options(learningRate, weightDecay, beta1, beta2, epsilon, maxGradientNorm, groups);
    }

    /** Returns a copy with other parameter groups. */
    public Options withGroups(Group... groups) {
      return new Options(
          learningRate, weightDecay, beta1, beta2, epsilon, maxGradientNorm, List.of(groups));
    }
  }

  /**
   * What a checkpoint has to keep of an optimizer.
   *
   * @param moments {@code mean.NAME} and {@code square.NAME} for each parameter; live arrays
   * @param steps steps that each parameter has taken
   */
  public record State(Map<String, NDArray> moments, Map<String, Long> steps) {}

  /** A learned array that has a gradient. */
  record Learned(NDArray values, NDArray gradient) {}

  /** What the parameters that are stepped at once have in common. */
  private record Settings(double rate, double weightDecay, long steps) {}

  /** Fused over all arrays: a dozen plain operations would each read and write all the memory. */
  private static final TorchScript SCRIPT =
      TorchScript.compile(
          """
          def step(self: __torch__.M, numbers: Tensor, values: List[Tensor],
              gradients: List[Tensor], means: List[Tensor], squares: List[Tensor],
              steps: List[Tensor]) -> Tensor:
            rate = float(torch.select(numbers, 0, 0))
            beta1 = float(torch.select(numbers, 0, 1))
            beta2 = float(torch.select(numbers, 0, 2))
            decay = float(torch.select(numbers, 0, 3))
            epsilon = float(torch.select(numbers, 0, 4))
            none = annotate(List[Tensor], [])
            torch._fused_adamw_(values, gradients, means, squares, none, steps, lr=rate,
                beta1=beta1, beta2=beta2, weight_decay=decay, eps=epsilon, amsgrad=False,
                maximize=False)
            torch._foreach_zero_(gradients)
            return numbers
          def norm(self: __torch__.M, gradients: List[Tensor]) -> Tensor:
            norms = torch._foreach_norm(gradients, 2)
            return torch.norm(torch.stack(norms, 0), 2)
          def scale(self: __torch__.M, factor: Tensor, gradients: List[Tensor]) -> Tensor:
            torch._foreach_mul_(gradients, torch.item(factor))
            return factor
          def clear(self: __torch__.M, gradients: List[Tensor]) -> Tensor:
            torch._foreach_zero_(gradients)
            return gradients[0]
          """);

  private final Options options;
  private final NDManager manager;
  private final List<AdamWSlot> slots = new ArrayList<>();

  private AdamW(Options options, NDManager manager) {
    this.options = options;
    this.manager = manager;
  }

  /**
   * Returns an optimizer of the parameters of {@code network} that are trainable now.
   *
   * @throws IllegalArgumentException if nothing is trainable, or if a group matches no parameter at
   *     all, as a misspelled name does
   */
  public static AdamW of(Module network, Options options) {
    for (Group group : options.groups()) {
      if (network.parameters().keySet().stream().noneMatch(group::matches)) {
        throw new IllegalArgumentException(
            "no parameter is called "
                + group.names()
                + "; there are "
                + String.join(", ", network.parameters().keySet()));
      }
    }
    AdamW optimizer = new AdamW(options, TorchEngine.newManager());
    network
        .parameters()
        .forEach(
            (name, parameter) -> {
              if (parameter.isTrainable()) {
                optimizer.add(name, parameter);
              }
            });
    if (optimizer.slots.isEmpty()) {
      optimizer.close();
      throw new IllegalArgumentException("the network has no parameter that is trainable");
    }
    return optimizer;
  }

  private void add(String name, Parameter parameter) {
    Group group =
        options.groups().stream()
            .filter(g -> g.matches(name))
            .findFirst()
            .orElse(Group.matching(""));
    double decay = options.weightDecay() * group.weightDecayFactor();
    slots.add(new AdamWSlot(manager, name, parameter, group.learningRateFactor(), decay));
  }

  /**
   * Updates the parameters from their gradients and sets the gradients to zero. A parameter without
   * a gradient stays as it is.
   *
   * @param factor the learning rate of this step relative to the peak, as a {@link Schedule} gives
   */
  public void step(double factor) {
    double rate = options.learningRate() * factor;
    Map<Settings, List<AdamWSlot>> alike = new LinkedHashMap<>();
    for (AdamWSlot slot : slots) {
      if (slot.gradient() != null) {
        slot.steps++;
        Settings settings = new Settings(rate * slot.rateFactor, slot.weightDecay, slot.steps);
        alike.computeIfAbsent(settings, s -> new ArrayList<>()).add(slot);
      }
    }
    TorchEngine.noGrad(() -> alike.forEach(this::step));
  }

  private void step(Settings settings, List<AdamWSlot> alike) {
    try (NDManager scratch = manager.newSubManager()) {
      NDArray numbers =
          scratch.create(
              new double[] {
                settings.rate(),
                options.beta1(),
                options.beta2(),
                settings.weightDecay(),
                options.epsilon()
              });
      NDArray steps = scratch.full(new Shape(), (float) settings.steps(), DataType.FLOAT32);
      steps.setName("steps[]");
      NDList arguments = new NDList(numbers);
      for (AdamWSlot slot : alike) {
        arguments.add(slot.alias());
        arguments.add(slot.gradient());
        arguments.add(slot.mean);
        arguments.add(slot.square);
        arguments.add(steps);
      }
      SCRIPT.callAll("step", arguments);
    }
  }

  /**
   * Scales all gradients so that their joint Euclidean norm is at most {@code maxGradientNorm}, as
   * PyTorch's {@code clip_grad_norm_} does; negative entries shrink as positive ones do.
   *
   * @return the norm before; NaN or infinite if a gradient is, and then nothing is scaled
   */
  public double clipGradients() {
    double norm = gradientNorm();
    double maxNorm = options.maxGradientNorm();
    if (maxNorm > 0 && norm > maxNorm && norm < INFINITY) {
      TorchEngine.noGrad(
          () -> {
            try (NDManager scratch = manager.newSubManager()) {
              NDList arguments = new NDList(scratch.create(maxNorm / (norm + CLIP_EPSILON)));
              arguments.addAll(gradients());
              SCRIPT.callAll("scale", arguments);
            }
          });
    }
    return norm;
  }

  /** Returns the joint Euclidean norm of all gradients; 0 if there are none. */
  public double gradientNorm() {
    NDList gradients = gradients();
    if (gradients.isEmpty()) {
      return 0;
    }
    try (NDArray norm = TorchEngine.noGrad(() -> SCRIPT.callAll("norm", gradients)).get(0)) {
      return norm.getDataType() == DataType.FLOAT64 ? norm.getDouble() : norm.getFloat();
    }
  }

  static double norm(NDArray array) {
    try (NDArray norm = array.norm()) {
      return norm.getDataType() == DataType.FLOAT64 ? norm.getDouble() : norm.getFloat();
    }
  }

  /** Sets all gradients to zero, whatever they are. */
  public void clearGradients() {
    NDList gradients = gradients();
    if (!gradients.isEmpty()) {
      TorchEngine.noGrad(() -> SCRIPT.callAll("clear", gradients));
    }
  }

  private NDList gradients() {
    NDList gradients = new NDList(slots.size());
    for (AdamWSlot slot : slots) {
      NDArray gradient = slot.gradient();
      if (gradient != null) {
        gradients.add(gradient);
      }
    }
    return gradients;
  }

  List<Learned> learnedWithGradients() {
    List<Learned> learned = new ArrayList<>(slots.size());
    for (AdamWSlot slot : slots) {
      NDArray gradient = slot.gradient();
      if (gradient != null) {
        learned.add(new Learned(slot.parameter.array(), gradient));
      }
    }
    return learned;
  }

  /** Returns the moments and step counts; the arrays stay the optimizer's. */
  public State state() {
    Map<String, NDArray> moments = new LinkedHashMap<>();
    Map<String, Long> steps = new LinkedHashMap<>();
    for (AdamWSlot slot : slots) {
      moments.put("mean." + slot.name, slot.mean);
      moments.put("square." + slot.name, slot.square);
      steps.put(slot.name, slot.steps);
    }
    return new State(moments, steps);
  }

  /**
   * Goes on from a saved state; the optimizer takes the arrays over. The parameters must have been
   * given their saved values before.
   *
   * @throws IllegalArgumentException if an array is missing or has another shape
   */
  public void restore(State state) {
    slots.forEach(slot -> slot.restore(state));
  }

  /** Frees the moments. */
  @Override
  public void close() {
    manager.close();
  }

  /**
   * Parameters with a learning rate or a weight decay of their own.
   *
   * <pre>{@code
   * List<Group> groups = List.of(
   *     Group.matching(".*(bias|norm.*)").withWeightDecayFactor(0),
   *     Group.matching("backbone\\..*").withLearningRateFactor(0.1));
   * }</pre>
   *
   * @param names regular expression that matches whole dotted names of parameters; of several
   *     groups that match a parameter, the first counts
   * @param learningRateFactor multiplies the learning rate, at least 0
   * @param weightDecayFactor multiplies the weight decay, at least 0
   */
  public record Group(String names, double learningRateFactor, double weightDecayFactor) {

    /** Checks the pattern and the ranges. */
    public Group {
      try {
        Pattern.compile(names);
      } catch (PatternSyntaxException e) {
        throw new IllegalArgumentException("not a regular expression: " + e.getMessage(), e);
      }
      requireFactor("learningRateFactor", learningRateFactor);
      requireFactor("weightDecayFactor", weightDecayFactor);
    }

    private static void requireFactor(String name, double factor) {
      if (!(factor >= 0 && factor < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(name + " " + factor + ": at least 0 needed");
      }
    }

    /** A group with the learning rate and the weight decay of the optimizer. */
    public static Group matching(String names) {
      return new Group(names, 1, 1);
    }

    /** Returns a copy with another factor on the learning rate. */
    public Group withLearningRateFactor(double learningRateFactor) {
      return new Group(names, learningRateFactor, weightDecayFactor);
    }

    /** Returns a copy with another factor on the weight decay. */
    public Group withWeightDecayFactor(double weightDecayFactor) {
      return new Group(names, learningRateFactor, weightDecayFactor);
    }

    /** Returns whether the group takes the parameter of that dotted name. */
    public boolean matches(String name) {
      return Pattern.matches(names, name);
    }
  }
}
