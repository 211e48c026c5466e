package io.github.geofix.models.backbone;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;
import io.github.geofix.models.nn.BatchNorm2d;
import io.github.geofix.models.nn.Conv2d;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Layer;
import java.util.ArrayList;
import java.util.List;

/** Temporary. */
public final class ResidualEncoder extends Layer {
  private final List<Stage> stages = new ArrayList<>();

  /** Temporary. */
  public ResidualEncoder(int... widths) {
    int in = 3;
    for (int width : widths) {
      stages.add(child("stages." + stages.size(), new Stage(in, width)));
      in = width;
    }
  }

  @Override
  public NDArray forward(Forward f, NDArray x) {
    NDArray y = x;
    for (Stage stage : stages) {
      y = stage.forward(f, y);
    }
    return y.reshape(x.getShape().get(0), -1);
  }

  private static final class Stage extends Layer {
    private final Conv2d down;
    private final BatchNorm2d norm;
    private final Conv2d conv1;
    private final BatchNorm2d norm1;
    private final Conv2d conv2;
    private final BatchNorm2d norm2;

    Stage(int in, int out) {
      Conv2d.Options side3 = Conv2d.Options.kernel(3).withPadding(1).withoutBias();
      down = child("down", new Conv2d(in, out, side3.withStride(2)));
      norm = child("norm", new BatchNorm2d(out));
      conv1 = child("conv1", new Conv2d(out, out, side3));
      norm1 = child("norm1", new BatchNorm2d(out));
      conv2 = child("conv2", new Conv2d(out, out, side3));
      norm2 = child("norm2", new BatchNorm2d(out));
    }

    @Override
    public NDArray forward(Forward f, NDArray x) {
      NDArray y = Activation.relu(norm.forward(f, down.forward(f, x)));
      NDArray z = Activation.relu(norm1.forward(f, conv1.forward(f, y)));
      return Activation.relu(y.add(norm2.forward(f, conv2.forward(f, z))));
    }
  }
}
