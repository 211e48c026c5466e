package io.github.geofix.eval.protocol;

import io.github.geofix.core.internal.ImageFiles;
import io.github.geofix.core.internal.InputFiles;
import io.github.geofix.eval.protocol.CrossViewBenchmark.CrossViewSet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The folders of University-1652: one for each building, of one name on both sides. */
final class UniversityFolders {
  private UniversityFolders() {}

  /**
   * Adds all images of two folders. Images of one building belong together.
   *
   * @throws IllegalArgumentException if a folder is missing or holds no image, or a building of the
   *     queries has none in the gallery; the message names it
   */
  static void read(Path root, String queries, String gallery, CrossViewSet.Builder set) {
    Map<String, int[]> rows = new TreeMap<>();
    buildings(root.resolve(gallery))
        .forEach(
            (building, images) ->
                rows.put(
                    building,
                    images.stream().mapToInt(image -> set.row(image, Optional.empty())).toArray()));
    buildings(root.resolve(queries))
        .forEach(
            (building, images) -> {
              int[] right = rows.get(building);
              if (right == null) {
                throw new IllegalArgumentException(
                    "%s has no image of building %s, which %s has"
                        .formatted(root.resolve(gallery), building, root.resolve(queries)));
              }
              images.forEach(image -> set.query(image, Optional.empty(), right));
            });
  }

  /** Returns the images of each building, in the order of their names. */
  private static Map<String, List<Path>> buildings(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new IllegalArgumentException(
          "no such folder: " + folder + "; was the folder that holds train and test given?");
    }
    Map<String, List<Path>> buildings = new TreeMap<>();
    for (Path building : list(folder)) {
      if (Files.isDirectory(building)) {
        List<Path> images = list(building).stream().filter(ImageFiles::isImage).toList();
        if (!images.isEmpty()) {
          buildings.put(String.valueOf(building.getFileName()), images);
        }
      }
    }
    if (buildings.isEmpty()) {
      throw new IllegalArgumentException(folder + " holds no folder with images");
    }
    return buildings;
  }

  private static List<Path> list(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> sorted = new ArrayList<>(files.toList());
      sorted.removeIf(file -> String.valueOf(file.getFileName()).startsWith("."));
      sorted.sort(null);
      return sorted;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + folder + ": " + InputFiles.reason(e), e);
    }
  }
}
