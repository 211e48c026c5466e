package io.github.geofix.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The files of a small University-1652, three photos of a drone a building. */
final class UniversitySample {
  private static final List<String> TRAINING = List.of("train/drone", "train/satellite");
  private static final List<String> TEST =
      List.of(
          "test/gallery_drone",
          "test/gallery_satellite",
          "test/query_drone",
          "test/query_satellite");

  private UniversitySample() {}

  /**
   * Returns each image with its building, from 1. The last building is in the galleries alone.
   *
   * @param training the number of buildings to train on, the first ones
   */
  static Map<Path, Integer> images(Path root, int training, int buildings) {
    Map<Path, Integer> images = new LinkedHashMap<>();
    for (int building = 1; building <= buildings; building++) {
      String id = String.format(Locale.ROOT, "%04d", building);
      for (String side : building <= training ? TRAINING : TEST) {
        int count = building == buildings && side.contains("query") ? 0 : photos(side);
        for (int i = 1; i <= count; i++) {
          images.put(root.resolve(side).resolve(id).resolve("image-0" + i + ".jpg"), building);
        }
      }
    }
    return images;
  }

  private static int photos(String side) {
    return side.contains("drone") ? 3 : 1;
  }
}
