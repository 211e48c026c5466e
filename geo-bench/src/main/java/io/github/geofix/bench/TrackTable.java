package io.github.geofix.bench;

import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.track.Track;
import io.github.geofix.core.track.TrackFilter;
import io.github.geofix.earth.DriveOptions;
import io.github.geofix.earth.EarthData;
import io.github.geofix.earth.EarthData.TestRendering;
import io.github.geofix.earth.EarthPhoto;
import io.github.geofix.earth.EarthPhotoOptions;
import io.github.geofix.earth.EarthPhotos;
import io.github.geofix.eval.DistanceReport;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Drives a camera over the Earth data and compares the localizer's answers photo by photo with
 * those of a {@link TrackFilter}; prints a CSV row for each.
 *
 * <p>Arguments, each as {@code name=value}: {@code model} a trained model's folder; {@code earth}
 * the folder of the Earth data; {@code tested} the rendering, may, earth-day or night; {@code
 * drives} and {@code frames} of each; {@code stepKm} between photos, taken a minute apart; {@code
 * seed} of the drives; {@code jump}, {@code floor}, {@code temperature}, {@code window} and {@code
 * meanKm} of the filter, whose speed is the camera's own: its way is as long along either axis on
 * average.
 */
public final class TrackTable {
  private static final int SECONDS = 60;

  private TrackTable() {}

  /** Runs the program. */
  public static void main(String[] args) {
    Map<String, String> defaults = new LinkedHashMap<>();
    defaults.put("model", "out/model");
    defaults.put("earth", "examples/data/earth");
    defaults.put("tested", "may");
    defaults.put("drives", "40");
    defaults.put("frames", "30");
    defaults.put("stepKm", "60");
    defaults.put("seed", "2");
    defaults.put("jump", "0.000001");
    defaults.put("floor", "0.1");
    defaults.put("temperature", "2");
    defaults.put("window", "5");
    defaults.put("meanKm", "500");
    Arguments arguments = Arguments.of(TrackTable.class, args, defaults);
    double stepKm = arguments.decimal("stepKm");
    TrackFilter filter =
        TrackFilter.of(
            TrackFilter.Options.ofSpeed(stepKm / Math.sqrt(2) / SECONDS)
                .withJump(arguments.decimal("jump"))
                .withFloor(arguments.decimal("floor"))
                .withTemperature(arguments.decimal("temperature"))
                .withWindow(arguments.number("window"))
                .withMeanKm(arguments.decimal("meanKm")));

    List<LatLng> truths = new ArrayList<>();
    Map<String, List<LatLng>> answers = new LinkedHashMap<>();
    try (Localizer localizer = Localizer.load(Path.of(arguments.text("model")))) {
      for (List<EarthPhoto> drive : drives(arguments)) {
        List<Instant> times = new ArrayList<>();
        for (int i = 0; i < drive.size(); i++) {
          times.add(Instant.EPOCH.plusSeconds((long) SECONDS * i));
        }
        List<Location> single =
            localizer.locateImages(drive.stream().map(EarthPhoto::image).toList());
        truths.addAll(drive.stream().map(EarthPhoto::latLng).toList());
        add(answers, "single photos", new Track(times, single));
        add(answers, "filtered", filter.filter(times, single));
        add(answers, "smoothed", filter.smooth(times, single));
      }
    }
    System.out.println("# " + arguments.command());
    System.out.println("answers,photos,within200,within750,within2500,medianKm");
    answers.forEach(
        (name, guesses) -> {
          DistanceReport report = DistanceReport.of(truths, guesses, 200, 750, 2500);
          System.out.printf(
              Locale.ROOT,
              "%s,%d,%.1f,%.1f,%.1f,%.0f%n",
              name,
              report.count(),
              100 * report.accuracyWithinKm(200),
              100 * report.accuracyWithinKm(750),
              100 * report.accuracyWithinKm(2500),
              report.medianKm());
        });
  }

  private static List<List<EarthPhoto>> drives(Arguments arguments) {
    TestRendering rendering = null;
    for (TestRendering each : TestRendering.values()) {
      if (each.key().equals(arguments.text("tested"))) {
        rendering = each;
      }
    }
    if (rendering == null) {
      throw new IllegalArgumentException("no rendering " + arguments.text("tested"));
    }
    EarthPhotos photos =
        EarthData.read(Path.of(arguments.text("earth")))
            .testPhotos(rendering, EarthPhotoOptions.defaults().withSeed(arguments.number("seed")));
    DriveOptions drive =
        DriveOptions.defaults()
            .withFrames(arguments.number("frames"))
            .withStepKm(arguments.decimal("stepKm"));
    List<List<EarthPhoto>> drives = new ArrayList<>();
    for (int i = 0; i < arguments.number("drives"); i++) {
      drives.add(photos.drive(i, drive));
    }
    return drives;
  }

  private static void add(Map<String, List<LatLng>> answers, String name, Track track) {
    answers.computeIfAbsent(name, key -> new ArrayList<>()).addAll(track.path());
  }
}
