package io.github.geofix.models.internal.backbone;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.internal.StrictJson;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.image.ImageSpec.Interpolation;
import io.github.geofix.models.image.ImageSpec.Rgb;
import io.github.geofix.models.nn.Activation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the files beside published weights state about them: {@code config.json} and {@code
 * preprocessor_config.json} of Transformers, {@code config.json} of timm, {@code
 * open_clip_config.json} of OpenCLIP. What does not agree with a network is refused.
 */
public final class StatedConfig {
  private static final long MAX_BYTES = 1 << 20;

  private static final String ADVICE =
      "backbones named clip-.. have quick_gelu, those named openclip-.. gelu";

  /** Publishers round the means to four digits and more. */
  private static final double ROUNDED = 1e-4;

  private final Path weights;
  private final Path config;
  private final @Nullable JsonObject transformers;
  private final @Nullable JsonObject timm;
  private final Path openClipFile;
  private final @Nullable JsonObject openClip;
  private final Path preprocessorFile;
  private final @Nullable JsonObject preprocessor;
  private final List<String> notes = new ArrayList<>();

  /** Reads the files beside weights, as far as they are there. */
  public StatedConfig(Path weights) {
    this.weights = weights;
    config = weights.resolveSibling("config.json");
    openClipFile = weights.resolveSibling("open_clip_config.json");
    preprocessorFile = weights.resolveSibling("preprocessor_config.json");
    JsonObject both = read(config);
    transformers = both != null && both.has("model_type") ? both : null;
    timm = both != null && both.has("architecture") ? both : null;
    openClip = read(openClipFile);
    preprocessor = read(preprocessorFile);
  }

  private static @Nullable JsonObject read(Path file) {
    if (!Files.isRegularFile(file)) {
      return null;
    }
    try {
      return StrictJson.readObject(file, MAX_BYTES);
    } catch (IllegalArgumentException e) {
      throw new ModelFormatException(
          "%s beside the weights cannot be read: %s".formatted(file, e.getMessage()), e);
    }
  }

  /** Returns what differs without harm, one sentence each. */
  public List<String> notes() {
    return notes;
  }

  void note(String sentence) {
    notes.add(sentence);
  }

  /**
   * Checks the kind of network.
   *
   * @param modelTypes how {@code model_type} of Transformers may be
   * @param architecture a regular expression for the name in timm
   */
  void requireKind(List<String> modelTypes, String architecture) {
    if (transformers != null && !modelTypes.contains(text(transformers, "model_type"))) {
      throw differs(config, "model_type", transformers.get("model_type"), modelTypes);
    }
    if (timm != null && !text(timm, "architecture").matches(architecture)) {
      throw differs(config, "architecture", timm.get("architecture"), architecture);
    }
  }

  /** Checks a number or text of Transformers, if it is stated. */
  void require(String name, Object ours) {
    if (transformers != null) {
      require(config, vision(transformers), name, ours);
    }
  }

  /** Checks a number of OpenCLIP's description of the image encoder, if it is stated. */
  void requireOpenClip(String name, Object ours) {
    JsonObject model = openClipModel();
    if (model != null && model.get("vision_cfg") instanceof JsonObject vision) {
      require(openClipFile, vision, name, ours);
    }
  }

  private static void require(Path file, JsonObject stated, String name, Object ours) {
    if (stated.get(name) instanceof JsonPrimitive value) {
      boolean same =
          (ours instanceof Number number && value.isNumber())
              ? value.getAsDouble() == number.doubleValue()
              : value.getAsString().equals(ours.toString());
      if (!same) {
        throw differs(file, name, value, ours);
      }
    }
  }

  private static JsonObject vision(JsonObject all) {
    return all.get("vision_config") instanceof JsonObject inner ? inner : all;
  }

  private @Nullable JsonObject openClipModel() {
    return openClip != null && openClip.get("model_cfg") instanceof JsonObject model ? model : null;
  }

  /**
   * Checks the activation of CLIP, which its tensors do not show.
   *
   * @param ours that of the network
   * @param given that of the weights as the user knows it; null to rely on the files
   */
  void requireClipActivation(Activation ours, @Nullable Activation given) {
    boolean stated = false;
    if (transformers != null) {
      // Transformers takes quick GELU where none is named.
      JsonElement name = vision(transformers).get("hidden_act");
      requireActivation(
          config, name == null ? "quick_gelu" : text(vision(transformers), "hidden_act"), ours);
      stated = true;
    }
    if (timm != null) {
      boolean quick = text(timm, "architecture").contains("quickgelu");
      requireActivation(config, quick ? "quick_gelu" : "gelu", ours);
      stated = true;
    }
    JsonObject model = openClipModel();
    if (model != null) {
      JsonElement flag = model.get("quick_gelu");
      boolean quick = flag instanceof JsonPrimitive value && value.getAsBoolean();
      requireActivation(openClipFile, quick ? "quick_gelu" : "gelu", ours);
      stated = true;
    }
    if (given != null && given != ours) {
      throw new ModelFormatException(
          "the weights are said to need %s, the network has %s: %s".formatted(given, ours, ADVICE));
    }
    if (!stated && given == null) {
      throw new ModelFormatException(
          weights
              + ": nothing beside these weights states which activation they need, and neither do"
              + " their names and shapes: OpenAI's need quick_gelu, most of OpenCLIP's (LAION,"
              + " DataComp) gelu. Put the publisher's config.json or open_clip_config.json beside"
              + " them, or state the activation");
    }
  }

  private static void requireActivation(Path file, String stated, Activation ours) {
    if (!stated.equalsIgnoreCase(ours.name())) {
      throw new ModelFormatException(
          "%s states the activation %s, the network has %s: %s"
              .formatted(file, stated, ours, ADVICE));
    }
  }

  /** Checks how photos are normalized and resized. */
  public void requireImage(ImageSpec image) {
    boolean stated = false;
    if (preprocessor != null) {
      checkImage(preprocessorFile, preprocessor, "image_mean", "image_std", image);
      if (preprocessor.get("resample") instanceof JsonPrimitive number && number.isNumber()) {
        requireInterpolation(preprocessorFile, pillow(number.getAsInt()), image);
      }
      stated = preprocessor.has("image_mean");
      noteSize(preprocessor.get("crop_size"), image);
    }
    if (timm != null) {
      JsonObject pretrained = timm.get("pretrained_cfg") instanceof JsonObject inner ? inner : timm;
      stated |= checkNamed(config, pretrained, image);
    }
    if (openClip != null && openClip.get("preprocess_cfg") instanceof JsonObject inner) {
      stated |= checkNamed(openClipFile, inner, image);
    }
    if (!stated) {
      note(
          "nothing beside the weights states how photos are normalized; the model takes mean %s"
                  .formatted(image.mean())
              + " and std "
              + image.std());
    }
  }

  private void noteSize(@Nullable JsonElement crop, ImageSpec image) {
    JsonElement side = crop instanceof JsonObject sides ? sides.get("height") : crop;
    if (side instanceof JsonPrimitive number
        && number.isNumber()
        && number.getAsInt() != image.height()) {
      note(
          "photos were cut to %s pixels for the weights; the model reads %d x %d"
              .formatted(number, image.height(), image.width()));
    }
  }

  private boolean checkNamed(Path file, JsonObject stated, ImageSpec image) {
    checkImage(file, stated, "mean", "std", image);
    if (stated.get("interpolation") instanceof JsonPrimitive name) {
      requireInterpolation(file, name.getAsString(), image);
    }
    return stated.has("mean");
  }

  private static void checkImage(
      Path file, JsonObject stated, String mean, String std, ImageSpec image) {
    requireRgb(file, stated, mean, image.mean());
    requireRgb(file, stated, std, image.std());
  }

  private static void requireRgb(Path file, JsonObject stated, String name, Rgb ours) {
    if (!stated.has(name)) {
      return;
    }
    double[] wanted = {ours.red(), ours.green(), ours.blue()};
    boolean same = stated.get(name) instanceof JsonArray values && values.size() == 3;
    for (int i = 0; same && i < 3; i++) {
      same =
          stated.getAsJsonArray(name).get(i) instanceof JsonPrimitive number
              && number.isNumber()
              && Math.abs(number.getAsDouble() - wanted[i]) < ROUNDED;
    }
    if (!same) {
      throw differs(file, name, stated.get(name), ours);
    }
  }

  private static void requireInterpolation(Path file, String stated, ImageSpec image) {
    String ours = image.interpolation() == Interpolation.BILINEAR ? "bilinear" : "bicubic";
    if (!stated.equals(ours)) {
      throw differs(file, "the interpolation", stated, ours);
    }
  }

  /** Pillow's numbers of its filters. */
  private static String pillow(int number) {
    return switch (number) {
      case 2 -> "bilinear";
      case 3 -> "bicubic";
      default -> "filter " + number + " of Pillow";
    };
  }

  private static String text(JsonObject object, String name) {
    return object.get(name) instanceof JsonPrimitive value ? value.getAsString() : "";
  }

  private static ModelFormatException differs(
      Path file, String name, @Nullable Object stated, Object ours) {
    return new ModelFormatException(
        "%s states %s %s, the model has %s: choose the backbone and the settings that the weights were"
                .formatted(file, name, stated, ours)
            + " made with");
  }
}
