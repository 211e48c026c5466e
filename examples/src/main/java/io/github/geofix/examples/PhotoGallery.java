package io.github.geofix.examples;

import io.github.geofix.core.LoadOptions;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.Manifest;
import io.github.geofix.core.cascade.Fallback;
import io.github.geofix.models.gallery.GalleryModel;
import io.github.geofix.models.gallery.GalleryModel.Answer;
import io.github.geofix.models.gallery.GalleryModel.Match;
import java.nio.file.Path;
import java.util.List;

/** Makes a gallery of photos with known positions and locates another photo by it. */
final class PhotoGallery {
  private PhotoGallery() {}

  public static void main(String[] args) {
    Path encoder = Path.of("models/recombine-tiny");
    Path folder = Path.of("models/my-photos");
    Path photo = Path.of("out/photos/may-1.png");

    GalleryModel.build(encoder, Manifest.readCsv(Path.of("train/manifest.csv")), folder);
    try (Localizer localizer = Localizer.load(folder)) {
      localizer.locateEach(List.of(photo), System.out::println);
    }

    try (GalleryModel gallery = GalleryModel.open(folder, LoadOptions.defaults())) {
      Answer answer = gallery.query(photo);
      System.out.println(answer.location().map(Location::latLng));
      for (Match match : answer.matches()) {
        System.out.println(match.photo() + " " + match.latLng() + " " + match.score());
      }
    }

    Path anywhere = Path.of("models/embed-tiny");
    try (Localizer localizer =
        new Fallback(Localizer.load(folder), answer -> true, Localizer.load(anywhere))) {
      localizer.locateEach(List.of(photo), System.out::println);
    }
  }
}
