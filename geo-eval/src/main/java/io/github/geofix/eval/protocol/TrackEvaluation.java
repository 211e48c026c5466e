package io.github.geofix.eval.protocol;

import io.github.geofix.core.Location;
import io.github.geofix.core.Manifest;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.Printable;
import io.github.geofix.core.track.Track;
import io.github.geofix.core.track.Track.TimedPhoto;
import io.github.geofix.core.track.TrackFilter;
import io.github.geofix.eval.DistanceReport;
import io.github.geofix.eval.internal.report.LocatedPhoto;
import io.github.geofix.eval.internal.report.ReportPage;
import io.github.geofix.eval.internal.report.ReportSection;
import io.github.geofix.eval.report.HtmlReport;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The track of one camera, compared with its photos located one by one where true positions are
 * known. Immutable and thread-safe.
 *
 * <pre>{@code
 * List<TimedPhoto> photos = TimedPhoto.readCsv(Path.of("drive.csv"), Exif::time);
 * TrackEvaluation track = TrackEvaluation.of(photos, locations, filter);
 * System.out.println(track.toText());
 * }</pre>
 *
 * @param photos the photos in the order of time
 * @param single the location of each photo by itself
 * @param track the locations of all photos together
 */
public record TrackEvaluation(List<TimedPhoto> photos, List<Location> single, Track track) {
  /** Of the distances that are counted everywhere, those of a region and a country. */
  private static final double NEAR_KM = 200;

  private static final double FAR_KM = 750;

  /** Copies the lists. */
  public TrackEvaluation {
    photos = List.copyOf(photos);
    single = List.copyOf(single);
  }

  /**
   * Smooths the locations of a camera's photos: each follows from those before and after it.
   *
   * @param photos the photos in the order of time
   * @param single the location of each photo by itself
   * @throws IllegalArgumentException if there is no photo, the lists differ in size, or the photos
   *     are not in the order of time
   */
  public static TrackEvaluation of(
      List<TimedPhoto> photos, List<Location> single, TrackFilter filter) {
    List<Instant> times = photos.stream().map(TimedPhoto::time).toList();
    return new TrackEvaluation(photos, single, filter.smooth(times, single));
  }

  /** Returns the track as a GeoJSON line, with a point for each photo. */
  public String toGeoJson() {
    return track.toGeoJson(photos.stream().map(photo -> photo.image().toString()).toList());
  }

  /** Returns the answers with the columns {@code time} and {@code score}. */
  public Manifest answers() {
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
   * Returns a line for each photo, and how much smoothing changed where true positions are known.
   */
  public String toText() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < photos.size(); i++) {
      TimedPhoto photo = photos.get(i);
      text.append(photo.time()).append("  ").append(Printable.of(photo.image())).append("  ");
      text.append(track.path().get(i)).append('\n');
    }
    if (!known(single).isEmpty()) {
      text.append('\n').append(DistanceReport.table(distances()).toMarkdown());
    }
    return text.toString();
  }

  /**
   * Returns a page about the photos whose true positions are known, of which there must be one.
   *
   * @param model the name of the model
   */
  public HtmlReport toHtml(String model) {
    return ReportPage.titled("Where a camera went")
        .subtitle(String.format(Locale.ROOT, "%s, photos: %,d", model, photos.size()))
        .add(
            ReportSection.comparison(
                "Accuracy",
                "The share of photos placed within each distance. The intervals take photos as"
                    + " independent, which those of one track are not.",
                distances()))
        .add(
            ReportSection.worldMap(
                "Where photos went",
                "All photos located together; an arc leads from the truth to the guess.",
                known(track.locations()),
                NEAR_KM,
                FAR_KM));
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
