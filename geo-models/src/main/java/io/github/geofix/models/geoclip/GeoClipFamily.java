package io.github.geofix.models.geoclip;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.Release;
import io.github.geofix.models.internal.family.SizedFamily;
import java.util.List;

/** GeoCLIP by name. */
final class GeoClipFamily extends SizedFamily<GeoClipConfig> {

  GeoClipFamily() {
    super(
        GeoClipModel.METHOD,
        List.of(
            new Size<>("tiny", GeoClipConfig.tiny()),
            new Size<>("paper", GeoClipConfig.released()),
            new Size<>("geotoken", GeoClipConfig.geoToken())),
        GeoClipNetwork::new,
        GeoClipModel::load);
  }

  @Override
  protected GeoModel create(GeoClipConfig config, List<LatLng> positions, long seed) {
    return GeoClipModel.create(config, positions, seed);
  }

  @Override
  public List<Release> releases() {
    return List.of(GeoClipRelease.RELEASE);
  }
}
