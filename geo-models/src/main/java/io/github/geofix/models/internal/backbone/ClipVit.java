package io.github.geofix.models.internal.backbone;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.nn.TransformerBlock;
import io.github.geofix.models.nn.Activation;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.LayerNorm;
import io.github.geofix.models.nn.Linear;
import io.github.geofix.models.nn.Parameter;
import io.github.geofix.models.nn.Parameter.Init;
import io.github.geofix.models.nn.PatchEmbedding;
import io.github.geofix.models.weights.RenameTable;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The image encoder of CLIP: a Vision Transformer with a normalization before the first block, and
 * a projection of the class token into the space that images and texts share.
 *
 * <p>Published weights differ in the activation, which their names and shapes do not show: OpenAI's
 * need {@link Activation#QUICK_GELU}, most of OpenCLIP's (LAION, DataComp) {@link Activation#GELU}.
 * With the wrong one vectors are nearly parallel to the right ones, and wrong.
 *
 * <p>Radford et al., "Learning Transferable Visual Models From Natural Language Supervision", ICML
 * 2021; Dosovitskiy et al., "An Image is Worth 16x16 Words", ICLR 2021. OpenAI published code and
 * weights under the MIT license (openai/CLIP); its model card advises against deployed use that has
 * not been tested for the task.
 *
 * <p>{@link #forward} gives the tokens before the last normalization and the projection, {@link
 * #vector} the projected class token. Parameters are named as timm names them.
 */
public final class ClipVit extends VisionTransformer {
  private static final double EPSILON = 1e-5;

  /**
   * The size of the network.
   *
   * @param image the images it reads: squares, filled by whole patches
   * @param patch side of a patch in pixels
   * @param width length D of a token
   * @param depth number of blocks
   * @param heads attention heads of a block
   * @param projection length of the projected vector; 0 for a network that projects nothing, whose
   *     vector is the class token after the last normalization
   * @param mlp the perceptrons of the blocks
   * @param dropPath rate at which training skips a branch of the last block; earlier ones less
   */
  public record Options(
      ImageSpec image,
      int patch,
      int width,
      int depth,
      int heads,
      int projection,
      Mlp mlp,
      double dropPath) {

    /**
     * The perceptrons of the blocks.
     *
     * @param width of their middle, four times that of a token in all published sizes
     * @param activation of their middle
     */
    public record Mlp(int width, Activation activation) {}

    /** Creates the options of a network whose perceptrons are four times as wide as a token. */
    public Options(
        ImageSpec image,
        int patch,
        int width,
        int depth,
        int heads,
        int projection,
        Activation activation,
        double dropPath) {
      this(image, patch, width, depth, heads, projection, new Mlp(4 * width, activation), dropPath);
    }

    /** Checks that whole patches fill the image. */
    public Options {
      if (image.height() != image.width()) {
        throw new IllegalArgumentException(
            "CLIP reads squares, not " + image.height() + " x " + image.width() + " pixels");
      }
      if (patch < 1 || image.width() < patch || image.width() % patch != 0) {
        throw new IllegalArgumentException(
            "images of " + image.width() + " px are not filled by patches of " + patch + " px");
      }
    }

    private static Options of(int size, int patch, int width, int depth, int heads, int vector) {
      return new Options(
          ImageSpec.clip(size), patch, width, depth, heads, vector, Activation.QUICK_GELU, 0);
    }

    /** OpenAI's ViT-B/32 at 224 px: 87.8 million parameters. */
    public static Options b32() {
      return of(224, 32, 768, 12, 12, 512);
    }

    /** OpenAI's ViT-B/16 at 224 px: 86.2 million parameters. */
    public static Options b16() {
      return of(224, 16, 768, 12, 12, 512);
    }

    /** OpenAI's ViT-L/14 at 224 px: 304.0 million parameters. */
    public static Options l14() {
      return of(224, 14, 1024, 24, 16, 768);
    }

    /** OpenAI's ViT-L/14 at 336 px: 304.3 million parameters. */
    public static Options l14At336() {
      return l14().withImageSize(336);
    }

    /** Returns a copy for images of another size. */
    public Options withImageSize(int newImageSize) {
      return withImage(image.withSize(newImageSize, newImageSize));
    }

    /** Returns a copy for other images. */
    public Options withImage(ImageSpec newImage) {
      return new Options(newImage, patch, width, depth, heads, projection, mlp, dropPath);
    }

    /** Returns a copy with another activation. */
    public Options withActivation(Activation newActivation) {
      return new Options(
          image,
          patch,
          width,
          depth,
          heads,
          projection,
          new Mlp(mlp.width(), newActivation),
          dropPath);
    }
  }

  private final Options options;
  private final Parameter classToken;
  private final Parameter position;
  private final PatchEmbedding patches;
  private final LayerNorm normBefore;
  private final LayerNorm norm;
  private final @Nullable Linear head;

  /** Creates the network without values. */
  public ClipVit(Options options) {
    super(options.image(), options.width(), options.patch());
    this.options = options;
    int width = options.width();
    int side = options.image().width() / options.patch();
    Init init = Init.normal(1 / Math.sqrt(width));
    classToken = parameter("cls_token", init, width);
    position = parameter("pos_embed", init, (long) side * side + 1, width);
    patches = child("patch_embed", new PatchEmbedding(options.patch(), width, false));
    normBefore = child("norm_pre", new LayerNorm(width, EPSILON));
    TransformerBlock.Options block =
        new TransformerBlock.Options(
            width,
            options.heads(),
            options.mlp().width(),
            options.mlp().activation(),
            EPSILON,
            0,
            0);
    addBlocks(block, options.depth(), options.dropPath());
    norm = child("norm", new LayerNorm(width, EPSILON));
    head =
        options.projection() == 0
            ? null
            : child("head", new Linear(width, options.projection(), false));
  }

  /** Returns the size of the network. */
  public Options options() {
    return options;
  }

  /**
   * Returns the tokens after the last block, class token first, not normalized: {@code [B, 1 + N,
   * D]}.
   *
   * @throws IllegalArgumentException if the images have another size than the network was made for
   */
  @Override
  public NDArray forward(Forward f, NDArray images) {
    Shape shape = images.getShape();
    int side = options.image().width();
    if (shape.get(2) != side || shape.get(3) != side) {
      throw new IllegalArgumentException(
          "images %s given, this network reads %d x %d pixels: use withImageSize or resize them"
              .formatted(shape, side, side));
    }
    NDArray x = Tokens.withClassToken(classToken, patches.forward(f, images));
    x = normBefore.forward(f, x.add(position.array()));
    return encoded(f, x);
  }

  @Override
  public Features features(Forward f, NDArray images) {
    NDArray tokens = forward(f, images);
    return new Features(tokens, projected(f, tokens));
  }

  /** Projects the class token of {@link #forward}'s result, to have both from one pass. */
  public NDArray projected(Forward f, NDArray tokens) {
    NDArray pooled = norm.forward(f, tokens.get(":, 0"));
    return head == null ? pooled : head.forward(f, pooled);
  }

  @Override
  public int vectorWidth() {
    return head == null ? width() : options.projection();
  }

  @Override
  protected boolean isForVectorAlone(String parameter) {
    return parameter.startsWith("norm.") || parameter.startsWith("head.");
  }

  @Override
  public int classTokens() {
    return 1;
  }

  @Override
  String trainedSizeOption() {
    return "withImageSize";
  }

  @Override
  public void check(StatedConfig stated, @Nullable Activation activation) {
    stated.requireKind(List.of("clip", "clip_vision_model"), ".*_clip_.*");
    stated.require("num_attention_heads", options.heads());
    stated.require("num_hidden_layers", options.depth());
    stated.require("patch_size", options.patch());
    stated.require("image_size", options.image().height());
    stated.require("layer_norm_eps", EPSILON);
    stated.requireOpenClip("layers", options.depth());
    stated.requireOpenClip("patch_size", options.patch());
    stated.requireOpenClip("head_width", options.width() / options.heads());
    stated.requireClipActivation(options.mlp().activation(), activation);
    super.check(stated, activation);
  }

  @Override
  public Map<String, RenameTable> checkpointNames() {
    return Map.of(
        "openai", openAiNames(),
        "openai-visual", openAiVisualNames(),
        "timm", timmNames(),
        "huggingface", huggingFaceNames());
  }

  /** The names in OpenAI's checkpoints of image and text encoder together. */
  public static RenameTable openAiNames() {
    return openAiNames("visual\\.").ignore("(?!visual\\.).*").build();
  }

  /** The names in OpenAI's code of the image encoder alone. */
  public static RenameTable openAiVisualNames() {
    return openAiNames("").build();
  }

  private static RenameTable.Builder openAiNames(String prefix) {
    String block = prefix + "transformer\\.resblocks\\.(\\d+)\\.";
    return RenameTable.builder()
        .rename(prefix + "class_embedding", "cls_token")
        .rename(prefix + "positional_embedding", "pos_embed")
        .transpose(prefix + "proj", "head.weight")
        .rename(prefix + "conv1\\.weight", "patch_embed.proj.weight")
        .rename(prefix + "ln_pre\\.(\\w+)", "norm_pre.$1")
        .rename(prefix + "ln_post\\.(\\w+)", "norm.$1")
        .rename(block + "ln_([12])\\.(\\w+)", "blocks.$1.norm$2.$3")
        .rename(block + "attn\\.in_proj_(\\w+)", "blocks.$1.attn.qkv.$2")
        .rename(block + "attn\\.out_proj\\.(\\w+)", "blocks.$1.attn.proj.$2")
        .rename(block + "mlp\\.c_fc\\.(\\w+)", "blocks.$1.mlp.fc1.$2")
        .rename(block + "mlp\\.c_proj\\.(\\w+)", "blocks.$1.mlp.fc2.$2");
  }

  /**
   * The names in Hugging Face's checkpoints, with or without the text encoder; those of the image
   * encoder alone without {@code vision_model.} in front, as Transformers 5 writes them.
   */
  public static RenameTable huggingFaceNames() {
    String vision = "(?:vision_model\\.)?";
    String layer = vision + "encoder\\.layers\\.(\\d+)\\.";
    return RenameTable.builder()
        .rename(vision + "embeddings\\.class_embedding", "cls_token")
        .rename(vision + "embeddings\\.position_embedding\\.weight", "pos_embed")
        .rename(vision + "embeddings\\.patch_embedding\\.weight", "patch_embed.proj.weight")
        // Spelled so in the checkpoints.
        .rename(vision + "pre_layrnorm\\.(\\w+)", "norm_pre.$1")
        .rename(vision + "post_layernorm\\.(\\w+)", "norm.$1")
        .rename("visual_projection\\.weight", "head.weight")
        .rename(layer + "layer_norm([12])\\.(\\w+)", "blocks.$1.norm$2.$3")
        .stack(
            "blocks.$1.attn.qkv.$2",
            layer + "self_attn\\.q_proj\\.(\\w+)",
            layer + "self_attn\\.k_proj\\.(\\w+)",
            layer + "self_attn\\.v_proj\\.(\\w+)")
        .rename(layer + "self_attn\\.out_proj\\.(\\w+)", "blocks.$1.attn.proj.$2")
        .rename(layer + "mlp\\.fc([12])\\.(\\w+)", "blocks.$1.mlp.fc$2.$3")
        .ignore(vision + "embeddings\\.position_ids|logit_scale|text_.*")
        .build();
  }

  /** The names in timm's checkpoints: ours. */
  public static RenameTable timmNames() {
    return RenameTable.IDENTITY;
  }
}
