package io.github.geofix.models.recombine;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.format.TensorFile;
import io.github.geofix.models.Release;
import io.github.geofix.models.Release.ReleaseFile;
import io.github.geofix.models.internal.backbone.ConvNeXt;
import io.github.geofix.models.internal.io.Settings;
import io.github.geofix.models.internal.recombine.RecombineNetwork;
import io.github.geofix.models.internal.weights.Weights;
import io.github.geofix.models.io.ModelCard.Attribution;
import io.github.geofix.models.weights.ImportReport;
import io.github.geofix.models.weights.RenameTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** Sample4Geo and FRGeo as their authors publish them, for each of their data sets. */
final class RecombineRelease {
  private static final String NO_LICENSE =
      "none stated: all rights are the authors', ask them before you use the weights";

  private static final Attribution SAMPLE4GEO =
      new Attribution(
          "Sample4Geo",
          NO_LICENSE,
          "https://github.com/Skyy93/Sample4Geo",
          "Deuser, Habel and Oswald, \"Sample4Geo: Hard Negative Sampling For Cross-View"
              + " Geo-Localisation\", ICCV 2023");

  private static final Attribution FRGEO =
      new Attribution(
          "FRGeo",
          NO_LICENSE,
          "https://github.com/zqwlearning/FRGeo-Code",
          "Zhang and Zhu, \"Aligning Geometric Spatial Layout in Cross-View Geo-Localization via"
              + " Feature Recombination\", AAAI 2024");

  private static final String SCALE = "logit_scale";
  private static final String MODEL = "model.";

  /** FRGeo's two branches; DataParallel puts {@code module.} in front. */
  private static final RenameTable FRGEO_NAMES =
      RenameTable.builder()
          .rename("(?:module\\.)?query_net\\.(.*)", "photos.$1")
          .rename("(?:module\\.)?reference_net\\.(.*)", "tiles.$1")
          .build();

  static final List<Release> RELEASES =
      List.of(
          sample4geo("cvusa", "140 x 768", RecombineConfig.sample4geo()),
          sample4geo("cvact", "140 x 768", RecombineConfig.sample4geo()),
          sample4geo("vigor", "384 x 768", RecombineConfig.sample4geoVigor()),
          sample4geo("university", "384 x 384", RecombineConfig.sample4geoUniversity()),
          frgeo("cvusa", "128 x 512 and 256 x 256", RecombineConfig.paper()),
          frgeo("cvact", "128 x 512 and 256 x 256", RecombineConfig.paper()),
          frgeo("vigor", "320 x 640 and 320 x 320", RecombineConfig.paperVigor()));

  private RecombineRelease() {}

  /** Fills a network. */
  interface Filling {
    /** Returns a report of what filled the network; its arrays belong to the manager. */
    ImportReport fill(RecombineNetwork network, NDManager manager, TensorFile file);
  }

  private static Release sample4geo(String data, String size, RecombineConfig config) {
    return new Release(
        "sample4geo-" + data,
        SAMPLE4GEO,
        "one ConvNeXt-B for photos and tiles, trained on " + data,
        "photos to "
            + size
            + " px and tiles to 384 x 384 px bilinearly, ImageNet's mean and deviation; the authors"
            + " resize without antialiasing, GeoFix with it",
        List.of(new ReleaseFile("weights_*.pth", "all arrays, 350 MB")),
        source -> read(source, config, ".pth", RecombineRelease::fillSample4Geo));
  }

  private static Release frgeo(String data, String sizes, RecombineConfig config) {
    return new Release(
        "frgeo-" + data,
        FRGEO,
        "two ConvNeXt-T, four regions, trained on " + data,
        "photos and tiles to " + sizes + " px bilinearly, ImageNet's mean and deviation",
        List.of(new ReleaseFile("model_best.pth.tar", "all arrays and the optimizer's state")),
        source -> read(source, config, ".pth.tar", RecombineRelease::fillFrgeo));
  }

  private static Release.Imported read(
      Release.Source source, RecombineConfig config, String ending, Filling filling) {
    if (source.backbone().isPresent()) {
      throw new IllegalArgumentException(
          "the release has its backbones in its own file: --backbone does not go with it");
    }
    try (TensorFile file = TensorFile.open(file(source.folder(), ending))) {
      RecombineConfig changed = Settings.apply(config, source.settings());
      Map<String, ImportReport> reports = new LinkedHashMap<>();
      RecombineModel model =
          RecombineModel.of(
              changed,
              source.positions(),
              (network, manager) -> reports.put("network", filling.fill(network, manager, file)));
      return new Release.Imported(model, reports);
    }
  }

  /** Returns the file itself, or the one of that ending in a folder. */
  private static Path file(Path path, String ending) {
    if (!Files.isDirectory(path)) {
      return path;
    }
    try (Stream<Path> entries = Files.list(path)) {
      List<Path> found =
          entries.filter(file -> file.getFileName().toString().endsWith(ending)).sorted().toList();
      if (found.size() == 1) {
        return found.get(0);
      }
      throw new ModelFormatException(
          "%s holds %d files that end in %s: name the one to import by --from"
              .formatted(path, found.size(), ending));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + path + ": " + e.getMessage(), e);
    }
  }

  /** Fills a network of one ConvNeXt from the names of timm, and the learned scale. */
  static ImportReport fillSample4Geo(RecombineNetwork network, NDManager manager, TensorFile file) {
    List<String> others =
        file.names().stream()
            .filter(name -> !name.startsWith(MODEL) && !name.equals(SCALE))
            .toList();
    if (!others.isEmpty() || !file.names().contains(SCALE)) {
      throw new ModelFormatException(
          "%s is no release of Sample4Geo: it must hold %s and arrays that begin with %s, and holds"
                  .formatted(file.path(), SCALE, MODEL)
              + " %d others".formatted(others.size()));
    }
    ConvNeXt backbone = (ConvNeXt) Objects.requireNonNull(network.children().get("backbone"));
    ImportReport report =
        Weights.load(backbone, manager, file, ConvNeXt.timmNames().withoutPrefix(MODEL))
            .requireExact();
    if (file.count(SCALE) != 1) {
      throw new ModelFormatException(file.path() + ": " + SCALE + " must be one number");
    }
    float scale = file.floats(SCALE)[0];
    network.parameter("log_scale").allocate(manager, DataType.FLOAT32);
    network.parameter("log_scale").write(bytes -> bytes.asFloatBuffer().put(scale));
    return report;
  }

  /** Fills a network of two ConvNeXt. */
  static ImportReport fillFrgeo(RecombineNetwork network, NDManager manager, TensorFile file) {
    return Weights.load(network, manager, file, FRGEO_NAMES).requireExact();
  }
}
