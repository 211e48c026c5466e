package io.github.geofix.cli;

import io.github.geofix.core.Location;
import io.github.geofix.core.Manifest;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.track.Track;
import io.github.geofix.core.track.TrackFilter;
import io.github.geofix.earth.EarthBackdrop;
import io.github.geofix.eval.DistanceReport;
import io.github.geofix.eval.report.HtmlReport;
import io.github.geofix.eval.report.LocatedPhoto;
import io.github.geofix.eval.report.ReportSection;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where one camera went.
 *
 * @param single where each photo was taken, looked at alone
 * @param track where each was taken, looked at with the others
 */
record TrackRun(List<TrackPhoto> photos, List<Location> single, Track track) {
  /** Of the distances that are counted everywhere, those that tell a region and a country. */
  private static final double NEAR_KM = 200;

  private static final double FAR_KM = 750;

  /** Looks at the photos together, those after one as well as those before it. */
  static TrackRun of(List<TrackPhoto> photos, List<Location> single, TrackFilter filter) {
    List<Instant> times = photos.stream().map(TrackPhoto::time).toList();
    return new TrackRun(photos, single, filter.smooth(times, single));
  }

  String toGeoJson() {
    return track.toGeoJson(photos.stream().map(photo -> photo.image().toString()).toList());
  }

  /** Returns the answers as evaluate --predictions takes them. */
  Manifest answers() {
    List<Manifest.Entry> answers = new ArrayList<>();
    for (int i = 0; i < photos.size(); i++) {
      Location location = track.locations().get(i);
      Map<String, String> more =
          Map.of(
              "time", photos.get(i).time().toString(), "score", Double.toString(location.score()));
      answers.add(new Manifest.Entry(photos.get(i).image(), location.latLng(), more));
    }
    return Manifest.of(answers);
  }

  /**
   * Returns a line for each photo, and what looking at all together changed where that is known.
   */
  String toText() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < photos.size(); i++) {
      TrackPhoto photo = photos.get(i);
      text.append(photo.time()).append("  ").append(photo.image()).append("  ");
      text.append(track.path().get(i)).append('\n');
    }
    if (!known(single).isEmpty()) {
      text.append('\n').append(DistanceReport.table(distances()).toMarkdown());
    }
    return text.toString();
  }

  /** Returns a page about the photos whose true positions are known, of which there must be one. */
  HtmlReport page(String model) {
    Map<String, DistanceReport> distances = distances();
    List<LocatedPhoto> located = known(track.locations());
    HtmlReport page =
        HtmlReport.titled("Where a camera went")
            .subtitle(model + ", " + Count.of(photos.size(), "photos"))
            .add(
                ReportSection.comparison(
                    "Accuracy",
                    "The share of photos placed within each distance. The intervals take photos as"
                        + " independent, which those of one way are not.",
                    distances))
            .add(
                ReportSection.worldMap(
                    "Where photos went",
                    "All photos looked at together; an arc leads from the truth to the guess.",
                    located,
                    NEAR_KM,
                    FAR_KM));
    EarthBackdrop.find().ifPresent(page::world);
    return page;
  }

  private Map<String, DistanceReport> distances() {
    Map<String, DistanceReport> distances = new LinkedHashMap<>();
    distances.put("one by one", distances(known(single)));
    distances.put("together", distances(known(track.locations())));
    return distances;
  }

  private static DistanceReport distances(List<LocatedPhoto> photos) {
    return DistanceReport.of(
        photos.stream().map(LocatedPhoto::truth).toList(),
        photos.stream().map(LocatedPhoto::guess).toList());
  }

  /** Returns the photos whose true positions are known. */
  private List<LocatedPhoto> known(List<Location> locations) {
    List<LocatedPhoto> known = new ArrayList<>();
    for (int i = 0; i < photos.size(); i++) {
      Path image = photos.get(i).image();
      LatLng guess = locations.get(i).latLng();
      photos
          .get(i)
          .truth()
          .ifPresent(
              truth ->
                  known.add(LocatedPhoto.of(String.valueOf(image.getFileName()), truth, guess)));
    }
    return known;
  }
}
