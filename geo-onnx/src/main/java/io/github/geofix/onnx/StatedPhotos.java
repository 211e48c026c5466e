package io.github.geofix.onnx;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.internal.StrictJson;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.io.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How photos are read for an ONNX file, as far as it is stated: by the {@code
 * preprocessor_config.json} of Transformers beside the file, and by settings, which count more.
 * Nothing is assumed.
 */
final class StatedPhotos {
  private static final String FILE = "preprocessor_config.json";
  private static final long MAX_BYTES = 1 << 20;

  private static final List<String> NEEDED =
      List.of(
          "image.height",
          "image.width",
          "image.fit",
          "image.interpolation",
          "image.mean",
          "image.std");

  /** 1/255, by which Transformers scales bytes. */
  private static final double SCALE = 1.0 / 255;

  private static final double ROUNDED = 1e-6;

  private final Path file;
  private final JsonObject stated;
  private final Map<String, String> settings = new LinkedHashMap<>();

  private StatedPhotos(Path file, JsonObject stated) {
    this.file = file;
    this.stated = stated;
  }

  /**
   * Returns the configuration of a file.
   *
   * @param given settings of the caller, by name; {@code output} and {@code pooling} too
   * @throws IllegalArgumentException if something is stated nowhere; the message names it
   * @throws ModelFormatException if what is beside the file cannot be read, or states what GeoFix
   *     does not do
   */
  static OnnxEncoder.Config config(Path onnx, Map<String, String> given) {
    Path beside = onnx.resolveSibling(FILE);
    Map<String, String> all = new LinkedHashMap<>();
    boolean isComplete = NEEDED.stream().allMatch(name -> isGiven(given, name));
    if (!isComplete && Files.isRegularFile(beside)) {
      all.putAll(read(beside));
    }
    all.putAll(given);
    List<String> missing = NEEDED.stream().filter(name -> !isGiven(all, name)).toList();
    if (!missing.isEmpty()) {
      throw new IllegalArgumentException(
          "nothing states how %s reads photos: put the publisher's %s beside it, or state %s; fit is"
                  .formatted(onnx, FILE, String.join(", ", missing))
              + " crop, crop-floor, crop-first or stretch, interpolation bilinear or bicubic,"
              + " image.mean={\"red\":0.5,\"green\":0.5,\"blue\":0.5} likewise image.std");
    }
    // All of the image is replaced.
    return Settings.apply(OnnxEncoder.Config.of(ImageSpec.symmetric(1)), all);
  }

  private static boolean isGiven(Map<String, String> settings, String name) {
    return settings.containsKey(name)
        || List.of(".red", ".green", ".blue").stream()
            .allMatch(channel -> settings.containsKey(name + channel));
  }

  private static Map<String, String> read(Path file) {
    try {
      StatedPhotos photos = new StatedPhotos(file, StrictJson.readObject(file, MAX_BYTES));
      photos.size();
      photos.normalization();
      return photos.settings;
    } catch (IllegalArgumentException e) {
      throw new ModelFormatException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  private void size() {
    boolean crops = flag("do_center_crop", stated.has("crop_size"));
    if (!flag("do_resize", stated.has("size"))) {
      throw unlike("do_resize false");
    }
    JsonElement size = stated.get("size");
    Integer shortest = side(size, "shortest_edge");
    if (crops) {
      JsonElement crop = stated.get("crop_size");
      Integer height = side(crop, "height");
      Integer width = side(crop, "width");
      boolean covers =
          height != null
              && width != null
              && shortest != null
              && Math.max(height, width) == shortest
              && height.equals(width);
      if (!covers) {
        throw unlike("size %s and crop_size %s".formatted(size, crop));
      }
      sides(height, width);
      settings.put("image.fit", "crop-floor");
    } else if (side(size, "height") != null && side(size, "width") != null) {
      sides(side(size, "height"), side(size, "width"));
      settings.put("image.fit", "stretch");
    } else {
      throw unlike("size %s without a crop".formatted(size));
    }
    int filter = stated.get("resample") instanceof JsonPrimitive number ? number.getAsInt() : -1;
    switch (filter) {
      case 2 -> settings.put("image.interpolation", "bilinear");
      case 3 -> settings.put("image.interpolation", "bicubic");
      default -> throw unlike("resample " + stated.get("resample"));
    }
  }

  private void sides(@Nullable Integer height, @Nullable Integer width) {
    settings.put("image.height", String.valueOf(height));
    settings.put("image.width", String.valueOf(width));
  }

  /** Returns a side; a size that is one number has it for all names. */
  private static @Nullable Integer side(@Nullable JsonElement size, String name) {
    JsonElement value = size instanceof JsonObject sides ? sides.get(name) : size;
    return value instanceof JsonPrimitive number && number.isNumber() ? number.getAsInt() : null;
  }

  private void normalization() {
    if (!flag("do_rescale", true)
        || (stated.get("rescale_factor") instanceof JsonPrimitive factor
            && Math.abs(factor.getAsDouble() - SCALE) > ROUNDED)) {
      throw unlike("values that are not scaled by 1/255");
    }
    if (flag("do_normalize", stated.has("image_mean"))) {
      settings.put("image.mean", rgb("image_mean"));
      settings.put("image.std", rgb("image_std"));
    } else {
      settings.put("image.mean", "{\"red\":0,\"green\":0,\"blue\":0}");
      settings.put("image.std", "{\"red\":1,\"green\":1,\"blue\":1}");
    }
  }

  private String rgb(String name) {
    if (stated.get(name) instanceof JsonArray values && values.size() == 3) {
      JsonObject rgb = new JsonObject();
      rgb.add("red", values.get(0));
      rgb.add("green", values.get(1));
      rgb.add("blue", values.get(2));
      return rgb.toString();
    }
    throw unlike(name + " " + stated.get(name));
  }

  private boolean flag(String name, boolean otherwise) {
    boolean given = stated.get(name) instanceof JsonPrimitive value && value.isBoolean();
    return given ? stated.get(name).getAsBoolean() : otherwise;
  }

  private ModelFormatException unlike(String what) {
    return new ModelFormatException(
        "%s states %s, which GeoFix does not do: state how photos are read by image.height,"
                .formatted(file, what)
            + " image.width, image.fit, image.interpolation, image.mean and image.std yourself");
  }
}
