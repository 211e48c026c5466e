package io.github.geofix.cli;

import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.Manifest;
import io.github.geofix.core.Photo;
import io.github.geofix.core.PhotoSource;
import io.github.geofix.core.abstention.AnswerRule;
import io.github.geofix.core.abstention.AnswerRule.ErrorBound;
import io.github.geofix.core.abstention.AnswerRules;
import io.github.geofix.core.abstention.CalibrationVectors;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.Count;
import io.github.geofix.core.internal.csv.PhotoRow;
import io.github.geofix.eval.LearnThenTest;
import io.github.geofix.models.Family;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.calibration.Calibration;
import io.github.geofix.models.image.Photos;
import io.github.geofix.models.io.ModelFolder;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code geofix calibrate}. */
@Command(
    name = "calibrate",
    description = {
      "Calibrates a model that exists on photos it was not trained on: its scores become"
          + " probabilities, and its regions hold the truth as often as they state.",
      "With --within and --confidence, every other photo fits a rule for which answers to give,"
          + " which geofix locate follows. Nothing but calibration.json, answer-rules.json and"
          + " calibration-vectors.safetensors of the folder changes."
    },
    footer = {
      "",
      "Examples:",
      "  geofix calibrate --model models/embed --data held.csv --group camera",
      "  geofix calibrate --model models/embed --data held.csv --within 200 --confidence 0.9"
    },
    mixinStandardHelpOptions = true)
final class CalibrateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--model", required = true, paramLabel = "DIR", description = "Model folder.")
  private Path model;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "CSV",
      description = "Photos not trained on: columns image, latitude, longitude.")
  private Path data;

  @Option(
      names = "--group",
      paramLabel = "COLUMN",
      description =
          "Column of --data, such as date or camera: regions and rule hold in each of its groups,"
              + " not only on average.")
  private @Nullable String group;

  @Option(
      names = "--for",
      paramLabel = "CSV",
      description =
          "Photos of the kind that the model will be asked about, if it is another one: column"
              + " image. Their positions are not used.")
  private @Nullable Path others;

  @Option(
      names = "--shift",
      defaultValue = "weighted",
      paramLabel = "HOW",
      description =
          "With --for: weighted counts photos of --data more that score like those, worst_case also"
              + " holds if such photos are harder than their scores show (default:"
              + " ${DEFAULT-VALUE}).")
  private Calibration.Shift shift;

  @Option(
      names = "--by-continent",
      description = "Regions hold on each continent that photos are placed on, not only on all.")
  private boolean byContinent;

  @Option(
      names = "--tiles",
      paramLabel = "SOURCE",
      description = "The map, where it is not where the model was trained with it.")
  private @Nullable String tiles;

  static final class Rule {
    @Option(
        names = "--within",
        required = true,
        paramLabel = "KM",
        description = "An answer is right within this.")
    private double km;

    @Option(
        names = "--confidence",
        required = true,
        paramLabel = "SHARE",
        description = "The least share of right answers among those given, such as 0.9.")
    private double confidence;

    @Option(
        names = "--failure",
        defaultValue = "0.1",
        paramLabel = "SHARE",
        description =
            "The probability that the rule breaks this bound (default: ${DEFAULT-VALUE}).")
    private double failure;
  }

  @ArgGroup(exclusive = false)
  private @Nullable Rule rule;

  @Mixin private final LoadChoice load = new LoadChoice();

  @Override
  public Integer call() {
    if (byContinent && others != null) {
      throw new ParameterException(
          spec.commandLine(), "--by-continent and --for cannot be combined: give one of them");
    }
    if (others == null && spec.commandLine().getParseResult().hasMatchedOption("--shift")) {
      throw new ParameterException(
          spec.commandLine(), "--shift needs --for, the photos of the other kind");
    }
    List<Manifest.Entry> photos = PhotoLists.read(data).entries();
    PrintWriter out = spec.commandLine().getOut();
    ModelFolder folder = load.open(model);
    if (tiles != null) {
      folder = folder.with(MapSetting.of(tiles, folder.method()));
    }
    List<Manifest.Entry> calibrating = rule == null ? photos : everyOther(photos, 0);
    try (GeoModel loaded = Family.of(folder).load(folder);
        Bar bar = Bar.of("calibrate", photos.size())) {
      PhotoSource counted = new Counted(calibrating, load.photoLimits(), bar);
      List<String> groups = groups(calibrating);
      Calibration calibration =
          others != null
              ? loaded.calibrateForShift(counted, groups, unlocated(others), shift)
              : byContinent
                  ? loaded.calibrateByContinent(counted, groups)
                  : loaded.calibrate(counted, groups);
      Optional<AnswerRule> fitted =
          rule == null ? Optional.empty() : Optional.of(fit(rule, loaded, photos, bar));
      Optional<CalibrationVectors> vectors =
          loaded.calibrationVectors(Photos.source(Manifest.of(photos), load.photoLimits()));
      folder.saveCalibration(calibration);
      // Rules of the calibration before this one do not hold for its scores.
      new AnswerRules(fitted.stream().toList()).save(model);
      vectors.ifPresent(kept -> kept.save(model));
      out.printf(
          Locale.ROOT,
          "%s on %s: temperature %.3f%n",
          model,
          Count.of(calibrating.size(), "photos"),
          calibration.temperature());
      print("", calibration.regionShares());
      calibration
          .continents()
          .ifPresent(
              shares ->
                  new TreeMap<>(shares)
                      .forEach((continent, of) -> print(" placed in " + continent, of)));
    }
    out.flush();
    return 0;
  }

  private void print(String where, List<Double> shares) {
    for (int i = 0; i < Calibration.COVERAGE.size(); i++) {
      spec.commandLine()
          .getOut()
          .printf(
              Locale.ROOT,
              "  %.0f %% regions%s hold %.1f %% of the score%n",
              100 * Calibration.COVERAGE.get(i),
              where,
              100 * shares.get(i));
    }
  }

  private AnswerRule fit(Rule wanted, GeoModel loaded, List<Manifest.Entry> all, Bar bar) {
    List<Manifest.Entry> photos = everyOther(all, 1);
    List<Path> images = photos.stream().map(Manifest.Entry::image).toList();
    List<Location> locations = new ArrayList<>(images.size());
    List<Location> ofOthers = new ArrayList<>();
    try (Localizer localizer = loaded.localizer()) {
      for (Path image : images) {
        locations.add(localizer.locate(image));
        bar.stepTo(all.size() - images.size() + locations.size());
      }
      if (others != null && shift == Calibration.Shift.WORST_CASE) {
        PhotoRow.readCsv(others).forEach(photo -> ofOthers.add(localizer.locate(photo.image())));
      }
    }
    List<LatLng> truths = photos.stream().map(Manifest.Entry::latLng).toList();
    List<String> groups = groups(photos);
    ErrorBound bound = new ErrorBound(wanted.km, wanted.confidence, wanted.failure);
    AnswerRule fitted =
        ofOthers.isEmpty()
            ? LearnThenTest.fit(locations, truths, groups, bound)
            : LearnThenTest.fitForShift(locations, truths, groups, bound, ofOthers);
    print(fitted, locations);
    return fitted;
  }

  private void print(AnswerRule fitted, List<Location> locations) {
    long given = locations.stream().filter(fitted::accepts).count();
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        Locale.ROOT,
        "Answers %s: %s%n",
        fitted.bound(),
        fitted
            .leastMass()
            .map(
                mass ->
                    String.format(
                        Locale.ROOT,
                        "%.1f %% of these photos are answered, those with %.3f of the score there",
                        100.0 * given / locations.size(),
                        mass))
            .orElse("none can be given, on the evidence of these photos"));
  }

  private List<String> groups(List<Manifest.Entry> photos) {
    if (group == null) {
      return Collections.nCopies(photos.size(), "");
    }
    return photos.stream().map(photo -> group(photo.extra(), group)).toList();
  }

  private String group(Map<String, String> extra, String column) {
    String value = extra.get(column.toLowerCase(Locale.ROOT));
    if (value == null) {
      throw new IllegalArgumentException(
          data
              + " has no column "
              + column
              + "; it has "
              + (extra.isEmpty()
                  ? "none besides image, latitude and longitude"
                  : String.join(", ", new TreeSet<>(extra.keySet()))));
    }
    return value;
  }

  /** Returns photos without positions, in whose place one is made up that is not used. */
  private PhotoSource unlocated(Path csv) {
    return Photos.source(
        Manifest.of(
            PhotoRow.readCsv(csv).stream()
                .map(photo -> new Manifest.Entry(photo.image(), new LatLng(0, 0), photo.extra()))
                .toList()),
        load.photoLimits());
  }

  private static <T> List<T> everyOther(List<T> all, int first) {
    return IntStream.iterate(first, i -> i < all.size(), i -> i + 2).mapToObj(all::get).toList();
  }

  /** Photos whose reading is counted. */
  private static final class Counted implements PhotoSource {
    private final PhotoSource photos;
    private final Bar bar;

    Counted(List<Manifest.Entry> photos, Photo.Limits limits, Bar bar) {
      this.photos = Photos.source(Manifest.of(photos), limits);
      this.bar = bar;
    }

    @Override
    public int size() {
      return photos.size();
    }

    @Override
    public LabeledPhoto photo(int epoch, int index) {
      LabeledPhoto photo = photos.photo(epoch, index);
      bar.stepTo(index + 1L);
      return photo;
    }
  }
}
