package io.github.geofix.models.gallery;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.Family;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.models.nn.Module;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Galleries of photos by name. They are built from photos, so there are no sizes to create. */
final class GalleryFamily implements Family {

  @Override
  public String method() {
    return GalleryModel.METHOD;
  }

  @Override
  public List<String> sizes() {
    return List.of();
  }

  @Override
  public GeoModel create(
      String size, Map<String, String> settings, List<LatLng> positions, long seed) {
    throw built();
  }

  @Override
  public Record config(String size, Map<String, String> settings) {
    throw built();
  }

  @Override
  public Record config(ModelFolder folder) {
    return folder.config(GalleryConfig.class);
  }

  @Override
  public Module network(String size, Map<String, String> settings) {
    throw built();
  }

  @Override
  public Set<String> answerSettings() {
    return Set.of("neighbors", "scale", "minScore", "efSearch", "answer");
  }

  @Override
  public GeoModel load(ModelFolder folder) {
    return GalleryModel.load(folder);
  }

  private static IllegalArgumentException built() {
    return new IllegalArgumentException(
        "a gallery is not trained but built from photos and an encoder: geofix gallery build");
  }
}
