package io.github.geofix.models.internal.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.internal.recombine.SoftMarginTriplet;
import io.github.geofix.models.internal.recombine.WeightedTuple;
import io.github.geofix.models.nn.GradientCheck;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.recombine.RecombineConfig.Distance;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** What every loss over the pairs of a batch guarantees. */
class PairLossContractTest {
  private static final int BATCH = 5;
  private static final int DIMENSION = 3;

  /** All losses over pairs, in each of their forms. */
  enum Kind {
    TUPLE_COSINE,
    TUPLE_L2,
    TUPLE_SQUARED_L2,
    TRIPLET_COSINE,
    TRIPLET_L2,
    TRIPLET_SQUARED_L2,
    INFO_NCE_ONE_WAY,
    INFO_NCE_SYMMETRIC,
    INFO_NCE_SMOOTHED;

    NDArray loss(NDArray anchors, NDArray positives, @Nullable NDArray falseNegatives) {
      return switch (this) {
        case TUPLE_COSINE, TUPLE_L2, TUPLE_SQUARED_L2 ->
            new WeightedTuple(4, distance()).loss(anchors, positives, falseNegatives);
        case TRIPLET_COSINE, TRIPLET_L2, TRIPLET_SQUARED_L2 ->
            new SoftMarginTriplet(4, distance()).loss(anchors, positives, falseNegatives);
        case INFO_NCE_ONE_WAY -> infoNce(InfoNce.oneWay(), anchors, positives, falseNegatives);
        case INFO_NCE_SYMMETRIC -> infoNce(InfoNce.symmetric(), anchors, positives, falseNegatives);
        case INFO_NCE_SMOOTHED ->
            infoNce(
                InfoNce.symmetric().withLabelSmoothing(0.2), anchors, positives, falseNegatives);
      };
    }

    private static NDArray infoNce(
        InfoNce loss, NDArray anchors, NDArray positives, @Nullable NDArray falseNegatives) {
      NDArray logScale = anchors.getManager().create(1.5).toType(anchors.getDataType(), false);
      return loss.loss(
          anchors.normalize(2, 1), positives.normalize(2, 1), logScale, falseNegatives);
    }

    private Distance distance() {
      String name = name();
      return Distance.valueOf(name.substring(name.indexOf('_') + 1));
    }
  }

  private final NDManager manager = TorchEngine.newManager();

  @AfterEach
  void close() {
    manager.close();
  }

  @ParameterizedTest
  @EnumSource
  void isAScalarOfZeroOrMoreWithTheRightGradients(Kind kind) {
    NDArray anchors = random(1);
    NDArray positives = random(2);
    NDArray mask = mask(3);
    NDArray loss = kind.loss(anchors, positives, mask);
    assertThat(loss.getShape()).isEqualTo(new Shape());
    assertThat(loss.getDataType()).isEqualTo(DataType.FLOAT64);
    assertThat(loss.getDouble()).isPositive();
    GradientCheck.check(List.of(anchors, positives), in -> kind.loss(in.get(0), in.get(1), mask));
  }

  @ParameterizedTest
  @EnumSource
  void theDiagonalOfTheMaskHasNoEffect(Kind kind) {
    NDArray anchors = random(1);
    NDArray positives = random(2);
    NDArray none = manager.zeros(new Shape(BATCH, BATCH), DataType.BOOLEAN);
    NDArray diagonal = manager.eye(BATCH, BATCH, 0, DataType.BOOLEAN);
    double unmasked = kind.loss(anchors, positives, null).getDouble();
    assertThat(kind.loss(anchors, positives, none).getDouble()).isCloseTo(unmasked, within(1e-12));
    assertThat(kind.loss(anchors, positives, diagonal).getDouble())
        .isCloseTo(unmasked, within(1e-12));
  }

  @ParameterizedTest
  @EnumSource
  void falseNegativesHaveNoInfluence(Kind kind) {
    NDArray anchors = random(1);
    NDArray positives = random(2);
    // Row 4 is masked from all others in both directions: only its own pair counts.
    boolean[] last = new boolean[BATCH * BATCH];
    for (int i = 0; i < BATCH; i++) {
      last[i * BATCH + BATCH - 1] = true;
      last[(BATCH - 1) * BATCH + i] = true;
    }
    NDArray mask = manager.create(last, new Shape(BATCH, BATCH));
    double before = kind.loss(anchors, positives, mask).getDouble();
    double[] moved = positives.toDoubleArray();
    double[] movedAnchors = anchors.toDoubleArray();
    for (int d = 0; d < DIMENSION; d++) {
      // The same pair elsewhere: the cosine within it stays.
      int at = (BATCH - 1) * DIMENSION + d;
      moved[at] = -moved[at];
      movedAnchors[at] = -movedAnchors[at];
    }
    Shape shape = new Shape(BATCH, DIMENSION);
    double after =
        kind.loss(manager.create(movedAnchors, shape), manager.create(moved, shape), mask)
            .getDouble();
    assertThat(after).isCloseTo(before, within(1e-12));
    assertThat(
            kind.loss(manager.create(movedAnchors, shape), manager.create(moved, shape), null)
                .getDouble())
        .isNotCloseTo(kind.loss(anchors, positives, null).getDouble(), within(1e-3));
  }

  @ParameterizedTest
  @EnumSource
  void aBatchWithoutNegativesCostsNothing(Kind kind) {
    NDArray all = manager.ones(new Shape(BATCH, BATCH), DataType.BOOLEAN);
    assertThat(kind.loss(random(1), random(2), all).getDouble()).isCloseTo(0, within(1e-12));
  }

  @ParameterizedTest
  @EnumSource
  void theOrderOfTheBatchDoesNotMatter(Kind kind) {
    NDArray anchors = random(1);
    NDArray positives = random(2);
    NDArray mask = mask(3);
    NDArray order = manager.create(new long[] {3, 0, 4, 1, 2});
    NDArray reordered =
        kind.loss(
            anchors.get(order),
            positives.get(order),
            mask.toType(DataType.INT32, true).get(order).transpose().get(order).transpose());
    assertThat(reordered.getDouble())
        .isCloseTo(kind.loss(anchors, positives, mask).getDouble(), within(1e-12));
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "INFO_NCE_ONE_WAY")
  void anchorsAndPositivesAreInterchangeable(Kind kind) {
    NDArray anchors = random(1);
    NDArray positives = random(2);
    NDArray mask = mask(3);
    NDArray swapped = kind.loss(positives, anchors, mask.toType(DataType.INT32, true).transpose());
    assertThat(swapped.getDouble())
        .isCloseTo(kind.loss(anchors, positives, mask).getDouble(), within(1e-12));
  }

  @ParameterizedTest
  @EnumSource
  void leavesNothingOutsideTheStep(Kind kind) {
    NDArray anchors = random(1);
    NDArray positives = random(2);
    NDArray mask = mask(3);
    int before = manager.getManagedArrays().size();
    try (NDManager step = manager.newSubManager()) {
      List.of(anchors, positives, mask).forEach(array -> array.attach(step));
      assertThat(kind.loss(anchors, positives, mask).getManager()).isSameAs(step);
    }
    assertThat(manager.getManagedArrays()).hasSize(before - 3);
  }

  @ParameterizedTest
  @EnumSource
  void refusesOtherShapes(Kind kind) {
    NDArray anchors = random(1);
    NDArray one = manager.ones(new Shape(1, DIMENSION), DataType.FLOAT64);
    NDArray wide = manager.ones(new Shape(BATCH, DIMENSION + 1), DataType.FLOAT64);
    NDArray mask = manager.zeros(new Shape(BATCH, BATCH + 1), DataType.BOOLEAN);
    assertThatThrownBy(() -> kind.loss(one, one, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("anchors (1, 3) and positives (1, 3) must");
    assertThatThrownBy(() -> kind.loss(anchors, wide, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("anchors (5, 3) and positives (5, 4) must");
    assertThatThrownBy(() -> kind.loss(anchors, random(2), mask))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("falseNegatives (5, 6) must be [B, N], here [5, 5]");
  }

  private NDArray random(long seed) {
    Random random = new Random(seed);
    double[] values = random.doubles((long) BATCH * DIMENSION, -1, 1).toArray();
    return manager.create(values, new Shape(BATCH, DIMENSION));
  }

  private NDArray mask(long seed) {
    Random random = new Random(seed);
    boolean[] values = new boolean[BATCH * BATCH];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(4) == 0;
    }
    return manager.create(values, new Shape(BATCH, BATCH));
  }
}
