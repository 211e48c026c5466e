package io.github.geofix.models.internal.backbone;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.nn.TorchOps;
import io.github.geofix.models.internal.nn.TransformerBlock;
import io.github.geofix.models.nn.Activation;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.LayerNorm;
import io.github.geofix.models.nn.Parameter;
import io.github.geofix.models.nn.Parameter.Init;
import io.github.geofix.models.nn.PatchEmbedding;
import io.github.geofix.models.weights.RenameTable;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * DINOv2: a Vision Transformer with layer scale, trained without labels. It reads images of any
 * size: the position vectors, learned for a square grid, are resized bicubically, in the way of its
 * {@link Variant}.
 *
 * <p>Oquab et al., "DINOv2: Learning Robust Visual Features without Supervision", TMLR 2024; Darcet
 * et al., "Vision Transformers Need Registers", ICLR 2024. Code and weights are under Apache-2.0
 * (facebookresearch/dinov2).
 *
 * <p>{@link #forward} gives all tokens after the last normalization, {@link #vector} the class
 * token. Parameters are named as in the authors' code, which are timm's names too.
 */
public final class DinoV2 extends VisionTransformer {
  private static final double EPSILON = 1e-6;
  private static final double FIRST_SCALE = 1e-5;

  /** Added to the number of patches in the authors' code, against rounding of the scale factor. */
  private static final double HUB_OFFSET = 0.1;

  /**
   * The published forms of the network. They differ in what happens to the positions of images
   * whose size is not that of training; weights do not show which of the first two they were used
   * with.
   */
  public enum Variant {
    /** As in Transformers: positions are resized to the number of patches, not antialiased. */
    TRANSFORMERS(0),
    /**
     * As in the authors' code, and in SALAD and MegaLoc: positions are resized by a scale factor to
     * which 0.1 patches are added.
     */
    HUB(0),
    /**
     * With four register tokens after the class token. Positions are resized antialiased, in the
     * authors' code as in Transformers.
     */
    REGISTERS(4);

    private final int registers;

    Variant(int registers) {
      this.registers = registers;
    }
  }

  /**
   * The size of the network.
   *
   * @param image the images it reads; sides are cut to whole patches
   * @param trainedSize side in pixels of the images whose positions it learns, a multiple of the
   *     patch
   * @param patch side of a patch in pixels
   * @param width length D of a token
   * @param depth number of blocks
   * @param heads attention heads of a block
   * @param variant the published form
   * @param dropPath rate at which training skips a branch of the last block; earlier ones less
   */
  public record Options(
      ImageSpec image,
      int trainedSize,
      int patch,
      int width,
      int depth,
      int heads,
      Variant variant,
      double dropPath) {
    /** Checks that whole patches fill the images it was trained on. */
    public Options {
      if (patch < 1 || trainedSize < patch || trainedSize % patch != 0) {
        throw new IllegalArgumentException(
            "images of " + trainedSize + " px are not filled by patches of " + patch + " px");
      }
    }

    private static Options of(int width, int depth, int heads) {
      return new Options(
          ImageSpec.imageNet(518), 518, 14, width, depth, heads, Variant.TRANSFORMERS, 0);
    }

    /** ViT-S/14: 22.1 million parameters. */
    public static Options s14() {
      return of(384, 12, 6);
    }

    /** ViT-B/14: 86.6 million parameters. */
    public static Options b14() {
      return of(768, 12, 12);
    }

    /** ViT-L/14: 304.4 million parameters. */
    public static Options l14() {
      return of(1024, 24, 16);
    }

    /** Returns a copy that reads other images; the learned positions stay as they are. */
    public Options withImage(ImageSpec newImage) {
      return new Options(newImage, trainedSize, patch, width, depth, heads, variant, dropPath);
    }

    /** Returns a copy for images of another size, with positions learned for them. */
    public Options withTrainedSize(int pixels) {
      ImageSpec sized = image.withSize(pixels, pixels);
      return new Options(sized, pixels, patch, width, depth, heads, variant, dropPath);
    }

    /** Returns a copy of another published form. */
    public Options withVariant(Variant newVariant) {
      return new Options(image, trainedSize, patch, width, depth, heads, newVariant, dropPath);
    }
  }

  private final Options options;
  private final Parameter classToken;
  private final @Nullable Parameter registers;
  private final Parameter position;
  private final PatchEmbedding patches;
  private final LayerNorm norm;

  /** Creates the network without values. */
  public DinoV2(Options options) {
    super(options.image(), options.width(), options.patch());
    this.options = options;
    int width = options.width();
    int side = options.trainedSize() / options.patch();
    classToken = parameter("cls_token", Init.normal(1e-6), width);
    int count = options.variant().registers;
    registers = count == 0 ? null : parameter("register_tokens", Init.normal(1e-6), count, width);
    position = parameter("pos_embed", Init.truncatedNormal(0.02), (long) side * side + 1, width);
    patches = child("patch_embed", new PatchEmbedding(options.patch(), width, true));
    TransformerBlock.Options block =
        new TransformerBlock.Options(
            width, options.heads(), 4 * width, Activation.GELU, EPSILON, FIRST_SCALE, 0);
    addBlocks(block, options.depth(), options.dropPath());
    norm = child("norm", new LayerNorm(width, EPSILON));
  }

  /**
   * Returns all tokens after the last normalization, the class token first, then the registers if
   * there are any: {@code [B, classTokens + N, D]}.
   */
  @Override
  public NDArray forward(Forward f, NDArray images) {
    NDArray x = Tokens.withClassToken(classToken, patches.forward(f, images));
    int rows = featureMapSize(Math.toIntExact(images.getShape().get(2)));
    int columns = featureMapSize(Math.toIntExact(images.getShape().get(3)));
    x = x.add(positions(x, rows, columns));
    if (registers != null) {
      x = Tokens.withRegisters(x, registers);
    }
    return norm.forward(f, encoded(f, x));
  }

  /** Returns the position vectors for a grid, {@code [1 + rows columns, D]}. */
  public NDArray positions(NDArray like, int rows, int columns) {
    NDArray learned = position.in(like.getManager());
    int side = options.trainedSize() / options.patch();
    if (rows == side && columns == side) {
      return learned;
    }
    NDArray grid = learned.get("1:").reshape(1, side, side, options.width()).transpose(0, 3, 1, 2);
    NDArray resized =
        switch (options.variant()) {
          case TRANSFORMERS -> TorchOps.resizeBicubic(grid, rows, columns);
          case HUB ->
              TorchOps.resizeBicubic(
                  grid, rows, columns, (rows + HUB_OFFSET) / side, (columns + HUB_OFFSET) / side);
          case REGISTERS -> TorchOps.resizeBicubicAntialiased(grid, rows, columns);
        };
    NDArray flat = resized.reshape(options.width(), -1).transpose();
    return NDArrays.concat(new NDList(learned.get("0:1"), flat), 0);
  }

  @Override
  public int classTokens() {
    return 1 + options.variant().registers;
  }

  @Override
  String trainedSizeOption() {
    return "withTrainedSize";
  }

  @Override
  public void check(StatedConfig stated, @Nullable Activation activation) {
    boolean registers = options.variant() == Variant.REGISTERS;
    stated.requireKind(
        List.of(registers ? "dinov2_with_registers" : "dinov2"),
        registers ? ".*_reg\\d_dinov2" : ".*patch\\d+_dinov2");
    stated.require("num_attention_heads", options.heads());
    stated.require("num_hidden_layers", options.depth());
    stated.require("patch_size", options.patch());
    stated.require("image_size", options.trainedSize());
    stated.require("layer_norm_eps", EPSILON);
    stated.require("hidden_act", "gelu");
    super.check(stated, activation);
  }

  @Override
  public boolean isOfAnotherNetwork(String parameter) {
    return parameter.equals("register_tokens")
        || parameter.equals("reg_token")
        || super.isOfAnotherNetwork(parameter);
  }

  @Override
  public Map<String, RenameTable> checkpointNames() {
    return Map.of(
        "facebook", facebookNames(), "timm", timmNames(), "huggingface", huggingFaceNames());
  }

  /** The names in the authors' checkpoints. */
  public static RenameTable facebookNames() {
    return RenameTable.builder().ignore("mask_token").build();
  }

  /** The names in timm's checkpoints without registers. */
  public static RenameTable timmNames() {
    return facebookNames();
  }

  /** The names in Hugging Face's checkpoints. */
  public static RenameTable huggingFaceNames() {
    String layer = "(?:dinov2\\w*\\.)?encoder\\.layer\\.(\\d+)\\.";
    return RenameTable.builder()
        .rename("(?:dinov2\\w*\\.)?embeddings\\.cls_token", "cls_token")
        .rename("(?:dinov2\\w*\\.)?embeddings\\.register_tokens", "register_tokens")
        .rename("(?:dinov2\\w*\\.)?embeddings\\.position_embeddings", "pos_embed")
        .rename(
            "(?:dinov2\\w*\\.)?embeddings\\.patch_embeddings\\.projection\\.(\\w+)",
            "patch_embed.proj.$1")
        .rename(layer + "(norm[12]\\.\\w+|mlp\\.fc[12]\\.\\w+)", "blocks.$1.$2")
        .stack(
            "blocks.$1.attn.qkv.$2",
            layer + "attention\\.attention\\.query\\.(\\w+)",
            layer + "attention\\.attention\\.key\\.(\\w+)",
            layer + "attention\\.attention\\.value\\.(\\w+)")
        .rename(layer + "attention\\.output\\.dense\\.(\\w+)", "blocks.$1.attn.proj.$2")
        .rename(layer + "layer_scale([12])\\.lambda1", "blocks.$1.ls$2.gamma")
        .rename("(?:dinov2\\w*\\.)?layernorm\\.(\\w+)", "norm.$1")
        .ignore("(?:dinov2\\w*\\.)?embeddings\\.mask_token|classifier\\..*")
        .build();
  }
}
