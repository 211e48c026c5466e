package io.github.geofix.models.internal.osv5m;

import ai.djl.ndarray.NDManager;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.format.TensorFile;
import io.github.geofix.core.internal.Count;
import io.github.geofix.core.partition.BoxPartition;
import io.github.geofix.models.Release;
import io.github.geofix.models.Release.ReleaseFile;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.backbone.ClipVit;
import io.github.geofix.models.internal.io.Settings;
import io.github.geofix.models.internal.weights.Weights;
import io.github.geofix.models.io.ModelCard.Attribution;
import io.github.geofix.models.weights.ImportReport;
import io.github.geofix.models.weights.RenameTable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The baseline of OpenStreetView-5M as its authors publish it. */
final class Osv5mRelease {
  static final Release RELEASE =
      new Release(
          "osv5m",
          new Attribution(
              "OpenStreetView-5M baseline",
              "MIT",
              "https://huggingface.co/osv5m/baseline, https://github.com/gastruc/osv5m",
              "Astruc et al., \"OpenStreetView-5M: The Many Roads to Global Visual Geolocation\","
                  + " CVPR 2024"),
          "CLIP ViT-L/14 of DataComp at 224 px, a classifier of the 11,399 boxes of a quadtree, and"
              + " a position within each",
          "shorter side to 224 px bicubically, middle cut out as in torchvision, CLIP's mean and"
              + " deviation",
          List.of(
              new ReleaseFile("pytorch_model.bin", "everything, CLIP included"),
              new ReleaseFile("quadtree_10_1000.csv", "the boxes, 1.3 MB, from utils of the code")),
          Osv5mRelease::read);

  private static final List<String> WEIGHTS = List.of("pytorch_model.bin", "model.safetensors");
  private static final String QUADTREE = "quadtree_10_1000.csv";

  /** The hub's class registers each part twice: as part of {@code model}, and by itself. */
  private static final String MODEL = "model.";

  private static final String CLIP = "backbone.clip.";
  private static final String HEAD = "mid.";
  private static final String VISION = MODEL + CLIP + "vision_model.";

  /** The channels of a head of attention in CLIP's sizes. */
  private static final int HEAD_WIDTH = 64;

  private Osv5mRelease() {}

  private static Release.Imported read(Release.Source source) {
    if (source.backbone().isPresent() || !source.positions().isEmpty()) {
      throw new IllegalArgumentException(
          "osv5m has its backbone in its own file, and positions in its boxes: neither --backbone"
              + " nor --gallery goes with it");
    }
    Path folder = source.folder();
    BoxPartition boxes = BoxPartition.load(file(folder, List.of(QUADTREE)));
    try (TensorFile file = TensorFile.open(file(folder, WEIGHTS))) {
      checkTwins(file);
      Osv5mConfig config =
          Osv5mConfig.released()
              .withNetwork(
                  backbone(file),
                  List.of(
                      side(file, MODEL + HEAD + "classif.1.weight", 0),
                      side(file, MODEL + HEAD + "classif.4.weight", 0)));
      return Osv5mModel.of(
          Settings.apply(config, source.settings()),
          boxes,
          (network, manager) -> fill(network, manager, file));
    }
  }

  private static Path file(Path folder, List<String> names) {
    return Weights.firstOf(folder, names)
        .orElseThrow(
            () ->
                new ModelFormatException(
                    "%s is no release of osv5m: it has no %s"
                        .formatted(folder, String.join(" or ", names))));
  }

  private static Map<String, ImportReport> fill(
      Osv5mNetwork network, NDManager manager, TensorFile file) {
    Map<String, ImportReport> reports = new LinkedHashMap<>();
    reports.put(
        "backbone",
        Weights.load(
                network.backbone(),
                manager,
                file,
                ClipVit.huggingFaceNames().withoutPrefix(MODEL + CLIP))
            .requireExact());
    reports.put(
        "mid",
        Weights.load(
                network.head(), manager, file, RenameTable.IDENTITY.withoutPrefix(MODEL + HEAD))
            .requireExact());
    return reports;
  }

  /** Refuses arrays of other parts, and twins that differ. */
  private static void checkTwins(TensorFile file) {
    List<String> unknown = new ArrayList<>();
    for (String name : file.names()) {
      String own = name.startsWith(MODEL) ? name.substring(MODEL.length()) : name;
      if (!own.startsWith(CLIP) && !own.startsWith(HEAD)) {
        unknown.add(name);
      } else if (!name.startsWith(MODEL)) {
        requireTwin(file, name);
      }
    }
    if (!unknown.isEmpty()) {
      throw new ModelFormatException(
          "%s holds %s not of the baseline: %s"
              .formatted(
                  file.path(),
                  Count.of(unknown.size(), "arrays"),
                  unknown.subList(0, Math.min(5, unknown.size()))));
    }
  }

  private static void requireTwin(TensorFile file, String name) {
    String twin = MODEL + name;
    boolean equal =
        file.names().contains(twin)
            && Arrays.equals(file.shape(name), file.shape(twin))
            && Arrays.equals(file.floats(name), file.floats(twin));
    if (!equal) {
      throw new ModelFormatException(
          file.path() + ": " + name + " and " + twin + " must be the same array");
    }
  }

  /** Returns the size of CLIP, from the shapes of its arrays. */
  private static ClipVit.Options backbone(TensorFile file) {
    ClipVit.Options released = Osv5mConfig.released().backbone();
    int width = side(file, VISION + "embeddings.class_embedding", 0);
    int patch = side(file, VISION + "embeddings.patch_embedding.weight", 2);
    int places = side(file, VISION + "embeddings.position_embedding.weight", 0) - 1;
    int across = (int) Math.round(Math.sqrt(places));
    int depth =
        (int)
            file.names().stream()
                .filter(name -> name.startsWith(VISION + "encoder.layers."))
                .filter(name -> name.endsWith("layer_norm1.weight"))
                .count();
    int hidden = side(file, VISION + "encoder.layers.0.mlp.fc1.weight", 0);
    ImageSpec image = released.image().withSize(across * patch, across * patch);
    return new ClipVit.Options(
        image,
        patch,
        width,
        depth,
        Math.max(1, width / HEAD_WIDTH),
        0,
        new ClipVit.Options.Mlp(hidden, released.mlp().activation()),
        0);
  }

  private static int side(TensorFile file, String name, int axis) {
    if (file.names().contains(name) && file.shape(name).length > axis) {
      return Math.toIntExact(file.shape(name)[axis]);
    }
    throw new ModelFormatException(
        file.path() + " holds no " + name + " of " + (axis + 1) + " axes: no release of osv5m");
  }
}
