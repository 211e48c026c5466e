package io.github.geofix.models.geoclip;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.StrictJson;
import io.github.geofix.core.partition.PointSet;
import io.github.geofix.models.Release;
import io.github.geofix.models.Release.ReleaseFile;
import io.github.geofix.models.internal.backbone.ClipFolder;
import io.github.geofix.models.internal.io.Settings;
import io.github.geofix.models.io.ModelCard.Attribution;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * GeoCLIP as its authors publish it, in one of two layouts: the release folder, with a {@code
 * config.json}, or the files of the Python package.
 */
final class GeoClipRelease {
  static final Release RELEASE =
      new Release(
          "geoclip",
          new Attribution(
              "GeoCLIP with CLIP ViT-L/14",
              "MIT (GeoCLIP); MIT (CLIP, whose model card advises against deployed use without"
                  + " tests for the task)",
              "https://github.com/VicenteVivan/geo-clip,"
                  + " https://huggingface.co/openai/clip-vit-large-patch14",
              "Vivanco Cepeda, Nayak and Shah, \"GeoCLIP: Clip-Inspired Alignment between Locations"
                  + " and Images for Effective Worldwide Geo-localization\", NeurIPS 2023"),
          "CLIP ViT-L/14 at 224 px, two linear layers, and an encoder of positions, compared with"
              + " those of a gallery",
          "shorter side to 224 px bicubically, middle cut out, CLIP's mean and deviation",
          List.of(
              new ReleaseFile("config.json", "format 1 of the authors' code"),
              new ReleaseFile("model.safetensors", "all but CLIP, 42 MB"),
              new ReleaseFile("the .csv file that config.json names", "100,000 positions, LAT,LON"),
              new ReleaseFile(
                  "or, of the Python package: location_encoder_weights.pth,"
                      + " image_encoder_mlp_weights.pth, logit_scale_weights.pth,"
                      + " coordinates_100K.csv",
                  "the same, 42 MB; they may be in weights and gps_gallery"),
              new ReleaseFile(
                  "--backbone: the folder of openai/clip-vit-large-patch14, or its"
                      + " model.safetensors",
                  "CLIP with its config.json and preprocessor_config.json, 1.7 GB")),
          GeoClipRelease::read);

  private static final long MAX_JSON_BYTES = 1 << 20;

  /** The file of a release that holds all arrays. */
  static final String WEIGHTS = "model.safetensors";

  /** Where the files of the Python package are, below its folder {@code geoclip/model}. */
  private static final List<String> FOLDERS = List.of("", "weights", "gps_gallery");

  private GeoClipRelease() {}

  /**
   * What a layout holds.
   *
   * @param parts for each part of the head its file, see {@link GeoClipParts}
   * @param sigmas of the location encoder
   * @param gallery a CSV file of positions
   */
  record Layout(GeoClipParts parts, List<Double> sigmas, Path gallery) {}

  private static Release.Imported read(Release.Source source) {
    Path folder = source.folder();
    GeoClipConfig released = GeoClipConfig.released();
    ClipFolder clip = ClipFolder.open(backbone(source), released.backbone());
    Layout layout =
        Files.exists(folder.resolve("config.json")) ? releaseFolder(folder) : packageFiles(folder);
    try (GeoClipParts parts = layout.parts()) {
      GeoClipConfig config =
          released
              .withBackbone(clip.options())
              .withHeads(parts.hidden(), parts.location(layout.sigmas()));
      List<LatLng> gallery =
          source.positions().isEmpty()
              ? PointSet.readPositions(layout.gallery())
              : source.positions();
      return GeoClipModel.of(
          Settings.apply(config, source.settings()), clip::fill, parts::fill, gallery);
    }
  }

  private static Path backbone(Release.Source source) {
    return source
        .backbone()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "GeoCLIP needs CLIP: name the folder of openai/clip-vit-large-patch14, or its"
                        + " model.safetensors, by --backbone"));
  }

  // The release folder

  private static Layout releaseFolder(Path folder) {
    Path file = folder.resolve("config.json");
    JsonObject config = config(file, "geoclip-geolocation");
    List<Double> sigmas = sigmas(file, config);
    Path gallery = gallery(folder, file, config.get("gallery_file"));
    return new Layout(GeoClipParts.ofRelease(folder.resolve(WEIGHTS)), sigmas, gallery);
  }

  /**
   * Reads the configuration of a release.
   *
   * @param modelType what it must hold
   */
  static JsonObject config(Path file, String modelType) {
    JsonObject config = json(file);
    boolean known =
        config.get("format_version") instanceof JsonPrimitive version
            && version.isNumber()
            && version.getAsString().equals("1")
            && config.get("model_type") instanceof JsonPrimitive type
            && type.isString()
            && type.getAsString().equals(modelType);
    if (!known) {
      throw new ModelFormatException(
          "%s is not of a GeoCLIP release: format_version must be the number 1 and model_type"
                  .formatted(file)
              + " \"%s\", not %s and %s"
                  .formatted(modelType, config.get("format_version"), config.get("model_type")));
    }
    return config;
  }

  /** Returns the sigmas that a release's configuration names. */
  static List<Double> sigmas(Path file, JsonObject config) {
    List<Double> sigmas = new ArrayList<>();
    if (config.get("sigma") instanceof JsonArray array) {
      for (JsonElement sigma : array) {
        if (!(sigma instanceof JsonPrimitive number) || !number.isNumber()) {
          throw new ModelFormatException(file + ": sigma must be a list of numbers: " + array);
        }
        sigmas.add(number.getAsDouble());
      }
    }
    if (sigmas.isEmpty()) {
      throw new ModelFormatException(file + " names no sigma: a list of numbers is needed");
    }
    return sigmas;
  }

  private static Path gallery(Path folder, Path file, @Nullable JsonElement name) {
    // The configuration may come from anywhere: it must not reach out of its folder.
    String bare = name instanceof JsonPrimitive text && text.isString() ? text.getAsString() : "";
    if (!bare.matches("[^/\\\\]+\\.csv") || bare.startsWith(".")) {
      throw new ModelFormatException(
          file + ": gallery_file must name a .csv file in its folder, not " + name);
    }
    Path gallery = folder.resolve(bare);
    if (!Files.isRegularFile(gallery)) {
      throw new ModelFormatException(file + " names " + gallery + ", which does not exist");
    }
    return gallery;
  }

  private static JsonObject json(Path file) {
    try {
      return StrictJson.readObject(file, MAX_JSON_BYTES);
    } catch (IllegalArgumentException e) {
      throw new ModelFormatException(String.valueOf(e.getMessage()), e);
    }
  }

  // The files of the Python package

  private static Layout packageFiles(Path folder) {
    Path gallery = find(folder, "coordinates_100K.csv");
    Path locations = find(folder, "location_encoder_weights.pth");
    Path projection = find(folder, "image_encoder_mlp_weights.pth");
    Path scale = find(folder, "logit_scale_weights.pth");
    return new Layout(
        GeoClipParts.ofPackage(locations, projection, scale),
        GeoClipLocationEncoder.Options.released().sigmas(),
        gallery);
  }

  private static Path find(Path folder, String name) {
    for (String below : FOLDERS) {
      Path file = folder.resolve(below).resolve(name);
      if (Files.isRegularFile(file)) {
        return file;
      }
    }
    throw new ModelFormatException(
        "%s is no release of GeoCLIP: it has neither config.json nor %s, in it or in %s"
            .formatted(folder, name, String.join(" or ", FOLDERS.subList(1, FOLDERS.size()))));
  }
}
