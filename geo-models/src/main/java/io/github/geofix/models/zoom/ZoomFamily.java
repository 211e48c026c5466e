package io.github.geofix.models.zoom;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.SizedFamily;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.zoom.ZoomModel.Config;
import java.util.List;
import java.util.Optional;

/** The zoom family by name. */
public final class ZoomFamily extends SizedFamily<Config> {

  /** Creates the family; called by {@link java.util.ServiceLoader}. */
  public ZoomFamily() {
    super(
        ZoomModel.METHOD,
        List.of(
            new Size<>("tiny", Config::tiny),
            new Size<>("small", Config::small),
            new Size<>("paper", Config::paper)));
  }

  @Override
  protected GeoModel create(Config config, List<LatLng> positions, long seed) {
    return ZoomModel.create(config, positions, seed);
  }

  @Override
  protected Module network(Config config) {
    return ZoomModel.network(config);
  }

  @Override
  public Optional<String> mapSetting() {
    return Optional.of("map");
  }

  @Override
  public GeoModel load(ModelFolder folder) {
    return ZoomModel.load(folder);
  }
}
