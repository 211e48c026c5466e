package io.github.geofix.examples;

import io.github.geofix.core.Explanation;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.LocationJson;
import io.github.geofix.core.Photo;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.Region;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Locates a photo of which more is known than its pixels, and explains the answer. */
final class Explain {
  private Explain() {}

  public static void main(String[] args) throws IOException {
    byte[] upload = Files.readAllBytes(Path.of("out/photos/may-1.png"));
    try (Localizer localizer = Localizer.load(Path.of("out/model"))) {
      Region region = Region.around(new LatLng(48.1, 11.6), 1500);
      Photo photo = Photo.of(upload).withRegion(region).withHeadingDegrees(140);
      Explanation explained = localizer.explain(photo, Explanation.Options.defaults());
      Location location = explained.location();
      if (explained.evidence() instanceof Explanation.Levels embed) {
        embed.levels().forEach(level -> System.out.println(level.best().get(0)));
      }
      System.out.println(location.latLng() + " for " + LocationJson.of(explained.evidence()));
    }
  }
}
