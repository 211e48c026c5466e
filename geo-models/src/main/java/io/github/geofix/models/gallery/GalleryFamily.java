package io.github.geofix.models.gallery;

import io.github.geofix.models.GeoModel;
import io.github.geofix.models.internal.family.UnsizedFamily;
import io.github.geofix.models.io.ModelFolder;
import java.util.Set;

/** Galleries of photos by name. They are built from photos, so there are no sizes to create. */
final class GalleryFamily extends UnsizedFamily {

  GalleryFamily() {
    super(
        GalleryModel.METHOD,
        GalleryConfig.class,
        "a gallery is not trained but built from photos and an encoder: geofix gallery build");
  }

  @Override
  public Set<String> answerSettings() {
    return Set.of("neighbors", "scale", "minScore", "efSearch", "answer");
  }

  @Override
  public GeoModel load(ModelFolder folder) {
    return GalleryModel.load(folder);
  }
}
