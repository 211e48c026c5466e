package io.github.geofix.models.internal.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.Oracle;
import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.backbone.Fill;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Linear;
import io.github.geofix.models.nn.NoGradExtension;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.weights.RenameTable;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** MegaLoc against numbers from the authors' code. */
@ExtendWith(NoGradExtension.class)
class MegaLocTest {
  private static final Forward F = Forward.INFERENCE;

  private final NDManager manager = TorchEngine.newManager();

  @AfterEach
  void close() {
    manager.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"b2_5x7", "b1_4x4", "b3_1x7", "b2_23x23"})
  void aggregatesAsTheAuthorsDo(String input) {
    Oracle oracle = Oracle.of("megaloc_aggregation");
    SinkhornAggregation net =
        new SinkhornAggregation(24, new MegaLoc.Aggregation(6, 10, 8, 16, 20));
    RenameTable ofAggregation =
        RenameTable.builder().rename("agg\\.(.*)", "$1").ignore("linear\\..*").build();
    oracle.load(net, manager, ofAggregation);
    NDArray map = oracle.array(manager, input + "/features");
    NDArray patches = map.reshape(map.getShape().get(0), 24, -1).transpose(0, 2, 1);
    NDArray scores = oracle.array(manager, input + "/scores").transpose(0, 2, 1);
    NDArray logs = net.logAssignment(scores);
    assertWithin(2e-6, logs, oracle, input + "/log_probs");
    for (float sum : logs.exp().sum(new int[] {1}).toFloatArray()) {
      assertThat(sum).isCloseTo(1, within(1e-5f));
    }
    NDArray vector = net.forward(F, oracle.array(manager, input + "/token"), patches);
    assertWithin(1e-6, vector, oracle, input + "/descriptor");
    Linear linear = new Linear(68, 20);
    oracle.load(
        linear,
        manager,
        RenameTable.builder().rename("linear\\.(.*)", "$1").ignore("agg\\..*").build());
    NDArray descriptor = linear.forward(F, vector).normalize(2, 1);
    assertWithin(1e-6, descriptor, oracle, input + "/linear_l2");
  }

  @Test
  void aggregatesAtFullSize() {
    Oracle oracle = Oracle.of("megaloc_aggregation_full");
    SinkhornAggregation net = new SinkhornAggregation(768, MegaLoc.Aggregation.published());
    Map<String, long[]> shapes = new TreeMap<>();
    String prefix = "aggregator.agg.";
    Fill.shapes("/oracles/megaloc_full_names.json")
        .forEach(
            (name, shape) -> {
              if (name.startsWith(prefix)) {
                shapes.put(
                    name.substring(prefix.length()), shape.length == 0 ? new long[] {1} : shape);
              }
            });
    new Fill(2103, 0, 1).into(net, manager, shapes, RenameTable.IDENTITY);
    net.parameter("dust_bin").set(manager.create(1.3f));
    NDArray map = manager.create(Fill.uniform(2131, -2, 2, 768 * 256), new Shape(1, 768, 256));
    NDArray cls = manager.create(Fill.uniform(2132, -2, 2, 768), new Shape(1, 768));
    assertWithin(1e-7, net.forward(F, cls, map.transpose(0, 2, 1)), oracle, "descriptor");
  }

  @ParameterizedTest
  @CsvSource({"70, 70", "56, 84", "98, 140", "322, 322", "42, 42", "100, 75", "35, 49", "61, 61"})
  void describesImagesOfAnySize(int height, int width) {
    Oracle oracle = Oracle.of("megaloc_small");
    MegaLoc net = MegaLoc.tiny(ImageSpec.imageNet(70));
    oracle.load(net, manager, RenameTable.IDENTITY);
    NDArray images =
        manager.create(
            Fill.uniform(2300 + 7L * height + width, -2, 2, 3 * height * width),
            new Shape(1, 3, height, width));
    String key = height + "x" + width + "/";
    NDArray whole = net.wholePatches(images);
    if (height % 14 != 0) {
      assertWithin(2e-6, whole, oracle, key + "resized");
    } else {
      assertThat(whole).isSameAs(images);
    }
    Backbone.Features features = net.features(F, images);
    assertWithin(2e-6, features.vector(), oracle, key + "output");
    assertWithin(2e-6, net.vector(F, images), oracle, key + "output");
    if (height != 322) {
      assertWithin(2e-5, features.tokens().get(":, 0"), oracle, key + "cls");
      assertWithin(2e-5, net.map(F, images), oracle, key + "patch_features");
    }
  }

  @ParameterizedTest
  @CsvSource({"megaloc_small_names, megaloc-tiny", "megaloc_full_names, megaloc"})
  void hasTheArraysOfTheAuthorsFile(String names, String backbone) {
    Map<String, String> theirs = new TreeMap<>();
    Fill.shapes("/oracles/" + names + ".json")
        .forEach((name, shape) -> theirs.put(name, Arrays.toString(shape)));
    Map<String, String> ours = new TreeMap<>();
    Backbone.named(backbone)
        .parameters()
        .forEach((name, parameter) -> ours.put(name, parameter.dimensions().toString()));
    // The authors' class token and positions have an axis of length 1 in front.
    ours.replace("backbone.cls_token", theirs.get("backbone.cls_token"));
    ours.replace("backbone.pos_embed", theirs.get("backbone.pos_embed"));
    assertThat(ours).isEqualTo(theirs);
  }

  @Test
  void refusesImagesOfTooFewPatches() {
    MegaLoc net = MegaLoc.tiny(ImageSpec.imageNet(70));
    Oracle.of("megaloc_small").load(net, manager, RenameTable.IDENTITY);
    assertThatThrownBy(() -> net.vector(F, manager.zeros(new Shape(1, 3, 28, 42))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "an image of 6 patches: more than 6 are needed, one for each cluster; use larger images");
    assertThatThrownBy(() -> Backbone.named("megaloc", ImageSpec.imageNet(112)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("images of 112 x 112 pixels have 64 patches; more than 64");
  }

  @Test
  void freezesTheTrunkAndNotTheAggregation() {
    MegaLoc net = MegaLoc.tiny(ImageSpec.imageNet(70));
    net.trainLast(1);
    assertThat(net.parameter("backbone.blocks.0.norm1.weight").isTrainable()).isFalse();
    assertThat(net.parameter("backbone.blocks.1.norm1.weight").isTrainable()).isTrue();
    assertThat(net.parameter("aggregator.linear.weight").isTrainable()).isTrue();
    net.freezeVectorPart();
    assertThat(net.parameter("aggregator.agg.dust_bin").isTrainable()).isFalse();
  }

  private static void assertWithin(double tolerance, NDArray found, Oracle oracle, String name) {
    float[] expected = oracle.floats(name);
    float[] actual = found.toFloatArray();
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      assertThat(actual[i]).as("%s[%d]", name, i).isCloseTo(expected[i], within((float) tolerance));
    }
  }
}
