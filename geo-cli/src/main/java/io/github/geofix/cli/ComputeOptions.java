package io.github.geofix.cli;

import io.github.geofix.core.LoadOptions;
import io.github.geofix.core.Precision;
import io.github.geofix.models.nn.TorchEngine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How a network that answers is computed. */
final class ComputeOptions {
  private static final int MOST_MEGABYTES = 1 << 20;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--precision",
      defaultValue = "float32",
      paramLabel = "PRECISION",
      description =
          "float32, bfloat16 for half the memory of large encoders, or auto: bfloat16 on processors"
              + " with instructions for it, where it is faster (default: ${DEFAULT-VALUE}).")
  private Precision precision;

  /** Sets the memory of this process as soon as the option is read. */
  @Option(
      names = "--memory",
      paramLabel = "MB",
      description =
          "Intermediate arrays of a network, about, beyond those of one photo: photos, crops, views"
              + " and beams go through it in as many parts as that takes, with the same answers"
              + " (default: 512).")
  void memory(int megabytes) {
    if (megabytes < 1 || megabytes > MOST_MEGABYTES) {
      throw new ParameterException(
          command.commandLine(), "--memory must be 1 to " + MOST_MEGABYTES + ": " + megabytes);
    }
    TorchEngine.setInferenceMemory((long) megabytes << 20);
  }

  /** Returns options of loading in this precision. */
  LoadOptions in(LoadOptions options) {
    return options.withPrecision(precision);
  }
}
