package io.github.geofix.models.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.nn.Parameter.Init;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/**
 * A part of a network: named parameters and named parts. What it computes is a method of the
 * subclass, usually {@code forward}.
 *
 * <p>The full name of a parameter joins the names on the way to it with dots, exactly as in a
 * safetensors file: {@code stages.0.blocks.1.conv.weight}. Parameters are declared in the
 * constructor with their shapes, so a module can be described, counted and checked against a file
 * before any memory is taken.
 *
 * <p>Not thread-safe while it is trained; afterwards any number of threads may run it.
 */
public abstract class Module {
  /**
   * What one example costs a module: estimates from its sizes.
   *
   * @param flops operations of a forward pass; a multiplication and an addition count as two
   * @param inputBytes of the example
   * @param inferenceBytes of the arrays that inference holds at its peak
   * @param trainingBytes of the arrays that are kept for the backward pass
   */
  public record Cost(long flops, long inputBytes, long inferenceBytes, long trainingBytes) {}

  private final Map<String, Parameter> own = new LinkedHashMap<>();
  private final Map<String, Module> children = new LinkedHashMap<>();

  /** Creates a module without parameters. */
  protected Module() {}

  /** Declares a part; returns it. */
  protected final <M extends Module> M child(String name, M module) {
    checkFree(name);
    children.put(name, module);
    return module;
  }

  /** Declares a learned parameter. */
  protected final Parameter parameter(String name, Init init, long... shape) {
    return declare(name, new Parameter(new Shape(shape), init, false));
  }

  /** Declares an array that is saved but not learned. */
  protected final Parameter buffer(String name, Init init, long... shape) {
    return declare(name, new Parameter(new Shape(shape), init, true));
  }

  /** Declares a learned parameter that has its values already, such as another program's. */
  protected final Parameter adopt(String name, NDArray values) {
    Parameter parameter = declare(name, new Parameter(values.getShape(), Init.constant(0), false));
    parameter.set(values);
    return parameter;
  }

  private Parameter declare(String name, Parameter parameter) {
    checkFree(name);
    own.put(name, parameter);
    return parameter;
  }

  private void checkFree(String name) {
    if (own.containsKey(name) || children.containsKey(name)) {
      throw new IllegalArgumentException("the name " + name + " is taken");
    }
  }

  /** Returns all parameters below this module by full name, in order of declaration. */
  public final Map<String, Parameter> parameters() {
    Map<String, Parameter> all = new LinkedHashMap<>();
    forEachParameter("", all::put);
    return Collections.unmodifiableMap(all);
  }

  /**
   * Returns the parameter of the given full name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public final Parameter parameter(String name) {
    Parameter parameter = parameters().get(name);
    if (parameter != null) {
      return parameter;
    }
    throw new IllegalArgumentException(
        getClass().getSimpleName()
            + " has no parameter "
            + name
            + "; it has "
            + parameters().keySet());
  }

  /** Returns the parts directly below this module by name, in order of declaration. */
  public final Map<String, Module> children() {
    return Collections.unmodifiableMap(children);
  }

  /**
   * Returns the part of the given full name; this module for the empty one.
   *
   * @throws IllegalArgumentException if there is none
   */
  public final Module part(String name) {
    if (name.isEmpty()) {
      return this;
    }
    for (Map.Entry<String, Module> child : children.entrySet()) {
      if (name.equals(child.getKey()) || name.startsWith(child.getKey() + ".")) {
        int used = Math.min(name.length(), child.getKey().length() + 1);
        return child.getValue().part(name.substring(used));
      }
    }
    throw new IllegalArgumentException(getClass().getSimpleName() + " has no part " + name);
  }

  /** Returns what one example costs this module, its parts included; empty if it is unknown. */
  public Optional<Cost> cost() {
    return Optional.empty();
  }

  private void forEachParameter(String prefix, BiConsumer<String, Parameter> action) {
    own.forEach((name, parameter) -> action.accept(prefix + name, parameter));
    children.forEach((name, child) -> child.forEachParameter(prefix + name + ".", action));
  }

  /**
   * Returns what to do about an array in a file that does not fit a parameter, as a sentence; empty
   * if there is no advice. Subclasses override it for common mistakes.
   *
   * @param parameter a name declared by this module itself
   * @param given the shape in the file
   */
  protected String advice(String parameter, Shape given) {
    return "";
  }

  /** Returns the advice of the module that declared the parameter of the given full name. */
  public final String adviceOn(String name, Shape given) {
    for (Map.Entry<String, Module> child : children.entrySet()) {
      if (name.startsWith(child.getKey() + ".")) {
        return child.getValue().adviceOn(name.substring(child.getKey().length() + 1), given);
      }
    }
    return advice(name, given);
  }

  /** Returns the number of learned values, frozen ones included, buffers not. */
  public final long parameterCount() {
    return parameters().values().stream()
        .filter(p -> !p.isBuffer())
        .mapToLong(p -> p.shape().size())
        .sum();
  }

  /** Freezes the parameters whose full name matches, and unfreezes all others. */
  public final void freeze(Predicate<String> names) {
    parameters().forEach((name, parameter) -> parameter.setFrozen(names.test(name)));
  }

  /** Fills every parameter that has no values yet, in float32; see the other overload. */
  public final void initialize(NDManager manager, long seed) {
    initialize(manager, seed, DataType.FLOAT32);
  }

  /**
   * Fills every parameter that has no values yet. The values depend on the seed and the full name
   * alone, so adding a layer does not change the others.
   *
   * @param manager owns the arrays
   * @param type FLOAT32, or FLOAT64 for gradient checks
   */
  public final void initialize(NDManager manager, long seed, DataType type) {
    parameters()
        .forEach(
            (name, parameter) -> {
              if (!parameter.hasArray()) {
                parameter.initialize(manager, type, new SplittableRandom(seed ^ fingerprint(name)));
              }
            });
  }

  /** FNV-1a, 64 bit (Fowler, Noll, Vo): String.hashCode would collide on short names. */
  private static long fingerprint(String name) {
    long hash = 0xcbf29ce484222325L;
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
    }
    return hash;
  }

  /**
   * Converts the large matrices of the encoders below this module to bfloat16, for inference alone:
   * half the memory, and products in bfloat16 where the processor has instructions for them.
   * Biases, normalizations, convolutions, and decoders stay as they are.
   */
  public final void toBfloat16() {
    children.values().forEach(Module::toBfloat16);
    matrices().forEach(Parameter::toBfloat16);
  }

  /**
   * Refuses a network whose weights are rounded.
   *
   * @param use what it cannot be, such as {@code trained}
   * @throws IllegalStateException if {@link #toBfloat16} has changed parameters below this module
   */
  public final void requireFloat32(String use) {
    if (parameters().values().stream().anyMatch(Parameter::isBfloat16)) {
      throw new IllegalStateException(
          "a model loaded in bfloat16 has rounded weights and cannot be %s: load it in float32"
              .formatted(use));
    }
  }

  /** Returns the parameters that the module can read in bfloat16; none by default. */
  protected List<Parameter> matrices() {
    return List.of();
  }

  /** Turns the recording of gradients for the learned parameters on or off. */
  public final void requireGradients(boolean required) {
    parameters().values().forEach(p -> p.array().setRequiresGradient(required && p.isTrainable()));
  }
}
