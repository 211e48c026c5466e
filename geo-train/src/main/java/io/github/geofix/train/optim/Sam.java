package io.github.geofix.train.optim;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.geofix.models.internal.nn.Scalar;
import io.github.geofix.models.nn.TorchEngine;
import java.util.ArrayList;
import java.util.List;

/**
 * Sharpness-aware minimization, SAM and ASAM: perturbs the weights toward the highest loss nearby,
 * so that the gradient taken there leads to flat minima. SAM is Foret et al. 2021, eq. 2 and
 * algorithm 1; its adaptive form, ASAM, is Kwon et al. 2021, eq. 8, in which a weight moves in
 * proportion to its own size.
 *
 * <pre>
 * SAM   e = rho * g / |g|                  ASAM   e = rho * p^2 g / | |p| g |
 * </pre>
 *
 * <p>A step is: backward, {@link #perturb()}, backward again on the same examples, {@link
 * #restore()}, then the step of the optimizer. It costs two passes instead of one and one more copy
 * of the weights. Not thread-safe.
 */
public final class Sam implements AutoCloseable {
  /** The released code of both methods adds it to the norm. */
  private static final double NORM_EPSILON = 1e-12;

  /**
   * Options of sharpness-aware minimization.
   *
   * @param rho radius of the neighborhood, at least 0; 0.05 is usual for SAM, 0.5 to 2.5 for ASAM;
   *     0 to train without either
   * @param adaptive true for ASAM, false for SAM
   */
  public record Options(double rho, boolean adaptive) {
    /** Checks the range. */
    public Options {
      if (!(rho >= 0 && rho < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException("rho " + rho + ": at least 0 needed");
      }
    }

    /** Neither SAM nor ASAM. */
    public static Options none() {
      return asam(0);
    }

    /** SAM with the given radius. */
    public static Options sam(double rho) {
      return new Options(rho, false);
    }

    /** ASAM with the given radius. */
    public static Options asam(double rho) {
      return new Options(rho, true);
    }
  }

  private final AdamW optimizer;
  private final Options options;
  private final NDManager manager = TorchEngine.newManager();
  private final List<NDArray> before = new ArrayList<>();

  /** Creates the companion of an optimizer, for the same parameters. */
  public Sam(AdamW optimizer, Options options) {
    this.optimizer = optimizer;
    this.options = options;
  }

  /**
   * Moves the weights along their gradients, and sets the gradients to zero.
   *
   * @throws IllegalStateException if the weights have been moved already
   */
  public void perturb() {
    if (!before.isEmpty()) {
      throw new IllegalStateException("the weights have been moved already: restore them first");
    }
    TorchEngine.noGrad(() -> move(optimizer.learnedWithGradients()));
    optimizer.clearGradients();
  }

  private void move(List<AdamW.Learned> learned) {
    try (NDManager scratch = manager.newSubManager()) {
      double scale = options.rho() / (norm(learned, scratch) + NORM_EPSILON);
      for (AdamW.Learned l : learned) {
        NDArray values = l.values();
        before.add(values.duplicate());
        NDArray move = l.gradient();
        if (options.adaptive()) {
          move.muli(values).muli(values);
        }
        values.addi(move.muli(Scalar.of(scratch, values.getDataType(), scale)));
      }
    }
  }

  private double norm(List<AdamW.Learned> learned, NDManager scratch) {
    if (!options.adaptive()) {
      return optimizer.gradientNorm();
    }
    double sum = 0;
    for (AdamW.Learned l : learned) {
      NDArray scaled = l.values().mul(l.gradient());
      scaled.attach(scratch);
      double norm = AdamW.norm(scaled);
      sum += norm * norm;
    }
    return Math.sqrt(sum);
  }

  /** Puts the weights back exactly where they were. */
  public void restore() {
    List<AdamW.Learned> learned = optimizer.learnedWithGradients();
    if (before.size() != learned.size()) {
      throw new IllegalStateException("the weights have not been moved");
    }
    TorchEngine.noGrad(
        () -> {
          for (int i = 0; i < before.size(); i++) {
            NDArray values = learned.get(i).values();
            values.subi(values).addi(before.get(i));
          }
        });
    before.forEach(NDArray::close);
    before.clear();
  }

  /** Frees the copies. */
  @Override
  public void close() {
    manager.close();
  }
}
