package io.github.geofix.eval.protocol;

import io.github.geofix.core.cell.ZoomGrid;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.eval.DistanceReport;
import io.github.geofix.eval.protocol.PhotoBenchmark.PhotoSet;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A benchmark of photos with known positions: where its table and images are below one folder, and
 * the distances it reports. Predictions are the center of the photo's place; no image is cropped or
 * resized by the protocol, as every model brings its own preprocessing.
 *
 * <pre>{@code
 * PhotoBenchmark benchmark = PhotoProtocol.IM2GPS3K.open(root);
 * DistanceReport report = benchmark.evaluate(localizer).report().distances();
 * }</pre>
 *
 * <p>Tables differ from mirror to mirror: the first of {@link #tables} that exists is read, columns
 * are found by any of the names in use, and an image by its name without folder and extension.
 */
public enum PhotoProtocol implements Protocol {
  /** 237 photos of Flickr: Hays and Efros, "IM2GPS", CVPR 2008. */
  IM2GPS("IM2GPS", 237, List.of("im2gps_places365.csv", "im2gps.csv")),
  /** 2,997 photos of Flickr: Vo, Jacobs and Hays, "Revisiting IM2GPS", ICCV 2017. */
  IM2GPS3K("IM2GPS3k", 2997, List.of("im2gps3k_places365.csv", "im2gps3k.csv")),
  /** 4,536 photos of YFCC100M: Vo, Jacobs and Hays 2017. */
  YFCC4K("YFCC4k", 4536, List.of("yfcc4k_places365.csv", "yfcc4k_places.csv", "yfcc4k.csv")),
  /** 25,600 photos of YFCC100M: Muller-Budack, Pustu-Iren and Ewerth, ECCV 2018. */
  YFCC26K("YFCC26k", 25600, List.of("yfcc25600_places365.csv", "yfcc26k.csv")),
  /**
   * Street views sampled over the planet: Clark et al., "Where We Are and What We're Looking At",
   * CVPR 2023. Only ids are given out; the size of a copy varies as views disappear.
   */
  GWS15K("GWS15k", 0, List.of("gws15k.csv", "GWS15k.csv", "ids.csv")),
  /** 210,122 street views: Astruc et al., "OpenStreetView-5M", CVPR 2024. */
  OSV5M("OSV-5M", 210_122, List.of("test.csv")),
  /** 4.7 million photos of Flickr, for training: Larson et al., MediaEval Placing Task 2016. */
  MP16(
      "MP-16",
      0,
      List.of(
          "MP16_Pro_places365.csv",
          "MP16_Pro_filtered.csv",
          "mp16_places365.csv",
          "mp16_urls.csv",
          "mp16.csv")),
  /**
   * Street views of Washington DC with their zoom sequence: Erzurumlu et al., "Just Zoom In", 2026.
   * As published, the photos are below {@code streetview/images} and the map that belongs to them
   * is {@code satellite/layout.yaml}.
   */
  JUST_ZOOM_IN(
      "JustZoomIn-DC val",
      0,
      List.of("metadata/large_area_val_map.csv", "val.csv", "validation.csv", "test.csv"),
      0.04,
      0.05,
      0.1);

  /** The square of the released sequences: 10 km, four steps of 4 x 4 cells. */
  private static final ZoomGrid WASHINGTON =
      ZoomGrid.local(new LatLng(38.89359772760171, -76.98851635800084), 10_000, 4, 4, 4, 4);

  private final String dataset;
  private final int photos;

  @SuppressWarnings("ImmutableEnumChecker") // made by List.of
  private final List<String> tables;

  @SuppressWarnings("ImmutableEnumChecker") // made by List.of or Stream.toList
  private final List<Double> limitsKm;

  PhotoProtocol(String dataset, int photos, List<String> tables, double... limitsKm) {
    this.dataset = dataset;
    this.photos = photos;
    this.tables = tables;
    this.limitsKm =
        limitsKm.length == 0
            ? DistanceReport.STANDARD_KM
            : Arrays.stream(limitsKm).boxed().toList();
  }

  @Override
  public String dataset() {
    return dataset;
  }

  @Override
  public String layout() {
    return String.join(" or ", tables)
        + " with columns for id, latitude and longitude; the photos at any depth, named by id"
        + (this == JUST_ZOOM_IN ? " and _undistorted; the map satellite/layout.yaml" : "");
  }

  @Override
  public String split() {
    return this == MP16
        ? "nothing: all photos, to train on"
        : (photos == 0 ? "all photos" : String.format(Locale.ROOT, "%,d photos", photos))
            + " of the table";
  }

  @Override
  public String preprocessing() {
    return "the model's own";
  }

  @Override
  public String metrics() {
    return "shares within "
        + limitsKm.stream()
            .map(km -> BigDecimal.valueOf(km).stripTrailingZeros().toPlainString())
            .collect(Collectors.joining(", "))
        + " km, median"
        + (this == JUST_ZOOM_IN ? ", sequences right at every step" : "");
  }

  @Override
  public String training() {
    return trainingTables().isEmpty()
        ? "nothing of its own"
        : "all photos of " + String.join(" or ", trainingTables());
  }

  /**
   * Returns the protocol of a name such as {@code im2gps3k}, in capital or small letters.
   *
   * @throws IllegalArgumentException if there is none; the message lists those known
   */
  public static PhotoProtocol named(String name) {
    return Protocol.named(name, List.of(values()));
  }

  /**
   * Opens the benchmark, ready to evaluate a localizer. All images must be there.
   *
   * @param root as of {@link #read}
   * @throws IllegalArgumentException if there is no table, it has not the columns, or images or
   *     positions are missing
   * @throws java.io.UncheckedIOException if a file cannot be read
   */
  public PhotoBenchmark open(Path root) {
    PhotoSet set = read(root);
    set.complete();
    return PhotoBenchmark.of(this, set);
  }

  /** Returns the cells that the benchmark's sequences name, if it has sequences. */
  public Optional<ZoomGrid> grid() {
    return this == JUST_ZOOM_IN ? Optional.of(WASHINGTON) : Optional.empty();
  }

  /** Returns the distances the benchmark reports, in km. */
  public List<Double> limitsKm() {
    return limitsKm;
  }

  /** Returns the file names its table goes by. */
  public List<String> tables() {
    return tables;
  }

  /**
   * Reads the table, finds the images and checks both.
   *
   * @param root the folder that holds the table and, at any depth, the images
   * @throws IllegalArgumentException if there is no table, or it has not the columns
   * @throws java.io.UncheckedIOException if a file cannot be read
   */
  public PhotoSet read(Path root) {
    return PhotoTable.read(this, root, true);
  }

  /**
   * Reads and checks the table alone, for predictions that are already made. Images are named by
   * their id.
   *
   * @param root the folder that holds the table
   * @throws IllegalArgumentException if there is no table, or it has not the columns
   * @throws java.io.UncheckedIOException if a file cannot be read
   */
  public PhotoSet readTable(Path root) {
    return PhotoTable.read(this, root, false);
  }

  /**
   * Reads the table of photos to train on, finds the images and checks both.
   *
   * @param root as of {@link #read}
   * @throws IllegalArgumentException if the benchmark has no such table, it is not there, or it has
   *     not the columns
   * @throws java.io.UncheckedIOException if a file cannot be read
   */
  public PhotoSet readTraining(Path root) {
    if (trainingTables().isEmpty()) {
      throw new IllegalArgumentException(
          this
              + " has no photos to train on, only "
              + Arrays.stream(values())
                  .filter(protocol -> !protocol.trainingTables().isEmpty())
                  .map(PhotoProtocol::toString)
                  .collect(Collectors.joining(", ")));
    }
    return PhotoTable.readTraining(this, root);
  }

  /**
   * Returns the file names that the table of photos to train on goes by; empty if there is none.
   */
  List<String> trainingTables() {
    return switch (this) {
      case OSV5M -> List.of("train.csv");
      case JUST_ZOOM_IN -> List.of("metadata/large_area_train_map.csv", "train.csv");
      case MP16 -> tables;
      default -> List.of();
    };
  }

  /**
   * Returns the folder of the photos, where the published one is known: beside it may be a map of
   * very many tiles.
   */
  Path imageFolder(Path root) {
    Path published = root.resolve("streetview/images");
    return this == JUST_ZOOM_IN && Files.isDirectory(published) ? published : root;
  }

  /** Returns what may follow the id in the name of a photo. */
  String imageSuffix() {
    return this == JUST_ZOOM_IN ? "_undistorted" : "";
  }

  /** Returns how many photos the benchmark has, or 0 where that varies. */
  int photos() {
    return photos;
  }

  /** Returns the name, for example {@code just-zoom-in}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
