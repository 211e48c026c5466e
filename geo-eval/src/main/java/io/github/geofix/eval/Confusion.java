package io.github.geofix.eval;

import io.github.geofix.core.internal.Count;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Confusion matrix of predicted and true regions.
 *
 * @param regions the names of the regions, those with most photos first
 * @param counts photos by true region, then by guessed region: one list a true region
 */
public record Confusion(List<String> regions, List<List<Integer>> counts) {

  /** Copies the lists. */
  public Confusion {
    regions = List.copyOf(regions);
    counts = counts.stream().map(List::copyOf).toList();
  }

  /**
   * Counts photos by region, paired by position in the lists.
   *
   * @throws IllegalArgumentException if the lists are empty or differ in size
   */
  public static Confusion of(List<String> trueRegions, List<String> guessedRegions) {
    if (trueRegions.isEmpty() || trueRegions.size() != guessedRegions.size()) {
      throw new IllegalArgumentException(
          Count.of(trueRegions.size(), "true regions and ")
              + Count.of(guessedRegions.size(), "guessed ones"));
    }
    Map<String, Integer> photos = new HashMap<>();
    trueRegions.forEach(region -> photos.merge(region, 1, Integer::sum));
    guessedRegions.forEach(region -> photos.putIfAbsent(region, 0));
    List<String> regions = new ArrayList<>(photos.keySet());
    Collections.sort(regions);
    regions.sort((a, b) -> photos.getOrDefault(b, 0) - photos.getOrDefault(a, 0));
    Map<String, Integer> index = new HashMap<>();
    regions.forEach(region -> index.put(region, index.size()));
    int[][] counts = new int[regions.size()][regions.size()];
    for (int i = 0; i < trueRegions.size(); i++) {
      counts[index.getOrDefault(trueRegions.get(i), 0)][
          index.getOrDefault(guessedRegions.get(i), 0)]++;
    }
    List<List<Integer>> rows = new ArrayList<>();
    for (int[] row : counts) {
      rows.add(Arrays.stream(row).boxed().toList());
    }
    return new Confusion(regions, rows);
  }
}
