package io.github.geofix.models.embed;

import io.github.geofix.core.LatLng;
import io.github.geofix.models.embed.EmbedModel.Config;
import io.github.geofix.models.io.Family;
import io.github.geofix.models.io.GeoModel;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.models.io.Settings;
import io.github.geofix.models.nn.Module;
import java.util.List;
import java.util.Map;

/** The embed family by name. */
public final class EmbedFamily implements Family {

  /** Creates the family; called by {@link java.util.ServiceLoader}. */
  public EmbedFamily() {}

  @Override
  public String method() {
    return EmbedModel.METHOD;
  }

  @Override
  public List<String> sizes() {
    return List.of("tiny", "small", "paper");
  }

  @Override
  public GeoModel create(
      String size, Map<String, String> settings, List<LatLng> positions, long seed) {
    return EmbedModel.create(Settings.apply(config(size), settings), positions, seed);
  }

  @Override
  public Module network(String size) {
    return EmbedModel.network(config(size), new int[0]);
  }

  @Override
  public GeoModel load(ModelFolder folder) {
    return EmbedModel.load(folder);
  }

  private Config config(String size) {
    return switch (size) {
      case "tiny" -> Config.tiny();
      case "small" -> Config.small();
      case "paper" -> Config.paper();
      default ->
          throw new IllegalArgumentException(
              "no size " + size + " of embed; there are " + String.join(", ", sizes()));
    };
  }
}
