package io.github.geofix.models.recombine;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A photo and the map tile of its place, as files.
 *
 * @param photo a ground panorama, or a photo from above
 * @param tile square, north up; several photos may name the same
 */
public record ImagePair(Path photo, Path tile) {

  /**
   * Returns the number of each pair's tile, counted from 0 as they first appear: what a batch order
   * needs to keep photos of one tile apart.
   */
  public static int[] tileNumbers(List<ImagePair> pairs) {
    Map<Path, Integer> numbers = new HashMap<>();
    return pairs.stream()
        .mapToInt(pair -> numbers.computeIfAbsent(pair.tile(), tile -> numbers.size()))
        .toArray();
  }
}
