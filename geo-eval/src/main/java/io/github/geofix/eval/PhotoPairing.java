package io.github.geofix.eval;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Finds the photos of one list in another: by path, or by file name where the paths differ, as on
 * another machine, but the names are unique in both lists.
 */
final class PhotoPairing {
  /** Stands for a photo that is not in the list. */
  static final int MISSING = -1;

  private final Map<Path, Integer> byPath = new HashMap<>();
  private final Map<Path, Integer> byName = new HashMap<>();
  private final Set<Path> sharedNames = new HashSet<>();
  private final Set<Path> twice = new LinkedHashSet<>();

  PhotoPairing(List<Path> photos) {
    for (int i = 0; i < photos.size(); i++) {
      if (byPath.put(absolute(photos.get(i)), i) != null) {
        twice.add(photos.get(i));
      }
      if (byName.put(name(photos.get(i)), i) != null) {
        sharedNames.add(name(photos.get(i)));
      }
    }
  }

  /** Returns the photos that are in the list more than once. */
  Set<Path> twice() {
    return twice;
  }

  /** Returns the position in the list of each photo, or {@link #MISSING}. */
  int[] find(List<Path> photos) {
    Set<Path> seen = new HashSet<>();
    Set<Path> ambiguous = new HashSet<>(sharedNames);
    for (Path photo : photos) {
      if (!seen.add(name(photo))) {
        ambiguous.add(name(photo));
      }
    }
    return photos.stream()
        .mapToInt(
            photo ->
                byPath.getOrDefault(
                    absolute(photo),
                    ambiguous.contains(name(photo))
                        ? MISSING
                        : byName.getOrDefault(name(photo), MISSING)))
        .toArray();
  }

  private static Path absolute(Path photo) {
    return photo.toAbsolutePath().normalize();
  }

  private static Path name(Path photo) {
    return Objects.requireNonNullElse(photo.getFileName(), photo);
  }
}
