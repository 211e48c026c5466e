package io.github.geofix.eval;

import io.github.geofix.core.internal.ImageFiles;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;

/**
 * Finds the photos of one list in another: by path; else by file name, as on another machine; else
 * by file name without its ending, as benchmarks name photos. Names count if they are unique in
 * both lists.
 */
final class PhotoPairing {
  /** Stands for a photo that is not in the list. */
  static final int MISSING = -1;

  private final Map<Path, Integer> byPath = new HashMap<>();
  private final Set<Path> twice = new LinkedHashSet<>();
  private final List<Names> names;

  PhotoPairing(List<Path> photos) {
    for (int i = 0; i < photos.size(); i++) {
      if (byPath.put(absolute(photos.get(i)), i) != null) {
        twice.add(photos.get(i));
      }
    }
    names =
        List.of(
            new Names(photos, PhotoPairing::name),
            new Names(photos, photo -> ImageFiles.stem(photo.toString())));
  }

  /** Returns the photos that are in the list more than once. */
  Set<Path> twice() {
    return twice;
  }

  /** Returns the position in the list of each photo, or {@link #MISSING}. */
  int[] find(List<Path> photos) {
    int[] found =
        photos.stream().mapToInt(photo -> byPath.getOrDefault(absolute(photo), MISSING)).toArray();
    for (Names name : names) {
      name.find(photos, found);
    }
    return found;
  }

  private static Path absolute(Path photo) {
    return photo.toAbsolutePath().normalize();
  }

  private static String name(Path photo) {
    return Objects.requireNonNullElse(photo.getFileName(), photo).toString();
  }

  /** One way to name the photos of the list. */
  private static final class Names {
    private final Function<Path, String> name;
    private final Map<String, Integer> rows = new HashMap<>();
    private final Set<String> shared = new HashSet<>();

    Names(List<Path> photos, Function<Path, String> name) {
      this.name = name;
      for (int i = 0; i < photos.size(); i++) {
        if (rows.put(name.apply(photos.get(i)), i) != null) {
          shared.add(name.apply(photos.get(i)));
        }
      }
    }

    /** Fills in the photos that are still missing. */
    void find(List<Path> photos, int[] found) {
      Set<String> seen = new HashSet<>();
      Set<String> ambiguous = new HashSet<>(shared);
      for (Path photo : photos) {
        if (!seen.add(name.apply(photo))) {
          ambiguous.add(name.apply(photo));
        }
      }
      for (int i = 0; i < found.length; i++) {
        String sought = name.apply(photos.get(i));
        if (found[i] == MISSING && !ambiguous.contains(sought)) {
          found[i] = rows.getOrDefault(sought, MISSING);
        }
      }
    }
  }
}
