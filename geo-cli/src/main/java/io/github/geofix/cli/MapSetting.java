package io.github.geofix.cli;

import io.github.geofix.models.Family;
import java.util.Map;

/** The map that photos are compared with, as --tiles names it, among the settings of a model. */
final class MapSetting {
  private MapSetting() {}

  /**
   * Returns the setting.
   *
   * @throws IllegalArgumentException if the family has none
   */
  static Map<String, String> of(String tiles, String method) {
    String name =
        Family.named(method)
            .mapSetting()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "--tiles names the map that zoom and recombine compare photos with; "
                            + method
                            + " needs none: leave it out"));
    return Map.of(name, tiles);
  }
}
