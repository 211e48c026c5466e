package io.github.geofix.models.plonk;

import io.github.geofix.models.Release;
import io.github.geofix.models.internal.family.SizedFamily;
import io.github.geofix.models.internal.plonk.PlonkConfig;
import java.util.List;
import java.util.Set;

/** PLONK by name. */
final class PlonkFamily extends SizedFamily<PlonkConfig> {

  PlonkFamily() {
    super(
        PlonkModel.METHOD,
        List.of(
            new Size<>("paper", PlonkConfig.osv5m()),
            new Size<>("paper-dinov2", PlonkConfig.dinov2())),
        PlonkNetwork::new,
        PlonkModel::load);
  }

  @Override
  public Set<String> answerSettings() {
    return Set.of("sampling", "answer");
  }

  @Override
  public List<Release> releases() {
    return PlonkRelease.RELEASES;
  }
}
