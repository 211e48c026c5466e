package io.github.geofix.models.internal.backbone;

import ai.djl.ndarray.NDManager;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.format.TensorFile;
import io.github.geofix.core.internal.StrictJson;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.image.ImageSpec.Fit;
import io.github.geofix.models.image.ImageSpec.Interpolation;
import io.github.geofix.models.image.ImageSpec.Rgb;
import io.github.geofix.models.internal.weights.Weights;
import io.github.geofix.models.nn.Activation;
import io.github.geofix.models.weights.ImportReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A folder of Hugging Face that holds CLIP: {@code config.json} names the size and the activation,
 * {@code preprocessor_config.json} how photos are read, and a file holds the weights, with or
 * without the text encoder. Values that both configurations lack are required from the user, and
 * contradictions are refused.
 */
public final class ClipFolder {
  private static final List<String> WEIGHTS =
      List.of(
          "model.safetensors",
          "model.safetensors.index.json",
          "pytorch_model.bin",
          "open_clip_pytorch_model.bin");

  private static final long MAX_JSON_BYTES = 1 << 20;

  /** The constants of {@link ClipVit}. */
  private static final double EPSILON = 1e-5;

  /** Pillow's number of the bicubic filter. */
  private static final int BICUBIC = 3;

  private final Path weights;
  private final ClipVit.Options options;

  private ClipFolder(Path weights, ClipVit.Options options) {
    this.weights = weights;
    this.options = options;
  }

  /**
   * Opens a folder, or one of its weight files with the configurations beside it.
   *
   * @param known the network where there are no configurations, for releases that are always built
   *     on the same one; null to require them
   * @throws ModelFormatException if a file is missing, or describes another network than {@link
   *     ClipVit} or other preprocessing than {@link ImageSpec} can
   */
  public static ClipFolder open(Path path, ClipVit.@Nullable Options known) {
    Path weights = Files.isDirectory(path) ? weightsIn(path) : path;
    Path config = weights.resolveSibling("config.json");
    Path preprocessor = weights.resolveSibling("preprocessor_config.json");
    if (known != null && !Files.exists(config) && !Files.exists(preprocessor)) {
      return new ClipFolder(weights, known);
    }
    return new ClipFolder(weights, options(config).withImage(image(preprocessor)));
  }

  private static Path weightsIn(Path folder) {
    return Weights.firstOf(folder, WEIGHTS)
        .orElseThrow(
            () ->
                new ModelFormatException(
                    folder + " holds no weights: none of " + String.join(", ", WEIGHTS)));
  }

  /** Returns the size of the network, its activation and the images it reads. */
  public ClipVit.Options options() {
    return options;
  }

  /**
   * Fills the network that {@link #options} describe.
   *
   * @param manager owns the arrays
   * @return a report in which nothing is missing and nothing left over
   * @throws ModelFormatException if something is
   */
  public ImportReport fill(ClipVit network, NDManager manager) {
    try (TensorFile file = TensorFile.open(weights)) {
      return Weights.load(network, manager, file, ClipVit.huggingFaceNames()).requireExact();
    }
  }

  // config.json

  private static ClipVit.Options options(Path file) {
    JsonObject all = json(file, "the size and the activation of CLIP");
    JsonObject vision = all.get("vision_config") instanceof JsonObject inner ? inner : all;
    int width = whole(file, vision, "hidden_size");
    int hidden = whole(file, vision, "intermediate_size");
    JsonElement epsilon = vision.get("layer_norm_eps");
    if (epsilon != null && epsilon.getAsDouble() != EPSILON) {
      throw new ModelFormatException(file + ": layer_norm_eps is " + epsilon + ", CLIP's is 1e-5");
    }
    try {
      return new ClipVit.Options(
          ImageSpec.clip(whole(file, vision, "image_size")),
          whole(file, vision, "patch_size"),
          width,
          whole(file, vision, "num_hidden_layers"),
          whole(file, vision, "num_attention_heads"),
          // That of the vision part is a default that transformers writes whatever is right.
          all.get("projection_dim") == null ? 0 : whole(file, all, "projection_dim"),
          new ClipVit.Options.Mlp(hidden, activation(file, vision.get("hidden_act"))),
          0);
    } catch (IllegalArgumentException e) {
      throw new ModelFormatException(file + ": " + e.getMessage(), e);
    }
  }

  /** Returns the activation; transformers takes quick GELU where none is named. */
  private static Activation activation(Path file, @Nullable JsonElement name) {
    if (name == null) {
      return Activation.QUICK_GELU;
    }
    return switch (name.isJsonPrimitive() ? name.getAsString() : "") {
      case "quick_gelu" -> Activation.QUICK_GELU;
      case "gelu" -> Activation.GELU;
      default ->
          throw new ModelFormatException(
              file + ": hidden_act " + name + " is neither quick_gelu nor gelu");
    };
  }

  // preprocessor_config.json

  private static ImageSpec image(Path file) {
    JsonObject config = json(file, "how photos are resized and normalized");
    boolean usual =
        isNotFalse(config, "do_resize")
            && isNotFalse(config, "do_center_crop")
            && isNotFalse(config, "do_normalize")
            && isNotFalse(config, "do_rescale")
            && config.get("resample") instanceof JsonPrimitive resample
            && resample.isNumber()
            && resample.getAsDouble() == BICUBIC;
    if (!usual) {
      throw new ModelFormatException(
          file
              + " describes other preprocessing than CLIP's: resize bicubically (resample 3), cut"
              + " out the middle, normalize");
    }
    int size = size(file, config.get("size"), "size", "shortest_edge", "shortest_edge");
    int crop = size(file, config.get("crop_size"), "crop_size", "height", "width");
    if (size != crop) {
      throw new ModelFormatException(
          "%s: size %d and crop_size %d must be equal".formatted(file, size, crop));
    }
    return new ImageSpec(
        size,
        size,
        Fit.CROP_FLOOR,
        Interpolation.BICUBIC,
        rgb(file, config, "image_mean"),
        rgb(file, config, "image_std"));
  }

  private static boolean isNotFalse(JsonObject config, String name) {
    return !(config.get(name) instanceof JsonPrimitive flag
        && flag.isBoolean()
        && !flag.getAsBoolean());
  }

  /** Returns a size, which older files give as a number and newer ones by its sides. */
  private static int size(
      Path file, @Nullable JsonElement size, String name, String side, String other) {
    if (size instanceof JsonObject sides) {
      int first = whole(file, sides, side);
      if (first == whole(file, sides, other)) {
        return first;
      }
    } else if (size instanceof JsonPrimitive number && number.isNumber()) {
      return number.getAsInt();
    }
    throw new ModelFormatException(
        "%s: %s must be a number or %s and %s of one length, not %s"
            .formatted(file, name, side, other, size));
  }

  private static Rgb rgb(Path file, JsonObject config, String name) {
    if (config.get(name) instanceof JsonArray values && values.size() == 3) {
      try {
        return new Rgb(
            values.get(0).getAsFloat(), values.get(1).getAsFloat(), values.get(2).getAsFloat());
      } catch (NumberFormatException | UnsupportedOperationException e) {
        throw new ModelFormatException(file + ": " + name + " are not numbers: " + values, e);
      }
    }
    throw new ModelFormatException(
        file + ": " + name + " must be three numbers, not " + config.get(name));
  }

  // Both

  private static JsonObject json(Path file, String content) {
    if (!Files.isRegularFile(file)) {
      throw new ModelFormatException(
          "%s is missing, which names %s: put it beside the weights".formatted(file, content));
    }
    try {
      return StrictJson.readObject(file, MAX_JSON_BYTES);
    } catch (IllegalArgumentException e) {
      throw new ModelFormatException(String.valueOf(e.getMessage()), e);
    }
  }

  private static int whole(Path file, JsonObject config, String name) {
    if (config.get(name) instanceof JsonPrimitive number && number.isNumber()) {
      double value = number.getAsDouble();
      if (value >= 1 && value <= 1 << 20 && value == Math.rint(value)) {
        return (int) value;
      }
    }
    throw new ModelFormatException(
        "%s: %s must be a positive whole number, not %s".formatted(file, name, config.get(name)));
  }
}
