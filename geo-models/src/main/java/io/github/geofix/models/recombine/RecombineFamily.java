package io.github.geofix.models.recombine;

import io.github.geofix.core.LatLng;
import io.github.geofix.models.io.Family;
import io.github.geofix.models.io.GeoModel;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.models.io.Settings;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.recombine.RecombineModel.Config;
import java.util.List;
import java.util.Map;

/** The recombine family by name. */
public final class RecombineFamily implements Family {

  /** Creates the family; called by {@link java.util.ServiceLoader}. */
  public RecombineFamily() {}

  @Override
  public String method() {
    return RecombineModel.METHOD;
  }

  @Override
  public List<String> sizes() {
    return List.of("tiny", "paper", "sample4geo");
  }

  @Override
  public GeoModel create(
      String size, Map<String, String> settings, List<LatLng> positions, long seed) {
    return RecombineModel.create(Settings.apply(config(size), settings), positions, seed);
  }

  @Override
  public Module network(String size) {
    return RecombineModel.network(config(size));
  }

  @Override
  public GeoModel load(ModelFolder folder) {
    return RecombineModel.load(folder);
  }

  private Config config(String size) {
    return switch (size) {
      case "tiny" -> Config.tiny();
      case "paper" -> Config.paper();
      case "sample4geo" -> Config.sample4geo();
      default ->
          throw new IllegalArgumentException(
              "no size " + size + " of recombine; there are " + String.join(", ", sizes()));
    };
  }
}
