package io.github.geofix.train.optim;

import io.github.geofix.models.nn.TorchEngine;
import java.util.function.Supplier;

/** Runs operations on learned arrays that must not take part in a backward pass. */
public final class Unrecorded {
  private Unrecorded() {}

  /** Runs {@code body} and returns what it returns. */
  @SuppressWarnings("try") // the scope is only opened and closed
  public static <T> T call(Supplier<T> body) {
    try (TorchEngine.Scope scope = TorchEngine.noGrad()) {
      return body.get();
    }
  }

  /** Runs {@code body}. */
  @SuppressWarnings("try") // the scope is only opened and closed
  public static void run(Runnable body) {
    try (TorchEngine.Scope scope = TorchEngine.noGrad()) {
      body.run();
    }
  }
}
