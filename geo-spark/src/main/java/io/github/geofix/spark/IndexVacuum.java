package io.github.geofix.spark;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;

/** Deletes the files of an index that no manifest in use refers to. */
final class IndexVacuum {
  /** The files that an index writes, those of killed jobs included. */
  private static final String OWN =
      "([0-9a-f]{64}\\.(index|deleted)|manifest-\\d+\\.json)(\\.[0-9a-f-]{36}\\.tmp)?";

  private IndexVacuum() {}

  static int of(String folder, Duration keep) {
    if (keep.isNegative()) {
      throw new IllegalArgumentException("the time to keep must not be negative: " + keep);
    }
    long since = System.currentTimeMillis() - keep.toMillis();
    SortedMap<String, Long> files = Storage.times(folder);
    Set<String> kept = new HashSet<>();
    for (String manifest : inUse(files, since)) {
      kept.add(manifest);
      kept.addAll(IndexManifest.read(folder, manifest).files());
    }
    if (kept.isEmpty()) {
      throw new IllegalArgumentException("there is no index in " + folder);
    }
    // Manifests go first, so that none is left whose files are gone.
    List<String> old =
        files.keySet().stream()
            .filter(name -> name.matches(OWN) && !kept.contains(name))
            .filter(name -> Objects.requireNonNull(files.get(name)) < since)
            .sorted((a, b) -> Boolean.compare(isManifest(b), isManifest(a)))
            .toList();
    old.forEach(name -> Storage.delete(folder + "/" + name));
    return old.size();
  }

  private static boolean isManifest(String name) {
    return IndexManifest.isManifest(name);
  }

  /** Returns the newest manifest, and those that were replaced later than a time. */
  private static List<String> inUse(SortedMap<String, Long> files, long since) {
    List<String> all = files.keySet().stream().filter(IndexVacuum::isManifest).toList();
    List<String> used = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      if (i == all.size() - 1 || Objects.requireNonNull(files.get(all.get(i + 1))) >= since) {
        used.add(all.get(i));
      }
    }
    return used;
  }
}
