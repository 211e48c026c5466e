package io.github.geofix.models.zoom;

import io.github.geofix.core.LatLng;
import io.github.geofix.models.io.Family;
import io.github.geofix.models.io.GeoModel;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.models.io.Settings;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.zoom.ZoomModel.Config;
import java.util.List;
import java.util.Map;

/** The zoom family by name. */
public final class ZoomFamily implements Family {

  /** Creates the family; called by {@link java.util.ServiceLoader}. */
  public ZoomFamily() {}

  @Override
  public String method() {
    return ZoomModel.METHOD;
  }

  @Override
  public List<String> sizes() {
    return List.of("tiny", "small", "paper");
  }

  @Override
  public GeoModel create(
      String size, Map<String, String> settings, List<LatLng> positions, long seed) {
    return ZoomModel.create(Settings.apply(config(size), settings), positions, seed);
  }

  @Override
  public Module network(String size) {
    return ZoomModel.network(config(size));
  }

  @Override
  public GeoModel load(ModelFolder folder) {
    return ZoomModel.load(folder);
  }

  private Config config(String size) {
    return switch (size) {
      case "tiny" -> Config.tiny();
      case "small" -> Config.small();
      case "paper" -> Config.paper();
      default ->
          throw new IllegalArgumentException(
              "no size " + size + " of zoom; there are " + String.join(", ", sizes()));
    };
  }
}
