package io.github.geofix.models.geoclip;

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
        GeoClipModel::load,
        GeoClipModel::create);
  }

  @Override
  public List<Release> releases() {
    return List.of(GeoClipRelease.RELEASE);
  }
}
