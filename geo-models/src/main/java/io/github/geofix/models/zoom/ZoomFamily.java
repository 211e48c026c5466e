package io.github.geofix.models.zoom;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.SizedFamily;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.models.nn.Module;
import java.util.List;

/** The zoom family by name. */
public final class ZoomFamily extends SizedFamily<ZoomConfig> {

  /** Creates the family; called by {@link java.util.ServiceLoader}. */
  public ZoomFamily() {
    super(
        ZoomModel.METHOD,
        List.of(
            new Size<>("tiny", () -> ZoomConfig.tiny("x")),
            new Size<>("small", () -> ZoomConfig.small("x")),
            new Size<>("paper", () -> ZoomConfig.paper("x"))));
  }

  @Override
  protected GeoModel create(ZoomConfig config, List<LatLng> positions, long seed) {
    return ZoomModel.create(config, positions, seed);
  }

  @Override
  protected Module network(ZoomConfig config) {
    return ZoomNetwork.of(config);
  }

  @Override
  public GeoModel load(ModelFolder folder) {
    return ZoomModel.load(folder);
  }
}
