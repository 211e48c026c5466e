package io.github.geofix.models.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.backbone.ClipVit;
import io.github.geofix.models.internal.backbone.ConvNeXt;
import io.github.geofix.models.internal.backbone.DinoV2;
import io.github.geofix.models.internal.nn.TransformerBlock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class ForwardTest {

  private static Stream<Backbone> backbones() {
    return Stream.of(
        new ClipVit(
            new ClipVit.Options(ImageSpec.clip(28), 14, 32, 4, 2, 16, Activation.QUICK_GELU, 0)),
        new DinoV2(
            new DinoV2.Options(
                ImageSpec.imageNet(28), 28, 14, 32, 4, 2, DinoV2.Variant.TRANSFORMERS, 0)),
        new ConvNeXt(
            new ConvNeXt.Options(
                List.of(1, 1, 2, 1), List.of(8, 16, 32, 64), ImageSpec.imageNet(64), 0)));
  }

  /** The loss of one batch and the gradients of all parameters that have one. */
  private record Pass(float loss, Map<String, float[]> gradients) {}

  private static Pass train(Backbone net, Forward f, NDManager manager) {
    net.requireGradients(true);
    Map<String, float[]> gradients = new LinkedHashMap<>();
    float loss;
    try (NDManager step = manager.newSubManager();
        GradientCollector collector = TorchEngine.engine().newGradientCollector()) {
      collector.zeroGradients();
      NDArray images = images(net, step);
      NDArray vectors = net.vector(f, images);
      NDArray sum = vectors.square().sum();
      loss = sum.getFloat();
      collector.backward(sum);
      f.completeBackward();
      net.parameters()
          .forEach(
              (name, parameter) -> {
                if (parameter.isTrainable()) {
                  try (NDArray gradient = parameter.array().getGradient()) {
                    gradients.put(name, gradient.toFloatArray());
                  }
                }
              });
    }
    net.requireGradients(false);
    return new Pass(loss, gradients);
  }

  private static NDArray images(Backbone net, NDManager step) {
    ImageSpec image = net.image();
    long length = 2L * 3 * image.height() * image.width();
    return step.arange(0, (float) length, 1)
        .toType(DataType.FLOAT32, false)
        .sin()
        .reshape(new Shape(2, 3, image.height(), image.width()));
  }

  @ParameterizedTest
  @MethodSource("backbones")
  void checkpointingChangesNeitherLossNorGradients(Backbone net) {
    try (NDManager manager = TorchEngine.newManager()) {
      net.initialize(manager, 1);
      Pass plain = train(net, Forward.TRAINING, manager);
      Pass checkpointed = train(net, Forward.checkpointed(3), manager);
      assertThat(checkpointed.loss()).isEqualTo(plain.loss());
      plain
          .gradients()
          .forEach(
              (name, gradient) ->
                  assertThat(checkpointed.gradients().get(name)).as(name).isEqualTo(gradient));
    }
  }

  @Test
  void checkpointingRepeatsItsRandomNumbers() {
    ClipVit net =
        new ClipVit(
            new ClipVit.Options(ImageSpec.clip(28), 14, 32, 4, 2, 16, Activation.QUICK_GELU, 0.5));
    try (NDManager manager = TorchEngine.newManager()) {
      net.initialize(manager, 1);
      Pass first = train(net, Forward.checkpointed(3), manager);
      Pass again = train(net, Forward.checkpointed(3), manager);
      assertThat(again.loss()).isEqualTo(first.loss());
      first
          .gradients()
          .forEach((name, g) -> assertThat(again.gradients().get(name)).as(name).isEqualTo(g));
    }
  }

  @ParameterizedTest
  @MethodSource("backbones")
  void checkpointingStopsAtFrozenBlocks(Backbone net) {
    try (NDManager manager = TorchEngine.newManager()) {
      net.initialize(manager, 1);
      net.trainLast(1);
      Pass first = train(net, Forward.TRAINING, manager);
      Pass again = train(net, Forward.checkpointed(3), manager);
      assertThat(again.loss()).isEqualTo(first.loss());
      assertThat(first.gradients().keySet()).noneMatch(name -> name.startsWith("blocks.0."));
      first
          .gradients()
          .forEach((name, g) -> assertThat(again.gradients().get(name)).as(name).isEqualTo(g));
    }
  }

  @ParameterizedTest
  @MethodSource("backbones")
  void aChainFreesWhatItsLayersComputed(Backbone net) {
    try (NDManager manager = TorchEngine.newManager()) {
      net.initialize(manager, 1);
      int arrays =
          TorchEngine.infer(
              manager,
              step -> {
                NDArray images = images(net, step);
                NDArray map = net.forward(Forward.INFERENCE, images);
                assertThat(map.toFloatArray()).isNotEmpty();
                assertThat(images.toFloatArray()).isNotEmpty();
                return step.getManagedArrays().size();
              });
      assertThat(arrays).isLessThan(20);
    }
  }

  /** Counts the batches that pass through it. */
  private static final class Counting extends Layer {
    private int batches;

    @Override
    public NDArray forward(Forward f, NDArray x) {
      batches++;
      return x.add(1);
    }
  }

  @Test
  void theMemoryOfInferenceDividesBatches() {
    Counting layer = new Counting();
    long before = TorchEngine.inferenceMemory();
    try (NDManager manager = TorchEngine.newManager()) {
      NDArray x = manager.arange(12f).reshape(6, 2);
      for (long memory : new long[] {before, 200, 1}) {
        TorchEngine.setInferenceMemory(memory);
        assertThat(Forward.INFERENCE.chain(List.of(layer), x, 100).toFloatArray())
            .isEqualTo(x.add(1).toFloatArray());
      }
      assertThat(layer.batches).isEqualTo(1 + 3 + 6);
      assertThatThrownBy(() -> TorchEngine.setInferenceMemory(0))
          .isInstanceOf(IllegalArgumentException.class);
    } finally {
      TorchEngine.setInferenceMemory(before);
    }
  }

  @ParameterizedTest
  @MethodSource("backbones")
  void theMemoryOfInferenceChangesNoAnswer(Backbone net) {
    long before = TorchEngine.inferenceMemory();
    try (NDManager manager = TorchEngine.newManager()) {
      net.initialize(manager, 1);
      NDArray images = images(net, manager);
      NDArray whole = TorchEngine.noGrad(() -> net.forward(Forward.INFERENCE, images));
      TorchEngine.setInferenceMemory(1);
      NDArray parts = TorchEngine.noGrad(() -> net.forward(Forward.INFERENCE, images));
      assertThat(parts.getShape()).isEqualTo(whole.getShape());
      assertThat(parts.sub(whole).abs().max().getFloat()).isLessThan(1e-5f);
    } finally {
      TorchEngine.setInferenceMemory(before);
    }
  }

  @Test
  void partsOfABatchGiveTheRowsOfTheWhole() {
    List<TransformerBlock> blocks =
        List.of(
            new TransformerBlock(
                new TransformerBlock.Options(32, 4, 128, Activation.GELU, 1e-5, 0, 0)),
            new TransformerBlock(
                new TransformerBlock.Options(32, 4, 128, Activation.GELU, 1e-5, 0, 0)));
    try (NDManager manager = TorchEngine.newManager()) {
      blocks.forEach(block -> block.initialize(manager, 1));
      NDArray x = manager.randomNormal(new Shape(5, 7, 32));
      NDArray whole = Forward.INFERENCE.chain(blocks, x);
      NDArray parts = Forward.INFERENCE.chain(blocks, x, 200L << 20);
      assertThat(parts.getShape()).isEqualTo(whole.getShape());
      assertThat(parts.sub(whole).abs().max().getFloat()).isLessThan(1e-5f);
    }
  }
}
