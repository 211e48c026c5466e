package io.github.geofix.models.backbone;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.Oracle;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.backbone.ClipVit;
import io.github.geofix.models.internal.backbone.ConvNeXt;
import io.github.geofix.models.internal.backbone.DinoV2;
import io.github.geofix.models.nn.Activation;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Linear;
import io.github.geofix.models.nn.NoGradExtension;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.weights.RenameTable;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every backbone against numbers from the code of its authors. */
@ExtendWith(NoGradExtension.class)
class BackboneOracleTest {
  private static final double SMALL_NET = 1e-5;
  private static final double FULL_NET = 1e-4;

  private final NDManager manager = TorchEngine.newManager();

  @AfterEach
  void close() {
    manager.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"sat_sq", "grd_pano", "sat_odd", "grd_odd"})
  void convNeXtOfAnyShape(String view) {
    Oracle oracle = Oracle.of("frgeo_frm_tiny");
    ConvNeXt net =
        new ConvNeXt(
            new ConvNeXt.Options(
                List.of(1, 1, 2, 1), List.of(8, 16, 24, 32), ImageSpec.imageNet(64), 0));
    oracle.load(net, manager, RenameTable.IDENTITY);
    NDArray images = oracle.array(manager, view + ".input");
    NDArray map = net.map(Forward.INFERENCE, images);
    oracle.assertClose(map, view + ".stage4_features", SMALL_NET);
    assertThat(map.getShape().get(2)).isEqualTo(net.featureMapSize((int) images.getShape().get(2)));
    assertThat(map.getShape().get(3)).isEqualTo(net.featureMapSize((int) images.getShape().get(3)));
  }

  @Test
  void convNeXtTinyAsTorchvision() {
    Oracle oracle = Oracle.of("torchvision_convnext_t");
    ConvNeXt net = new ConvNeXt(ConvNeXt.Options.tiny());
    Linear classifier = new Linear(768, 1000);
    Map<String, long[]> shapes = Fill.shapes("/oracles/torchvision_convnext_t_names.json");
    Fill fill = new Fill(801, 0.05, 0.5);
    fill.into(net, manager, shapes, ConvNeXt.torchvisionNames());
    fill.into(
        classifier,
        manager,
        shapes,
        RenameTable.builder()
            .rename("classifier\\.2\\.(.*)", "$1")
            .ignore("(?!classifier\\.2).*")
            .build());
    float[] pixels = Fill.uniform(81, -1, 1, 3 * 224 * 224);
    assertThat(Arrays.copyOf(pixels, 8)).isEqualTo(oracle.floats("input_first8"));
    NDArray images = manager.create(pixels, new Shape(1, 3, 224, 224));
    oracle.assertClose(net.map(Forward.INFERENCE, images), "features", FULL_NET);
    NDArray logits = classifier.forward(Forward.INFERENCE, net.vector(Forward.INFERENCE, images));
    oracle.assertClose(logits, "logits", FULL_NET);
  }

  @Test
  void clipSmall() {
    Oracle oracle = Oracle.of("clip_vit_small");
    ClipVit net =
        new ClipVit(
            new ClipVit.Options(ImageSpec.clip(56), 14, 64, 3, 4, 32, Activation.QUICK_GELU, 0));
    oracle.load(net, manager, ClipVit.openAiVisualNames());
    NDArray images = oracle.array(manager, "input");
    oracle.assertClose(
        net.forward(Forward.INFERENCE, images), "tokens_after_transformer", SMALL_NET);
    oracle.assertClose(net.vector(Forward.INFERENCE, images), "output", SMALL_NET);
  }

  @Test
  void clipLargeAt336() {
    Oracle oracle = Oracle.of("clip_vit_l14_336");
    ClipVit net = new ClipVit(ClipVit.Options.l14At336());
    new Fill(902, 0.05, 0.5)
        .into(
            net,
            manager,
            Fill.shapes("/oracles/clip_vit_l14_336_names.json"),
            ClipVit.openAiVisualNames());
    NDArray images =
        manager.create(Fill.uniform(92, -2, 2, 3 * 336 * 336), new Shape(1, 3, 336, 336));
    NDArray tokens = net.forward(Forward.INFERENCE, images);
    assertThat(tokens.getShape()).isEqualTo(new Shape(1, 577, 1024));
    oracle.assertClose(tokens.get(":, 0"), "cls_token", FULL_NET);
    oracle.assertClose(tokens.get(":, 1"), "patch_token_0", FULL_NET);
    oracle.assertClose(tokens.get(":, 576"), "patch_token_575", FULL_NET);
    oracle.assertClose(tokens.mean(new int[] {1}), "token_mean", FULL_NET);
    oracle.assertClose(net.projected(Forward.INFERENCE, tokens), "output", FULL_NET);
  }

  @Test
  void dinoV2SmallOfAnotherShape() {
    Oracle oracle = Oracle.of("dinov2_small");
    DinoV2 net =
        new DinoV2(
            new DinoV2.Options(
                ImageSpec.imageNet(70), 70, 14, 48, 2, 4, DinoV2.Variant.TRANSFORMERS, 0));
    oracle.load(net, manager, DinoV2.facebookNames());
    NDArray images = oracle.array(manager, "input");
    NDArray tokens = net.forward(Forward.INFERENCE, images);
    oracle.assertClose(net.vector(Forward.INFERENCE, images), "cls", SMALL_NET);
    oracle.assertClose(tokens.get(":, 1:"), "patches", SMALL_NET);
  }

  @Test
  void dinoV2BaseAt378() {
    Oracle oracle = Oracle.of("dinov2_vitb14_378");
    DinoV2 net = new DinoV2(DinoV2.Options.b14());
    new Fill(1001, 0.2, 1.0)
        .into(
            net, manager, Fill.shapes("/oracles/dinov2_vitb14_names.json"), DinoV2.facebookNames());
    NDArray images =
        manager.create(Fill.uniform(1010, -2, 2, 3 * 378 * 378), new Shape(1, 3, 378, 378));
    oracle.assertClose(
        net.positions(images, 27, 27).get(":, :64"), "pos_embed_interp_first64ch", SMALL_NET);
    NDArray tokens = net.forward(Forward.INFERENCE, images);
    oracle.assertClose(tokens.get(":, 0"), "cls", FULL_NET);
    oracle.assertClose(tokens.get(":, 1"), "patch0", FULL_NET);
    oracle.assertClose(tokens.get(":, 729"), "patch728", FULL_NET);
    oracle.assertClose(tokens.get(":, 1:").mean(new int[] {1}), "patch_mean", FULL_NET);
  }
}
