package io.github.geofix.models.embed;

import static io.github.geofix.models.embed.EmbedConfig.check;

/** Compares photos with cells in an {@link EmbedModel}. */
public sealed interface Matching {

  /**
   * Compares a photo with a cell by the cosine of their vectors, over a learned temperature for
   * each level.
   *
   * @param temperature of every level before training, above 0
   * @param negatives what a photo's cell is contrasted with in training
   * @param product what inference multiplies over a finest cell and its ancestors
   */
  record Cosine(double temperature, Negatives negatives, Product product) implements Matching {
    /** Checks the range. */
    public Cosine {
      check(
          temperature > 0 && temperature < Double.POSITIVE_INFINITY,
          "temperature must be positive: " + temperature);
    }

    /** Returns a temperature of 0.07, all cells as negatives and products of probabilities. */
    public static Cosine defaults() {
      return new Cosine(0.07, new AllCells(), Product.PROBABILITIES);
    }

    /** Returns a copy with other negatives. */
    public Cosine withNegatives(Negatives negatives) {
      return new Cosine(temperature, negatives, product);
    }

    /** Returns a copy that multiplies something else over the levels. */
    public Cosine withProduct(Product product) {
      return new Cosine(temperature, negatives, product);
    }
  }

  /** A linear classifier for each level, the baseline of the paper. */
  record Classifier() implements Matching {}

  /** What a photo's cell is contrasted with. */
  sealed interface Negatives {}

  /** All other cells of the level. */
  record AllCells() implements Negatives {}

  /**
   * The cells of the other photos in the batch.
   *
   * @param maskSameCell true to leave photos of the same cell out of each other's negatives
   * @param symmetric true to contrast a cell with the photos of the batch, too; not in the paper
   */
  record InBatch(boolean maskSameCell, boolean symmetric) implements Negatives {
    /** Returns masked negatives in one direction. */
    public static InBatch defaults() {
      return new InBatch(true, false);
    }
  }

  /** What is multiplied over a finest cell and its ancestors. */
  enum Product {
    /** The softmax probabilities of the levels. */
    PROBABILITIES,
    /** The cosines, as in the text of the paper; negative ones count as 0. */
    COSINES
  }
}
