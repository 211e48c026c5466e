package io.github.geofix.eval.protocol;

import io.github.geofix.core.internal.Count;
import io.github.geofix.core.internal.InputFiles;
import io.github.geofix.eval.protocol.CrossViewBenchmark.CrossViewSet;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A benchmark that finds the aerial image of a photo, or the photos of an aerial image: its layout
 * below one folder, its splits and what counts as right.
 *
 * <pre>{@code
 * RetrievalReport report = CrossViewProtocol.VIGOR_SAME.open(root).evaluate(encoder).report();
 *
 * CrossViewProtocol protocol = CrossViewProtocol.VIGOR_SAME;
 * CrossViewSet training = protocol.readTraining(root).complete();
 * Examples examples = model.examples(training.pairs(), protocol::prepare);
 * }</pre>
 */
public enum CrossViewProtocol implements Protocol {
  /**
   * 8,884 panoramas against as many aerial images: Zhai et al., "Predicting Ground-Level Scene
   * Layout from Aerial Imagery", CVPR 2017. {@code splits/val-19zl.csv} has one row a pair: aerial
   * image, panorama, annotation. Row i of {@code split_locations/all.csv}, where that is there, has
   * the position of the images numbered i.
   */
  CVUSA(
      "CVUSA",
      Side.panoramas(8_884),
      Side.aerialImages(8_884),
      "splits/val-19zl.csv (aerial image, panorama, annotation) and the images it names",
      35_532,
      "of splits/train-19zl.csv"),
  /**
   * 8,884 panoramas of Canberra against as many aerial images: Liu and Li, "Lending Orientation to
   * Neural Networks for Cross-view Geo-localization", CVPR 2019. One aerial image is right for each
   * panorama.
   */
  CVACT_VAL(
      "CVACT_val",
      Side.panoramas(8_884),
      Side.aerialImages(8_884),
      cvact("ANU_data_small"),
      35_532,
      cvactTraining()),
  /**
   * As CVACT_VAL, with 92,802 of each, so that neighbors look alike. As most papers do since, one
   * aerial image is right for each panorama; the first counted any within 5 m.
   */
  CVACT_TEST(
      "CVACT_test",
      Side.panoramas(92_802),
      Side.aerialImages(92_802),
      cvact("ANU_data_test"),
      35_532,
      cvactTraining()),
  /**
   * Panoramas of all four cities, one half for testing: Zhu, Yang and Chen, "VIGOR", CVPR 2021. The
   * gallery holds all aerial images of the cities, also those without a panorama.
   */
  VIGOR_SAME(
      "VIGOR same-area",
      Side.panoramas(52_605),
      Side.aerialImages(90_618),
      vigor("NewYork, Seattle, SanFrancisco, Chicago", "same_area_balanced_test.txt"),
      52_609,
      "of the four cities, splits/CITY/same_area_balanced_train.txt"),
  /**
   * As VIGOR_SAME, tested on San Francisco and Chicago by models trained on the other two cities.
   */
  VIGOR_CROSS(
      "VIGOR cross-area",
      Side.panoramas(53_694),
      Side.aerialImages(46_563),
      vigor("SanFrancisco, Chicago", "pano_label_balanced.txt"),
      51_520,
      "of NewYork and Seattle, splits/CITY/pano_label_balanced.txt"),
  /**
   * 37,855 photos of 701 buildings taken by a drone against the aerial images of 951 buildings:
   * Zheng, Wei and Yang, "University-1652", ACM Multimedia 2020. Folders of one number show one
   * building.
   */
  UNIVERSITY_DRONE(
      "University-1652 drone to satellite",
      Side.dronePhotos(37_855),
      Side.aerialImages(951),
      university("query_drone", "gallery_satellite"),
      37_854,
      "of train/drone, each with the aerial image of train/satellite"),
  /**
   * As UNIVERSITY_DRONE, the other way: the aerial images of 701 buildings against drone photos of
   * 951. All 54 photos of a building are right.
   */
  UNIVERSITY_SATELLITE(
      "University-1652 satellite to drone",
      Side.aerialImages(701),
      Side.dronePhotos(51_355),
      university("query_satellite", "gallery_drone"),
      37_854,
      "of train/drone, each with the aerial image of train/satellite");

  private static final List<String> VIGOR_CITIES =
      List.of("NewYork", "Seattle", "SanFrancisco", "Chicago");
  private static final List<String> VIGOR_CROSS_CITIES = List.of("SanFrancisco", "Chicago");
  private static final List<String> VIGOR_CROSS_TRAINING_CITIES = List.of("NewYork", "Seattle");

  /** Corrected labels, given out by the authors of SliceMatch, are preferred where present. */
  private static final List<String> VIGOR_SPLITS =
      List.of("splits__corrected", "splits_corrected", "splits");

  /** How many images of a kind are queries, or make the gallery. */
  record Side(int count, Kind kind) {
    static Side panoramas(int count) {
      return new Side(count, Kind.PANORAMAS);
    }

    static Side dronePhotos(int count) {
      return new Side(count, Kind.DRONE_PHOTOS);
    }

    static Side aerialImages(int count) {
      return new Side(count, Kind.AERIAL_IMAGES);
    }

    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%,d %s", count, kind);
    }
  }

  /** What the images of a side are. */
  enum Kind {
    PANORAMAS,
    DRONE_PHOTOS,
    AERIAL_IMAGES;

    /** Returns for example {@code drone photos}. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  private final String dataset;

  @SuppressWarnings("ImmutableEnumChecker") // a record of a number and an enum
  private final Side queries;

  @SuppressWarnings("ImmutableEnumChecker") // as above
  private final Side gallery;

  private final String layout;
  private final int trainingPhotos;
  private final String trainingList;

  CrossViewProtocol(
      String dataset,
      Side queries,
      Side gallery,
      String layout,
      int trainingPhotos,
      String trainingList) {
    this.dataset = dataset;
    this.queries = queries;
    this.gallery = gallery;
    this.layout = layout;
    this.trainingPhotos = trainingPhotos;
    this.trainingList = trainingList;
  }

  private static String cvact(String folder) {
    return "ACT_data.mat, "
        + folder
        + "/streetview/ID_grdView.jpg and "
        + folder
        + "/satview_polish/ID_satView_polish.jpg";
  }

  private static String cvactTraining() {
    return "of trainSet in ACT_data.mat, images in ANU_data_small";
  }

  private static String university(String queries, String gallery) {
    return "test/%s and test/%s, one folder a building, with any number of images"
        .formatted(queries, gallery);
  }

  private static String vigor(String cities, String labels) {
    return "for each CITY of "
        + cities
        + ": splits/CITY/satellite_list.txt, splits/CITY/"
        + labels
        + ", CITY/satellite and CITY/panorama";
  }

  @Override
  public String dataset() {
    return dataset;
  }

  @Override
  public String layout() {
    return layout;
  }

  @Override
  public String split() {
    return queries + " in a gallery of " + gallery;
  }

  @Override
  public String training() {
    return new Side(trainingPhotos, isUniversity() ? Kind.DRONE_PHOTOS : Kind.PANORAMAS)
        + " "
        + trainingList;
  }

  @Override
  public String preprocessing() {
    return isCvact()
        ? "the middle half of the panorama's rows, then the model's own"
        : "the model's own";
  }

  @Override
  public String metrics() {
    return "R@1, R@5, R@10, R@1% (K = "
        + Math.max(1, gallery.count() / 100)
        + ")"
        + (isVigor() ? ", two hit rates, R@1 within 40, 50 and 100 m" : "")
        + (reportsAveragePrecision() ? ", average precision (AP)" : "");
  }

  /**
   * Prepares a ground photo as the benchmark's users do, to train on it and to test it, before any
   * model's own preprocessing: of a CVACT panorama, the rows from a quarter of the height to three
   * quarters; sky and road go.
   */
  public BufferedImage prepare(BufferedImage photo) {
    if (!isCvact()) {
      return photo;
    }
    int top = photo.getHeight() / 4;
    int bottom = photo.getHeight() * 3 / 4;
    return photo.getSubimage(0, top, photo.getWidth(), Math.max(1, bottom - top));
  }

  private boolean isCvact() {
    return this == CVACT_VAL || this == CVACT_TEST;
  }

  private boolean isVigor() {
    return this == VIGOR_SAME || this == VIGOR_CROSS;
  }

  private boolean isUniversity() {
    return this == UNIVERSITY_DRONE || this == UNIVERSITY_SATELLITE;
  }

  /** Returns for example {@code 24 drone photos and 50 aerial images}. */
  public String counts(CrossViewSet set) {
    return Count.of(set.queries().size(), queries.kind().toString())
        + " and "
        + Count.of(set.gallery().size(), gallery.kind().toString());
  }

  /**
   * Returns from where the photos are taken, {@code ground} or {@code drone}, as the setting {@code
   * photos.type} of a recombine model has it.
   */
  public String photoType() {
    return isUniversity() ? "drone" : "ground";
  }

  /** Returns the name of an image on a page: with its folder where that names the place. */
  String nameOf(Path image) {
    return String.valueOf(
        isUniversity()
            ? image.resolve("../..").normalize().relativize(image.normalize())
            : image.getFileName());
  }

  /** Returns what the queries are. */
  Kind queryKind() {
    return queries.kind();
  }

  /** Returns what the images of the gallery are. */
  Kind galleryKind() {
    return gallery.kind();
  }

  /** Returns whether average precision is one of the benchmark's figures. */
  boolean reportsAveragePrecision() {
    return isUniversity();
  }

  /**
   * Returns the protocol of a name such as {@code vigor-cross}, in capital or small letters.
   *
   * @throws IllegalArgumentException if there is none; the message lists those known
   */
  public static CrossViewProtocol named(String name) {
    return Protocol.named(name, List.of(values()));
  }

  /**
   * Opens the test split, ready to evaluate a model. All images must be there.
   *
   * @param root the benchmark's folder
   * @throws IllegalArgumentException if images are missing or listed twice, or a list is malformed
   * @throws UncheckedIOException if a list cannot be read
   */
  public CrossViewBenchmark open(Path root) {
    return CrossViewBenchmark.of(this, read(root).complete());
  }

  /**
   * Reads the lists of the test split and looks for every image they name.
   *
   * @throws IllegalArgumentException if a list is malformed; the message names the file and line
   * @throws UncheckedIOException if a list cannot be read
   */
  public CrossViewSet read(Path root) {
    return read(root, new CrossViewSet.Builder(true));
  }

  /**
   * Reads the lists of the test split alone, for embeddings that are already made.
   *
   * @throws IllegalArgumentException if a list is malformed; the message names the file and line
   * @throws UncheckedIOException if a list cannot be read
   */
  public CrossViewSet readLists(Path root) {
    return read(root, new CrossViewSet.Builder(false));
  }

  /**
   * Reads the lists of the training split and looks for every image they name. Both of CVACT's
   * protocols have the same one, and both of University-1652's: drone photos, each with its aerial
   * image.
   *
   * @throws IllegalArgumentException if a list is malformed; the message names the file and line
   * @throws UncheckedIOException if a list cannot be read
   */
  public CrossViewSet readTraining(Path root) {
    CrossViewSet.Builder set = new CrossViewSet.Builder(true);
    switch (this) {
      case CVUSA -> readCvusa(root, "train-19zl.csv", set);
      case CVACT_VAL, CVACT_TEST -> readCvact(root, "trainSet", "ANU_data_small", set);
      case VIGOR_SAME -> readVigor(root, VIGOR_CITIES, "same_area_balanced_train", set);
      case VIGOR_CROSS -> readVigor(root, VIGOR_CROSS_TRAINING_CITIES, "pano_label_balanced", set);
      case UNIVERSITY_DRONE, UNIVERSITY_SATELLITE ->
          UniversityFolders.read(root, "train/drone", "train/satellite", set);
    }
    return set.buildTraining(trainingPhotos);
  }

  private CrossViewSet read(Path root, CrossViewSet.Builder set) {
    switch (this) {
      case CVUSA -> readCvusa(root, "val-19zl.csv", set);
      case CVACT_VAL -> readCvact(root, "valSet", "ANU_data_small", set);
      case CVACT_TEST -> readCvact(root, "valSetAll", "ANU_data_test", set);
      case VIGOR_SAME -> readVigor(root, VIGOR_CITIES, "same_area_balanced_test", set);
      case VIGOR_CROSS -> readVigor(root, VIGOR_CROSS_CITIES, "pano_label_balanced", set);
      case UNIVERSITY_DRONE ->
          UniversityFolders.read(root, "test/query_drone", "test/gallery_satellite", set);
      case UNIVERSITY_SATELLITE ->
          UniversityFolders.read(root, "test/query_satellite", "test/gallery_drone", set);
    }
    return set.build(queries, gallery);
  }

  private static void readCvusa(Path root, String name, CrossViewSet.Builder set) {
    Path list = root.resolve("splits").resolve(name);
    Path locations = root.resolve("split_locations/all.csv");
    List<String> places = Files.exists(locations) ? lines(locations) : List.of();
    for (String line : lines(list)) {
      List<String> fields = Arrays.asList(line.split(",", -1));
      if (fields.size() < 2) {
        throw new IllegalArgumentException(
            list + ": \"" + line + "\" is not aerial image, panorama, annotation");
      }
      int row = set.row(root.resolve(fields.get(0).strip()), Optional.empty());
      Path panorama = root.resolve(fields.get(1).strip());
      set.query(panorama, PlaceInName.numbered(panorama, places), new int[] {row});
    }
  }

  private static void readCvact(Path root, String split, String folder, CrossViewSet.Builder set) {
    for (CvactLists.Panorama panorama : CvactLists.read(root.resolve("ACT_data.mat"), split)) {
      String id = panorama.id();
      int row =
          set.row(
              root.resolve(folder + "/satview_polish/" + id + "_satView_polish.jpg"),
              Optional.empty());
      set.query(
          root.resolve(folder + "/streetview/" + id + "_grdView.jpg"),
          panorama.place(),
          new int[] {row});
    }
  }

  private static void readVigor(
      Path root, List<String> cities, String labels, CrossViewSet.Builder set) {
    Path splits =
        VIGOR_SPLITS.stream()
            .map(root::resolve)
            .filter(Files::isDirectory)
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        root + " holds none of the folders " + String.join(", ", VIGOR_SPLITS)));
    Map<String, Integer> rows = new LinkedHashMap<>();
    for (String city : cities) {
      for (String name : lines(splits.resolve(city + "/satellite_list.txt"))) {
        Path image = root.resolve(city + "/satellite/" + name);
        rows.put(city + "/" + name, set.row(image, PlaceInName.satellite(image)));
      }
    }
    for (String city : cities) {
      Path list = splits.resolve(city + "/" + labels + label(splits, city, labels));
      for (String line : lines(list)) {
        String[] fields = line.split("\\s+");
        // The panorama, then four times an aerial image and the offset of the panorama in it.
        if (fields.length != 13) {
          throw new IllegalArgumentException(
              list + ": \"" + line + "\" is not a panorama and four aerial images with offsets");
        }
        int[] covering = new int[4];
        for (int i = 0; i < 4; i++) {
          Integer row = rows.get(city + "/" + fields[1 + 3 * i]);
          if (row == null) {
            throw new IllegalArgumentException(
                list + ": " + fields[1 + 3 * i] + " is not in " + city + "/satellite_list.txt");
          }
          covering[i] = row;
        }
        Path panorama = root.resolve(city + "/panorama/" + fields[0]);
        set.query(
            panorama,
            PlaceInName.panorama(panorama),
            new int[] {covering[0]},
            Arrays.copyOfRange(covering, 1, 4));
      }
    }
  }

  private static String label(Path splits, String city, String labels) {
    // The corrected lists carry a suffix in their names.
    return Files.exists(splits.resolve(city + "/" + labels + "__corrected.txt"))
        ? "__corrected.txt"
        : ".txt";
  }

  private static List<String> lines(Path list) {
    try {
      return Files.readAllLines(InputFiles.find(list), StandardCharsets.UTF_8).stream()
          .map(String::strip)
          .filter(line -> !line.isEmpty())
          .toList();
    } catch (NoSuchFileException e) {
      throw new UncheckedIOException(
          "no such list: " + list + "; was the folder that holds it given?", e);
    } catch (CharacterCodingException e) {
      throw new UncheckedIOException("the list " + list + " is not UTF-8 text", e);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot read the list " + list + ": " + InputFiles.reason(e), e);
    }
  }

  /** Returns the name, for example {@code vigor-cross}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
