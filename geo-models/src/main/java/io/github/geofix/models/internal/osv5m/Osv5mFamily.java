package io.github.geofix.models.internal.osv5m;

import io.github.geofix.models.Release;
import io.github.geofix.models.internal.family.SizedFamily;
import java.util.List;

/** The baseline of OpenStreetView-5M by name. */
final class Osv5mFamily extends SizedFamily<Osv5mConfig> {
  /** Boxes of the released quadtree. */
  private static final int BOXES = 11_399;

  Osv5mFamily() {
    super(
        Osv5mModel.METHOD,
        List.of(new Size<>("paper", Osv5mConfig.released())),
        config -> new Osv5mNetwork(config, BOXES),
        Osv5mModel::load);
  }

  @Override
  public List<Release> releases() {
    return List.of(Osv5mRelease.RELEASE);
  }
}
