package io.github.geofix.models.internal.backbone;

import ai.djl.ndarray.NDArray;
import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.nn.DropPath;
import io.github.geofix.models.internal.nn.Mlp;
import io.github.geofix.models.nn.Activation;
import io.github.geofix.models.nn.Conv2d;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Layer;
import io.github.geofix.models.nn.LayerNorm;
import io.github.geofix.models.nn.Linear;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.Parameter;
import io.github.geofix.models.nn.Parameter.Init;
import io.github.geofix.models.weights.RenameTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * ConvNeXt: a convolutional network of four stages with depthwise 7 x 7 kernels.
 *
 * <p>Liu, Mao, Wu, Feichtenhofer, Darrell and Xie, "A ConvNet for the 2020s", CVPR 2022. The
 * published weights are under the MIT license (facebookresearch/ConvNeXt), Apache-2.0 (timm) and
 * BSD-3-Clause (torchvision); those trained on ImageNet-22k inherit that data set's terms.
 *
 * <p>Parameters are named as in the authors' code: {@code stages.0.0.dwconv.weight}.
 */
public final class ConvNeXt extends Backbone {
  private static final double EPSILON = 1e-6;

  /** Maps that a block holds, the expanded ones counted fourfold. */
  private static final long BLOCK_ARRAYS = 14;

  private static final Init TRUNCATED = Init.truncatedNormal(0.02);

  /**
   * The size of the network.
   *
   * @param depths blocks of each of the four stages
   * @param widths channels of each of the four stages
   * @param image the images it reads
   * @param dropPath rate at which training skips the last block; earlier ones less
   */
  public record Options(
      List<Integer> depths, List<Integer> widths, ImageSpec image, double dropPath) {
    /** Checks that there are four stages. */
    public Options {
      depths = List.copyOf(depths);
      widths = List.copyOf(widths);
      if (depths.size() != 4 || widths.size() != 4) {
        throw new IllegalArgumentException(
            "depths " + depths + " and widths " + widths + ": four stages needed");
      }
    }

    private static Options of(List<Integer> depths, int width) {
      List<Integer> widths = List.of(width, 2 * width, 4 * width, 8 * width);
      return new Options(depths, widths, ImageSpec.imageNet(224), 0);
    }

    /** ConvNeXt-Atto, timm's size for small machines: 3.4 million parameters. */
    public static Options atto() {
      return of(List.of(2, 2, 6, 2), 40);
    }

    /** ConvNeXt-T: 27.8 million parameters. */
    public static Options tiny() {
      return of(List.of(3, 3, 9, 3), 96);
    }

    /** ConvNeXt-S: 49.5 million parameters. */
    public static Options small() {
      return of(List.of(3, 3, 27, 3), 96);
    }

    /** ConvNeXt-B: 87.6 million parameters. */
    public static Options base() {
      return of(List.of(3, 3, 27, 3), 128);
    }

    /** Returns a copy for other images. */
    public Options withImage(ImageSpec newImage) {
      return new Options(depths, widths, newImage, dropPath);
    }
  }

  private final List<Layer> downsamplings = new ArrayList<>();
  private final List<List<Block>> stages = new ArrayList<>();
  private final LayerNorm norm;
  private final List<Integer> widths;

  /** Creates the network without values. */
  public ConvNeXt(Options options) {
    super(options.image(), options.widths().get(3));
    widths = options.widths();
    for (int stage = 0; stage < 4; stage++) {
      downsamplings.add(
          child(
              "downsample_layers." + stage,
              stage == 0
                  ? new Stem(widths.get(0))
                  : new Downsampling(widths.get(stage - 1), widths.get(stage))));
    }
    int blocks = options.depths().stream().mapToInt(Integer::intValue).sum();
    double[] rates = DropPath.rates(blocks, options.dropPath());
    int next = 0;
    for (int stage = 0; stage < 4; stage++) {
      List<Block> row = new ArrayList<>();
      for (int i = 0; i < options.depths().get(stage); i++) {
        row.add(child("stages." + stage + "." + i, new Block(widths.get(stage), rates[next++])));
      }
      stages.add(row);
    }
    norm = child("norm", new LayerNorm(width(), EPSILON));
  }

  /** Returns the normalized map as tokens: {@code [B, H/32 W/32, D]}. */
  @Override
  public NDArray forward(Forward f, NDArray images) {
    return norm.forward(f, tokens(map(f, images)));
  }

  /** Returns the map of the last stage before the final normalization. */
  @Override
  public NDArray map(Forward f, NDArray images) {
    List<Layer> layers = new ArrayList<>();
    for (int stage = 0; stage < 4; stage++) {
      layers.add(downsamplings.get(stage));
      layers.addAll(stages.get(stage));
    }
    // The first stage's maps are the largest, a quarter of the image's side.
    long pixels = images.getShape().get(2) / 4 * (images.getShape().get(3) / 4);
    return f.chain(layers, images, BLOCK_ARRAYS * Float.BYTES * pixels * widths.get(0));
  }

  @Override
  public Features features(Forward f, NDArray images) {
    NDArray tokens = tokens(map(f, images));
    return new Features(norm.forward(f, tokens), normalized(f, tokens.mean(new int[] {1})));
  }

  @Override
  public Optional<Module.Cost> cost() {
    long flops = 0;
    long kept = 0;
    boolean learns = false;
    long pixels = image().height() / 4L * (image().width() / 4);
    long inference = BLOCK_ARRAYS * Float.BYTES * pixels * widths.get(0);
    int before = 3;
    int side = 4;
    for (int stage = 0; stage < 4; stage++) {
      int width = widths.get(stage);
      flops += 2L * side * side * pixels * before * width;
      for (Block block : stages.get(stage)) {
        flops += pixels * width * (2 * 49 + 16L * width);
        learns |= block.parameters().values().stream().anyMatch(Parameter::isTrainable);
        kept += learns ? BLOCK_ARRAYS * Float.BYTES * pixels * width : 0;
      }
      pixels /= 4;
      before = width;
      side = 2;
    }
    return Optional.of(
        new Module.Cost(flops, (long) Float.BYTES * image().length(), inference, kept));
  }

  @Override
  public int blocks() {
    return stages.stream().mapToInt(List::size).sum();
  }

  /** A downsampling counts with the first block of its stage, the stem with none. */
  @Override
  protected int blockOf(String parameter) {
    if (parameter.startsWith("norm.")) {
      return blocks();
    }
    OptionalInt downsampling = numberAfter("downsample_layers", parameter);
    if (downsampling.isPresent()) {
      return downsampling.getAsInt() == 0 ? -1 : blocksBefore(downsampling.getAsInt());
    }
    int stage = numberAfter("stages", parameter).orElseThrow();
    return blocksBefore(stage) + numberAfter("stages." + stage, parameter).orElseThrow();
  }

  private int blocksBefore(int stage) {
    return stages.subList(0, stage).stream().mapToInt(List::size).sum();
  }

  /** Returns the normalized mean of the map, {@code [B, D]}, as the published classifiers do. */
  @Override
  public NDArray vector(Forward f, NDArray images) {
    return normalized(f, tokens(map(f, images)).mean(new int[] {1}));
  }

  @Override
  public boolean hasFinalNormalization() {
    return true;
  }

  @Override
  public NDArray normalized(Forward f, NDArray vectors) {
    return norm.forward(f, vectors);
  }

  @Override
  public int featureMapSize(int pixels) {
    return pixels / 32;
  }

  @Override
  public void check(StatedConfig stated, @Nullable Activation activation) {
    stated.requireKind(List.of("convnext"), "convnext_.*");
    stated.require("hidden_act", "gelu");
    super.check(stated, activation);
  }

  @Override
  public Map<String, RenameTable> checkpointNames() {
    return Map.of(
        "facebook", RenameTable.IDENTITY,
        "timm", timmNames(),
        "torchvision", torchvisionNames(),
        "huggingface", huggingFaceNames());
  }

  /** The names in timm's checkpoints, for {@code convnext_*} models. */
  public static RenameTable timmNames() {
    return RenameTable.builder()
        .rename("stem\\.([01])\\.(\\w+)", "downsample_layers.0.$1.$2")
        .rename("stages\\.(\\d)\\.downsample\\.([01])\\.(\\w+)", "downsample_layers.$1.$2.$3")
        .rename("stages\\.(\\d)\\.blocks\\.(\\d+)\\.conv_dw\\.(\\w+)", "stages.$1.$2.dwconv.$3")
        .rename(
            "stages\\.(\\d)\\.blocks\\.(\\d+)\\.mlp\\.fc([12])\\.(\\w+)",
            "stages.$1.$2.pwconv$3.$4")
        .rename("stages\\.(\\d)\\.blocks\\.(\\d+)\\.(norm\\.\\w+|gamma)", "stages.$1.$2.$3")
        .rename("head\\.norm\\.(\\w+)", "norm.$1")
        .ignore("head\\.fc\\..*")
        .build();
  }

  /** The names in torchvision's checkpoints. */
  public static RenameTable torchvisionNames() {
    RenameTable.Builder names =
        RenameTable.builder().rename("features\\.0\\.([01])\\.(\\w+)", "downsample_layers.0.$1.$2");
    for (int stage = 0; stage < 4; stage++) {
      String block = "features\\." + (2 * stage + 1) + "\\.(\\d+)\\.";
      String ours = "stages." + stage + ".$1.";
      names
          .rename(
              "features\\." + 2 * stage + "\\.([01])\\.(\\w+)",
              "downsample_layers." + stage + ".$1.$2")
          .rename(block + "layer_scale", ours + "gamma")
          .rename(block + "block\\.0\\.(\\w+)", ours + "dwconv.$2")
          .rename(block + "block\\.2\\.(\\w+)", ours + "norm.$2")
          .rename(block + "block\\.3\\.(\\w+)", ours + "pwconv1.$2")
          .rename(block + "block\\.5\\.(\\w+)", ours + "pwconv2.$2");
    }
    return names.rename("classifier\\.0\\.(\\w+)", "norm.$1").ignore("classifier\\.2\\..*").build();
  }

  /** The names in Hugging Face's checkpoints. */
  public static RenameTable huggingFaceNames() {
    String layer = "(?:convnext\\.)?encoder\\.stages\\.(\\d)\\.layers\\.(\\d+)\\.";
    return RenameTable.builder()
        .rename(
            "(?:convnext\\.)?embeddings\\.patch_embeddings\\.(\\w+)", "downsample_layers.0.0.$1")
        .rename("(?:convnext\\.)?embeddings\\.layernorm\\.(\\w+)", "downsample_layers.0.1.$1")
        .rename(
            "(?:convnext\\.)?encoder\\.stages\\.(\\d)\\.downsampling_layer\\.([01])\\.(\\w+)",
            "downsample_layers.$1.$2.$3")
        .rename(layer + "layer_scale_parameter", "stages.$1.$2.gamma")
        .rename(layer + "layernorm\\.(\\w+)", "stages.$1.$2.norm.$3")
        .rename(layer + "(dwconv|pwconv1|pwconv2)\\.(\\w+)", "stages.$1.$2.$3.$4")
        .rename("(?:convnext\\.)?layernorm\\.(\\w+)", "norm.$1")
        .ignore("classifier\\..*")
        .build();
  }

  private static NDArray channelsLast(NDArray map) {
    return map.transpose(0, 2, 3, 1);
  }

  private static NDArray channelsFirst(NDArray map) {
    return map.transpose(0, 3, 1, 2);
  }

  private static final class Stem extends Layer {
    private final Conv2d conv;
    private final LayerNorm norm;

    Stem(int width) {
      conv = child("0", new Conv2d(3, width, Conv2d.Options.kernel(4).withStride(4), TRUNCATED));
      norm = child("1", new LayerNorm(width, EPSILON));
    }

    @Override
    public NDArray forward(Forward f, NDArray x) {
      return channelsFirst(norm.forward(f, channelsLast(conv.forward(f, x))));
    }
  }

  private static final class Downsampling extends Layer {
    private final LayerNorm norm;
    private final Conv2d conv;

    Downsampling(int in, int out) {
      norm = child("0", new LayerNorm(in, EPSILON));
      conv = child("1", new Conv2d(in, out, Conv2d.Options.kernel(2).withStride(2), TRUNCATED));
    }

    @Override
    public NDArray forward(Forward f, NDArray x) {
      return conv.forward(f, channelsFirst(norm.forward(f, channelsLast(x))));
    }
  }

  private static final class Block extends Layer {
    private static final float FIRST_GAMMA = 1e-6f;

    private final Conv2d depthwise;
    private final LayerNorm norm;
    private final Linear expand;
    private final Linear contract;
    private final Parameter gamma;
    private final DropPath dropPath;

    Block(int width, double dropRate) {
      Conv2d.Options options = Conv2d.Options.kernel(7).withPadding(3).withGroups(width);
      gamma = parameter("gamma", Init.constant(FIRST_GAMMA), width);
      depthwise = child("dwconv", new Conv2d(width, width, options, TRUNCATED));
      norm = child("norm", new LayerNorm(width, EPSILON));
      expand = child("pwconv1", new Linear(width, 4 * width, TRUNCATED));
      contract = child("pwconv2", new Linear(4 * width, width, TRUNCATED));
      dropPath = new DropPath(dropRate);
    }

    @Override
    protected List<Parameter> matrices() {
      return List.of(expand.parameter("weight"), contract.parameter("weight"));
    }

    @Override
    public NDArray forward(Forward f, NDArray x) {
      NDArray y = norm.forward(f, channelsLast(depthwise.forward(f, x)));
      y = Mlp.forward(f, y, expand, Activation.GELU, contract);
      return x.add(dropPath.forward(f, channelsFirst(y.mul(gamma.array()))));
    }
  }
}
