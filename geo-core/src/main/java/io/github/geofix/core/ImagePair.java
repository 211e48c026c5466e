package io.github.geofix.core;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A photo and the map tile of its place, as files. Immutable and thread-safe.
 *
 * @param photo a ground panorama, or a photo from above
 * @param tile square, north up; several photos may share one
 * @param semiPositives other tiles that show the photo's place without being centered on it, as in
 *     VIGOR; they are neither positives nor negatives
 */
public record ImagePair(Path photo, Path tile, List<Path> semiPositives) {

  /** Copies the list. */
  public ImagePair {
    semiPositives = List.copyOf(semiPositives);
  }

  /** Creates a pair without semi-positives. */
  public ImagePair(Path photo, Path tile) {
    this(photo, tile, List.of());
  }

  /**
   * Returns the number of each pair's tile, counted from 0 in order of first appearance, by which a
   * batch sampler keeps photos of one tile apart.
   */
  public static int[] tileNumbers(List<ImagePair> pairs) {
    Map<Path, Integer> numbers = new HashMap<>();
    return pairs.stream()
        .mapToInt(pair -> numbers.computeIfAbsent(pair.tile(), tile -> numbers.size()))
        .toArray();
  }
}
