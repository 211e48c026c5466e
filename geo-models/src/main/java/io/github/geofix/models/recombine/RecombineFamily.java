package io.github.geofix.models.recombine;

import io.github.geofix.models.Release;
import io.github.geofix.models.internal.family.SizedFamily;
import io.github.geofix.models.internal.image.MapOnDemand;
import io.github.geofix.models.internal.recombine.RecombineNetwork;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The recombine family by name. */
final class RecombineFamily extends SizedFamily<RecombineConfig> {

  RecombineFamily() {
    super(
        RecombineModel.METHOD,
        List.of(
            new Size<>("tiny", RecombineConfig.tiny()),
            new Size<>("paper", RecombineConfig.paper()),
            new Size<>("paper-vigor", RecombineConfig.paperVigor()),
            new Size<>("sample4geo", RecombineConfig.sample4geo()),
            new Size<>("sample4geo-vigor", RecombineConfig.sample4geoVigor()),
            new Size<>("sample4geo-university", RecombineConfig.sample4geoUniversity())),
        RecombineNetwork::of,
        RecombineModel::load,
        RecombineModel::create);
  }

  @Override
  public List<Release> releases() {
    return RecombineRelease.RELEASES;
  }

  @Override
  public Optional<String> mapSetting() {
    return Optional.of(MapOnDemand.SETTING);
  }

  @Override
  public Reads reads(Record config) {
    return ((RecombineConfig) config).encoder().shared()
        ? new Reads(Map.of("backbone", 1), Map.of("backbone", 2))
        : new Reads(Map.of("photos", 1), Map.of("photos", 1, "tiles", 1));
  }
}
