package io.github.geofix.models.geoclip;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.Release;
import io.github.geofix.models.internal.family.SizedFamily;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.models.nn.Module;
import java.util.List;

/** GeoCLIP by name. */
final class GeoClipFamily extends SizedFamily<GeoClipConfig> {

  GeoClipFamily() {
    super(
        GeoClipModel.METHOD,
        List.of(
            new Size<>("tiny", GeoClipConfig.tiny()),
            new Size<>("paper", GeoClipConfig.released()),
            new Size<>("geotoken", GeoClipConfig.geoToken())));
  }

  @Override
  protected GeoModel create(GeoClipConfig config, List<LatLng> positions, long seed) {
    return GeoClipModel.create(config, positions, seed);
  }

  @Override
  protected Module network(GeoClipConfig config) {
    return new GeoClipNetwork(config);
  }

  @Override
  public List<Release> releases() {
    return List.of(GeoClipRelease.RELEASE);
  }

  @Override
  public GeoModel load(ModelFolder folder) {
    return GeoClipModel.load(folder);
  }
}
