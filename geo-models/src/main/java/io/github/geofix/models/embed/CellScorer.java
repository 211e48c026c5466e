package io.github.geofix.models.embed;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.internal.index.DotProducts;
import io.github.geofix.core.partition.CellHierarchy;
import io.github.geofix.models.embed.EmbedConfig.Matching.Product;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Linear;
import io.github.geofix.models.nn.Parameter;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Scores the finest cells of a hierarchy for photos: one dot product with each cell of each level,
 * then {@link HierarchicalScores} down the tree. Thread-safe.
 *
 * <p>One photo costs one pass over the cells' vectors, by {@link DotProducts} where they are
 * accelerated; a batch costs one matrix product. The dot products are divided by the lengths of the
 * vectors, so there is no normalized copy; the lengths are computed once, and are stale as soon as
 * training changes the vectors.
 */
final class CellScorer {

  /** Dot products with the cells of one level. */
  private interface Level {
    /** Returns {@code [B, C]} for photos {@code [B, D]}, in the photos' manager. */
    NDArray products(NDArray embedded);

    /** Returns whether the weights have not changed since this was made. */
    boolean isUpToDate();
  }

  private final List<Level> levels;
  private final Product product;

  /** For each level the labels of its cells' parents, {@code [1, C]}. */
  private final List<NDArray> parents;

  private CellScorer(
      CellHierarchy hierarchy, List<Level> levels, Product product, NDManager manager) {
    this.levels = List.copyOf(levels);
    this.product = product;
    this.parents = parents(hierarchy, manager);
  }

  /** Returns for each level the labels of its cells' parents, {@code [1, C]}. */
  static List<NDArray> parents(CellHierarchy hierarchy, NDManager manager) {
    return IntStream.range(0, hierarchy.levels())
        .mapToObj(
            level ->
                manager
                    .create(
                        LongStream.range(0, hierarchy.partition(level).size())
                            .map(cell -> level == 0 ? 0 : hierarchy.parentOf(level, (int) cell))
                            .toArray())
                    .reshape(1, -1))
        .toList();
  }

  /**
   * Returns a scorer by cosines.
   *
   * @param cells the vectors of each level, {@code [C, D]} of any length
   * @param logScales {@code log(1 / temperature)} of each level
   * @param manager owns two numbers for each cell
   */
  static CellScorer of(
      CellHierarchy hierarchy,
      List<Parameter> cells,
      List<Parameter> logScales,
      Product product,
      NDManager manager) {
    List<Level> levels = new ArrayList<>();
    for (int level = 0; level < cells.size(); level++) {
      levels.add(new Vectors(cells.get(level), logScales.get(level), product, manager));
    }
    return new CellScorer(hierarchy, levels, product, manager);
  }

  /**
   * Returns a scorer by classifiers.
   *
   * @param manager owns one number for each cell
   */
  static CellScorer ofClassifiers(
      CellHierarchy hierarchy, List<Linear> classifiers, NDManager manager) {
    List<Level> levels = new ArrayList<>();
    for (Linear classifier : classifiers) {
      levels.add(
          new Level() {
            @Override
            public NDArray products(NDArray embedded) {
              return classifier.forward(Forward.INFERENCE, embedded);
            }

            @Override
            public boolean isUpToDate() {
              return true;
            }
          });
    }
    return new CellScorer(hierarchy, levels, Product.PROBABILITIES, manager);
  }

  /** Returns whether the weights have not changed since the scorer was made. */
  boolean isUpToDate() {
    return levels.stream().allMatch(Level::isUpToDate);
  }

  /**
   * Scores the finest cells.
   *
   * @param embedded {@code [B, D]}, of length 1 for cosines
   * @param temperature scores are raised to the power 1 / temperature; above 0
   * @return {@code [B][finest cells]}; the scores of a photo add up to 1 within rounding
   */
  float[][] scores(NDArray embedded, double temperature) {
    List<NDArray> products = levels.stream().map(level -> level.products(embedded)).toList();
    NDArray scores =
        switch (product) {
          case PROBABILITIES -> HierarchicalScores.ofLogits(products, parents, temperature);
          case COSINES -> HierarchicalScores.ofCosines(products, parents, temperature);
        };
    return rows(scores);
  }

  /**
   * Scores the cells of each level by that level alone: those of which {@link #scores} multiplies
   * one of each level.
   *
   * @param embedded {@code [1, D]}, of length 1 for cosines
   * @return for each level {@code [cells]}: probabilities that add up to 1, or cosines cut off at 0
   */
  List<float[]> ownScores(NDArray embedded) {
    return levels.stream()
        .map(level -> level.products(embedded))
        .map(
            products ->
                switch (product) {
                  case PROBABILITIES -> products.softmax(1);
                  case COSINES -> products.maximum(0);
                })
        .map(NDArray::toFloatArray)
        .toList();
  }

  private static float[][] rows(NDArray matrix) {
    int count = Math.toIntExact(matrix.getShape().get(0));
    int width = Math.toIntExact(matrix.getShape().get(1));
    FloatBuffer numbers = matrix.toByteBuffer(true).order(ByteOrder.nativeOrder()).asFloatBuffer();
    return IntStream.range(0, count)
        .parallel()
        .mapToObj(
            row -> {
              float[] numbersOfRow = new float[width];
              numbers.get(row * width, numbersOfRow);
              return numbersOfRow;
            })
        .toArray(float[][]::new);
  }

  /** One vector for each cell. */
  private static final class Vectors implements Level {
    private final Parameter cells;
    private final int changes;
    private final NDArray factors;

    Vectors(Parameter cells, Parameter logScale, Product product, NDManager manager) {
      this.cells = cells;
      changes = cells.changes();
      try (NDManager step = manager.newSubManager()) {
        NDArray lengths = cells.in(step).square().sum(new int[] {1}).sqrt();
        NDArray scale =
            product == Product.COSINES ? step.ones(new Shape(1)) : logScale.in(step).exp();
        // A vector of zeros has cosine 0 with everything.
        factors = scale.div(lengths.maximum(step.full(new Shape(), 1e-12f))).reshape(1, -1);
        factors.attach(manager);
      }
    }

    @Override
    public NDArray products(NDArray embedded) {
      NDArray vectors = cells.in(embedded.getManager());
      if (embedded.getShape().get(0) == 1 && isReadable(vectors)) {
        float[] products = DotProducts.of(vectors.toByteBuffer(true), embedded.toFloatArray());
        return embedded.getManager().create(products, factors.getShape()).muli(factors);
      }
      return embedded.matMul(vectors.transpose()).muli(factors);
    }

    /** Returns whether {@link DotProducts} can read the vectors: in main memory, in one buffer. */
    private static boolean isReadable(NDArray vectors) {
      return DotProducts.isAccelerated()
          && !vectors.getDevice().isGpu()
          && vectors.size() <= Integer.MAX_VALUE / Float.BYTES;
    }

    /** A trainer replaces the arrays when it begins, and changes the new ones in place. */
    @Override
    public boolean isUpToDate() {
      return cells.changes() == changes && !cells.array().hasGradient();
    }
  }
}
