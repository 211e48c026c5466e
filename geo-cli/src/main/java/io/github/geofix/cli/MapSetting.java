package io.github.geofix.cli;

import java.util.Map;
import java.util.Set;

/** The map that photos are compared with, as --tiles names it, among the settings of a model. */
final class MapSetting {
  static final String NAME = "map";

  private static final Set<String> METHODS = Set.of("zoom", "recombine");

  private MapSetting() {}

  /** Returns whether models of a family compare photos with a map. */
  static boolean isOf(String method) {
    return METHODS.contains(method);
  }

  /**
   * Returns the setting.
   *
   * @throws IllegalArgumentException if the family has none
   */
  static Map<String, String> of(String tiles, String method) {
    if (!isOf(method)) {
      throw new IllegalArgumentException(
          "--tiles names the map that zoom and recombine compare photos with; "
              + method
              + " needs none: leave it out");
    }
    return Map.of(NAME, tiles);
  }
}
