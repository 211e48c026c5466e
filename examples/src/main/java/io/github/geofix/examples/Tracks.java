package io.github.geofix.examples;

import io.github.geofix.core.Localizer;
import io.github.geofix.core.Manifest;
import io.github.geofix.core.track.Track;
import io.github.geofix.core.track.TrackFilter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;

/** Locates photos together that one camera took on its way. */
final class Tracks {
  private Tracks() {}

  public static void main(String[] args) throws IOException {
    List<Path> photos =
        Manifest.readCsv(Path.of("test/manifest.csv")).entries().stream()
            .limit(5)
            .map(Manifest.Entry::image)
            .toList();
    List<Instant> times =
        IntStream.range(0, photos.size())
            .mapToObj(i -> Instant.parse("2026-05-01T08:00:00Z").plusSeconds(600L * i))
            .toList();
    try (Localizer localizer = Localizer.load(Path.of("out/model"))) {
      TrackFilter filter = TrackFilter.of(TrackFilter.Options.ofSpeed(0.25)); // km a second
      Track track = filter.smooth(times, localizer.locateAll(photos));
      System.out.println(track.path());
      Files.writeString(Path.of("way.geojson"), track.toGeoJson());
    }
  }
}
