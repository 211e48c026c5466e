package io.github.geofix.models.zoom;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.nn.GradientCheck;
import io.github.geofix.models.nn.TorchEngine;
import java.util.List;
import org.junit.jupiter.api.Test;

class SharedViewsTest {
  private static final long[] TAKEN = {1, 2, 0, 5, 1, 3, 1, 2};

  @Test
  void photosShareAViewIfTheyCameTheSameWay() {
    List<SharedViews> steps = SharedViews.ofSteps(TAKEN, 2, false);
    assertThat(steps.get(0).rows()).containsExactly(0);
    assertThat(steps.get(0).viewOfPhoto()).containsExactly(0, 0, 0, 0);
    assertThat(steps.get(1).rows()).containsExactly(0, 1);
    assertThat(steps.get(1).viewOfPhoto()).containsExactly(0, 1, 0, 0);
    assertThat(SharedViews.ofSteps(TAKEN, 2, true).get(1).rows()).containsExactly(0, 1, 2, 3);
  }

  @Test
  void givesEachPhotoTheVectorOfItsView() {
    SharedViews step = SharedViews.ofSteps(TAKEN, 2, false).get(1);
    try (NDManager manager = TorchEngine.newManager()) {
      NDArray views = manager.create(new float[] {1, 2, 3, 4}, new Shape(2, 2));
      assertThat(step.ofPhotos(views).toFloatArray()).containsExactly(1, 2, 3, 4, 1, 2, 1, 2);
      NDArray exact = views.toType(DataType.FLOAT64, true);
      NDArray weights = manager.create(new double[] {1, -2, 3, 0.5, 4, 5, -6, 7}, new Shape(4, 2));
      GradientCheck.check(
          List.of(exact), inputs -> step.ofPhotos(inputs.get(0)).mul(weights).sum());
    }
  }
}
