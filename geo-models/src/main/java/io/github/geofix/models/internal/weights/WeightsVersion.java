package io.github.geofix.models.internal.weights;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.Parameter;
import io.github.geofix.models.nn.TorchEngine;
import java.util.Arrays;

/**
 * The weights of a network at one time, to check whether what was computed from them still holds.
 * Immutable and thread-safe.
 *
 * <p>Training puts new arrays in place of a network's when it begins, and changes only those. So
 * weights that do not learn are the same while they are neither written nor replaced, which costs
 * nothing to check; of those that learn the sums are compared too, which reads them once.
 */
public final class WeightsVersion {
  /** How often each parameter had been written or replaced. */
  private final int[] changes;

  /** Of parameters that learn; empty if none does. */
  private final double[] sums;

  private WeightsVersion(int[] changes, double[] sums) {
    this.changes = changes;
    this.sums = sums;
  }

  /**
   * Returns the present version.
   *
   * @param manager owns arrays in between
   */
  public static WeightsVersion of(Module module, NDManager manager) {
    return new WeightsVersion(
        changes(module), learns(module) ? sums(module, manager) : new double[0]);
  }

  /**
   * Returns whether the network's weights are still these.
   *
   * @param manager owns arrays in between
   */
  public boolean isOf(Module module, NDManager manager) {
    if (!Arrays.equals(changes, changes(module))) {
      return false;
    }
    return sums.length == 0 ? !learns(module) : Arrays.equals(sums, sums(module, manager));
  }

  private static int[] changes(Module module) {
    return module.parameters().values().stream().mapToInt(Parameter::changes).toArray();
  }

  private static boolean learns(Module module) {
    return module.parameters().values().stream().anyMatch(p -> p.array().hasGradient());
  }

  private static double[] sums(Module module, NDManager manager) {
    return TorchEngine.noGrad(
        () ->
            module.parameters().values().stream()
                .mapToDouble(parameter -> sum(parameter, manager))
                .toArray());
  }

  private static double sum(Parameter parameter, NDManager manager) {
    try (NDManager step = manager.newSubManager()) {
      return parameter.in(step).sum().toType(DataType.FLOAT64, false).getDouble();
    }
  }
}
