package io.github.geofix.examples;

import io.github.geofix.core.Localizer;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.Release;
import io.github.geofix.models.backbone.LocationEncoder;
import io.github.geofix.models.geoclip.GeoClipModel;
import io.github.geofix.models.io.ModelFolder;
import java.nio.file.Path;
import java.util.List;

/** Makes a model of GeoCLIP's published files, locates a photo, and encodes positions. */
final class PublishedModels {
  private PublishedModels() {}

  public static void main(String[] args) {
    Release release = Release.named("geoclip");
    Release.Source files =
        Release.Source.of(Path.of("geoclip")).withBackbone(Path.of("clip-vit-large-patch14"));
    try (GeoModel model = release.read(files).model();
        Localizer localizer = model.localizer()) {
      System.out.println(release.attribution());
      System.out.println(localizer.locate(Path.of("photo.jpg")).latLng());
    }
    float[][] vectors;
    try (GeoClipModel model = GeoClipModel.load(ModelFolder.open(Path.of("models/geoclip")))) {
      LocationEncoder locations = model.locationEncoder();
      vectors = locations.encode(List.of(new LatLng(48.8584, 2.2945), new LatLng(51.5, -0.12)));
    }
    System.out.println(vectors.length + " vectors of " + vectors[0].length + " numbers");
  }
}
