package io.github.geofix.models.zoom;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.internal.family.SizedFamily;
import io.github.geofix.models.internal.image.MapOnDemand;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The zoom family by name. */
final class ZoomFamily extends SizedFamily<ZoomConfig> {

  /** The map of a size whose network alone is needed. */
  private static final String NO_MAP = "(none)";

  ZoomFamily() {
    super(
        ZoomModel.METHOD,
        List.of(
            new Size<>("tiny", ZoomConfig.tiny(NO_MAP)),
            new Size<>("small", ZoomConfig.small(NO_MAP)),
            new Size<>("paper", ZoomConfig.paper(NO_MAP))),
        ZoomNetwork::of,
        ZoomModel::load,
        ZoomFamily::create);
  }

  private static GeoModel create(ZoomConfig config, List<LatLng> positions, long seed) {
    if (config.map().equals(NO_MAP)) {
      throw new IllegalArgumentException(
          "zoom compares photos with a map: name it by --tiles or the setting map");
    }
    return ZoomModel.create(config, positions, seed);
  }

  @Override
  public Optional<String> mapSetting() {
    return Optional.of(MapOnDemand.SETTING);
  }

  @Override
  public Set<String> answerSettings() {
    return Set.of("search", "answer");
  }

  /** Counts the views that a photo reads at most: others before it may have read them. */
  @Override
  public Reads reads(Record config) {
    ZoomConfig zoom = (ZoomConfig) config;
    int views = 0;
    int open = 1;
    for (int side : zoom.childrenPerSide()) {
      views += open;
      open = Math.min(zoom.search().beamWidth(), open * side * side);
    }
    int steps = zoom.childrenPerSide().size();
    if (zoom.head() instanceof ZoomConfig.Decoder head) {
      int squares = zoom.encoder().photo().width() / zoom.encoder().photo().height();
      return head.sharedEncoder()
          ? new Reads(
              Map.of("encoder.backbone", squares + views),
              Map.of("encoder.backbone", squares + steps))
          : new Reads(
              Map.of("photo_encoder.backbone", squares, "view_encoder.backbone", views),
              Map.of("photo_encoder.backbone", squares, "view_encoder.backbone", steps));
    }
    return new Reads(
        Map.of("photo_encoder", 1, "view_encoder", views),
        Map.of("photo_encoder", 1, "view_encoder", steps));
  }
}
