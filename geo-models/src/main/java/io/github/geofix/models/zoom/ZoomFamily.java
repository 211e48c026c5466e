package io.github.geofix.models.zoom;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.SizedFamily;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.models.nn.Module;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The zoom family by name. */
public final class ZoomFamily extends SizedFamily<ZoomConfig> {

  /** Stands for the map in a size of which only the network is asked. */
  private static final String NO_MAP = "(none)";

  /** Creates the family; called by {@link java.util.ServiceLoader}. */
  public ZoomFamily() {
    super(
        ZoomModel.METHOD,
        List.of(
            new Size<>("tiny", ZoomConfig.tiny(NO_MAP)),
            new Size<>("small", ZoomConfig.small(NO_MAP)),
            new Size<>("paper", ZoomConfig.paper(NO_MAP))));
  }

  @Override
  protected GeoModel create(ZoomConfig config, List<LatLng> positions, long seed) {
    if (config.map().equals(NO_MAP)) {
      throw new IllegalArgumentException(
          "zoom compares photos with a map: name it by --tiles or the setting map");
    }
    return ZoomModel.create(config, positions, seed);
  }

  @Override
  protected Module network(ZoomConfig config) {
    return ZoomNetwork.of(config);
  }

  @Override
  public Optional<String> mapSetting() {
    return Optional.of(ZoomModel.MAP);
  }

  @Override
  public Set<String> answerSettings() {
    return Set.of("search", "answer");
  }

  @Override
  public GeoModel load(ModelFolder folder) {
    return ZoomModel.load(folder);
  }
}
