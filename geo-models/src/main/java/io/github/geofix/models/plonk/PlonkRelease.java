package io.github.geofix.models.plonk;

import ai.djl.ndarray.NDManager;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.format.TensorFile;
import io.github.geofix.core.internal.StrictJson;
import io.github.geofix.models.Release;
import io.github.geofix.models.Release.ReleaseFile;
import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.backbone.Pretrained;
import io.github.geofix.models.internal.backbone.ClipFolder;
import io.github.geofix.models.internal.backbone.ClipVit;
import io.github.geofix.models.internal.io.Settings;
import io.github.geofix.models.internal.plonk.PlonkConfig;
import io.github.geofix.models.internal.weights.Weights;
import io.github.geofix.models.io.ModelCard.Attribution;
import io.github.geofix.models.weights.ImportReport;
import io.github.geofix.models.weights.RenameTable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** PLONK as its authors publish it, for each of their three data sets. */
final class PlonkRelease {
  private static final ReleaseFile CONFIG =
      new ReleaseFile("config.json", "the size of the denoiser");
  private static final ReleaseFile WEIGHTS =
      new ReleaseFile("model.safetensors", "the denoiser, 144 MB");

  private static final String CITATION =
      "Dufour et al., \"Around the World in 80 Timesteps: A Generative Approach to Global Visual"
          + " Geolocation\", CVPR 2025";

  static final List<Release> RELEASES =
      List.of(
          new Release(
              "plonk-osv5m",
              new Attribution(
                  "PLONK on OpenStreetView-5M, with StreetCLIP",
                  "MIT (PLONK); CC-BY-NC-4.0 (StreetCLIP: no commercial use)",
                  "https://huggingface.co/nicolas-dufour/PLONK_OSV_5M,"
                      + " https://huggingface.co/geolocal/StreetCLIP",
                  CITATION),
              "StreetCLIP, a ViT-L/14 at 336 px, and flow matching on the sphere",
              "shorter side to 336 px bicubically, middle cut out, CLIP's mean and deviation",
              List.of(
                  CONFIG,
                  WEIGHTS,
                  new ReleaseFile(
                      "--backbone: the folder of geolocal/StreetCLIP",
                      "StreetCLIP with its config.json and preprocessor_config.json, 1.7 GB")),
              source -> read(source, PlonkConfig.osv5m())),
          ofDino("plonk-yfcc", "YFCC", "PLONK_YFCC"),
          ofDino("plonk-inaturalist", "iNaturalist", "PLONK_iNaturalist"));

  private static final long MAX_JSON_BYTES = 1 << 20;

  private PlonkRelease() {}

  private static Release ofDino(String name, String data, String repository) {
    return new Release(
        name,
        new Attribution(
            "PLONK on " + data + ", with DINOv2",
            "MIT (PLONK); Apache-2.0 (DINOv2)",
            "https://huggingface.co/nicolas-dufour/"
                + repository
                + ", https://github.com/facebookresearch/dinov2",
            CITATION),
        "DINOv2 ViT-L/14 with registers at 336 px, and flow matching on the sphere",
        "middle square cut out, then resized to 336 px bicubically, ImageNet's mean and deviation",
        List.of(
            CONFIG,
            WEIGHTS,
            new ReleaseFile(
                "--backbone: dinov2_vitl14_reg4_pretrain.pth", "DINOv2 with registers, 1.2 GB")),
        source -> read(source, PlonkConfig.dinov2()));
  }

  private static Release.Imported read(Release.Source source, PlonkConfig released) {
    if (!source.positions().isEmpty()) {
      throw new IllegalArgumentException(
          "PLONK chooses from no list: --gallery does not go with it");
    }
    Path backbone =
        source
            .backbone()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "PLONK needs its backbone: name its file or folder by --backbone"));
    PlonkConfig config =
        Settings.apply(released.withNetwork(network(source.folder())), source.settings());
    try (TensorFile file = TensorFile.open(source.folder().resolve("model.safetensors"))) {
      return PlonkModel.of(
          config,
          (network, manager) -> {
            Map<String, ImportReport> reports = new LinkedHashMap<>();
            reports.put(
                "denoiser",
                Weights.load(network.denoiser(), manager, file, RenameTable.IDENTITY)
                    .requireExact());
            reports.put("backbone", fill(network.backbone(), manager, backbone));
            return reports;
          });
    }
  }

  /** Reads the size of the denoiser. */
  private static PlonkConfig.Network network(Path folder) {
    Path file = folder.resolve("config.json");
    if (!Files.isRegularFile(file)) {
      throw new ModelFormatException(folder + " is no release of PLONK: it has no config.json");
    }
    try {
      JsonObject config = StrictJson.readObject(file, MAX_JSON_BYTES);
      if (whole(config, "input_dim") != 3) {
        throw new IllegalArgumentException(file + ": input_dim must be 3, x, y and z");
      }
      return new PlonkConfig.Network(
          whole(config, "dim"),
          whole(config, "depth"),
          whole(config, "expansion"),
          whole(config, "cond_dim"));
    } catch (IllegalArgumentException e) {
      throw new ModelFormatException(file + ": " + e.getMessage(), e);
    }
  }

  private static int whole(JsonObject config, String name) {
    if (config.get(name) instanceof JsonPrimitive number && number.isNumber()) {
      double value = number.getAsDouble();
      if (value >= 1 && value <= 1 << 16 && value == Math.rint(value)) {
        return (int) value;
      }
    }
    throw new IllegalArgumentException(
        name + " must be a positive whole number, not " + config.get(name));
  }

  private static ImportReport fill(Backbone backbone, NDManager manager, Path path) {
    if (backbone instanceof ClipVit clip) {
      ClipVit.Options needed = clip.options();
      ClipFolder folder = ClipFolder.open(path, needed);
      if (!folder.options().equals(needed)) {
        throw new ModelFormatException(
            "%s describes another CLIP than the release was trained on: %s, not %s"
                .formatted(path, folder.options(), needed));
      }
      return folder.fill(clip, manager);
    }
    try (TensorFile file = TensorFile.open(path)) {
      return Pretrained.fill(backbone, manager, file);
    }
  }
}
