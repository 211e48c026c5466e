package io.github.geofix.cli;

import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.Manifest;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.earth.EarthBackdrop;
import io.github.geofix.eval.DistanceEvaluator;
import io.github.geofix.eval.DistanceReport;
import io.github.geofix.eval.PhotoReport;
import io.github.geofix.eval.PublishedFigures;
import io.github.geofix.eval.Table;
import io.github.geofix.eval.protocol.Finding;
import io.github.geofix.eval.protocol.PhotoProtocol;
import io.github.geofix.eval.protocol.PhotoSet;
import io.github.geofix.eval.report.EmbeddedImage;
import io.github.geofix.eval.report.HtmlReport;
import io.github.geofix.eval.report.LocatedPhoto;
import io.github.geofix.models.image.Photos;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The evaluation of answers to where photos were taken. */
final class PhotoRun {
  /** Photos whose candidates and pictures are kept for the page. */
  private static final int IN_DETAIL = 12;

  private static final int ON_THE_MAP = 200;
  private static final int PICTURE_PIXELS = 320;

  private final @Nullable PhotoProtocol protocol;
  private final Path source;
  private final PhotoSet set;
  private final List<Double> km;
  private final PhotoReport.Options options;

  private PhotoRun(
      @Nullable PhotoProtocol protocol,
      Path source,
      PhotoSet set,
      List<Double> km,
      PhotoReport.Options options) {
    this.protocol = protocol;
    this.source = source;
    this.set = set;
    this.km = km;
    this.options = options;
  }

  /**
   * Reads the photos and refuses what would spoil the figures.
   *
   * @param source the benchmark's folder, or the CSV file where there is no protocol
   * @param images whether the images are needed
   * @param incomplete whether to go on with the photos that can be used
   * @param note is told what a person should know
   */
  static PhotoRun read(
      @Nullable PhotoProtocol protocol,
      Path source,
      boolean images,
      boolean incomplete,
      Consumer<Finding> note) {
    PhotoSet set =
        protocol == null
            ? PhotoSet.of(Manifest.readCsv(source), images)
            : images ? protocol.read(source) : protocol.readTable(source);
    if (!incomplete) {
      set.complete();
    }
    set.findings().forEach(note);
    PhotoReport.Options options = PhotoReport.Options.defaults();
    return protocol == null
        ? new PhotoRun(null, source, set, DistanceReport.STANDARD_KM, options)
        : new PhotoRun(
            protocol,
            source,
            set,
            protocol.limitsKm(),
            protocol.grid().map(options::withGrid).orElse(options));
  }

  /** Returns a copy with other limits, or this if there are none. */
  PhotoRun withKm(@Nullable List<Double> limits) {
    return limits == null ? this : new PhotoRun(protocol, source, set, limits, options);
  }

  PhotoRun withRightKm(double rightKm) {
    return new PhotoRun(protocol, source, set, km, options.withRightKm(rightKm));
  }

  /**
   * Returns a copy that breaks the figures down by cells.
   *
   * @param cells an S2 level, or the file of a partition
   */
  PhotoRun withCells(String cells) {
    CellPartition partition =
        cells.matches("\\d{1,2}")
            ? CellPartition.fixedLevel(photos().locations(), Integer.parseInt(cells))
            : CellPartition.load(Path.of(cells));
    return new PhotoRun(protocol, source, set, km, options.withCells(partition));
  }

  Manifest photos() {
    return set.photos();
  }

  Evaluated evaluate(Path model, ModelChoice choice) {
    List<Manifest.Entry> answers = new ArrayList<>();
    Map<Integer, Location> locations = new HashMap<>();
    try (Localizer localizer = choice.load(model);
        Bar bar = Bar.of("evaluate", photos().size())) {
      DistanceReport distances =
          evaluator()
              .withObserver(
                  (index, photo, location) -> {
                    Map<String, String> score = Map.of("score", Double.toString(location.score()));
                    answers.add(new Manifest.Entry(photo.image(), location.latLng(), score));
                    if (index < IN_DETAIL) {
                      locations.put(index, location);
                    }
                    bar.stepTo(index + 1);
                  })
              .evaluate(localizer, photos());
      return evaluated(model, distances, Manifest.of(answers), locations);
    }
  }

  Evaluated evaluatePredictions(Path csv) {
    Manifest answers = DistanceEvaluator.pair(Manifest.readCsv(csv), photos());
    return evaluated(csv, evaluator().evaluate(answers, photos()), answers, Map.of());
  }

  private DistanceEvaluator evaluator() {
    return DistanceEvaluator.defaults()
        .withKm(km.stream().mapToDouble(Double::doubleValue).toArray());
  }

  private Evaluated evaluated(
      Path system, DistanceReport distances, Manifest answers, Map<Integer, Location> locations) {
    PhotoReport report = PhotoReport.of(distances, photos(), answers, options);
    String name = String.valueOf(system.getFileName());
    Optional<Table> published =
        published().map(dataset -> PublishedFigures.table(dataset, name, report.shares()));
    return new Evaluated(
        report.toMarkdown()
            + published.map(table -> PublishedNote.markdown(table, set.whole())).orElse(""),
        report.toJson(),
        report.toCsv(),
        published.orElseGet(() -> DistanceReport.table(Map.of(name, distances))),
        () -> page(name, report, answers, locations, published));
  }

  private Optional<String> published() {
    return Optional.ofNullable(protocol)
        .map(PhotoProtocol::dataset)
        .filter(dataset -> PublishedFigures.datasets().contains(dataset));
  }

  private HtmlReport page(
      String name,
      PhotoReport report,
      Manifest answers,
      Map<Integer, Location> locations,
      Optional<Table> published) {
    List<LocatedPhoto> shown = new ArrayList<>();
    for (int i = 0; i < Math.min(ON_THE_MAP, photos().size()); i++) {
      shown.add(shown(i, answers.entries().get(i).latLng(), locations.get(i)));
    }
    HtmlReport page =
        HtmlReport.of(name, report, shown, IN_DETAIL)
            .subtitle(
                name
                    + " on "
                    + (protocol == null ? source : protocol.dataset())
                    + ", "
                    + Count.of(report.distances().count(), "photos"))
            .provenance("data", source.toString());
    EarthBackdrop.find().ifPresent(page::world);
    published.ifPresent(table -> page.add(PublishedNote.section(table, set.whole())));
    set.findings().forEach(finding -> page.provenance("note", finding.toString()));
    return page;
  }

  private LocatedPhoto shown(int index, LatLng guess, @Nullable Location location) {
    Manifest.Entry photo = photos().entries().get(index);
    String name = String.valueOf(photo.image().getFileName());
    LocatedPhoto located =
        location == null
            ? LocatedPhoto.of(name, photo.latLng(), guess)
            : LocatedPhoto.of(name, photo.latLng(), location);
    return index < IN_DETAIL && Files.isReadable(photo.image())
        ? located.withPicture(
            "photo", EmbeddedImage.thumbnail(Photos.read(photo.image()), PICTURE_PIXELS))
        : located;
  }
}
