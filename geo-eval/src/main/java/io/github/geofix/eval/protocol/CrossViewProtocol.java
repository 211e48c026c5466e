package io.github.geofix.eval.protocol;

import io.github.geofix.eval.Matches;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A benchmark that finds the aerial image of a ground photo: its layout below one folder, its split
 * and what counts as right.
 */
public enum CrossViewProtocol {
  /**
   * 8,884 panoramas against as many aerial images: Zhai et al., "Predicting Ground-Level Scene
   * Layout from Aerial Imagery", CVPR 2017. {@code splits/val-19zl.csv} has one row a pair: aerial
   * image, panorama, annotation.
   */
  CVUSA("CVUSA"),
  /**
   * Panoramas of all four cities, one half for testing: Zhu, Yang and Chen, "VIGOR", CVPR 2021. The
   * gallery holds all aerial images of the cities, also those without a panorama.
   */
  VIGOR_SAME("VIGOR same-area"),
  /**
   * As VIGOR_SAME, tested on San Francisco and Chicago by models trained on the other two cities.
   */
  VIGOR_CROSS("VIGOR cross-area");

  private static final List<String> VIGOR_CITIES =
      List.of("NewYork", "Seattle", "SanFrancisco", "Chicago");
  private static final List<String> VIGOR_CROSS_CITIES = List.of("SanFrancisco", "Chicago");

  /** Corrected labels, given out by the authors of SliceMatch, are preferred where present. */
  private static final List<String> VIGOR_SPLITS =
      List.of("splits__corrected", "splits_corrected", "splits");

  private final String dataset;

  CrossViewProtocol(String dataset) {
    this.dataset = dataset;
  }

  /**
   * Returns the protocol of a name such as {@code vigor-cross}.
   *
   * @throws IllegalArgumentException if there is none; the message lists those known
   */
  public static CrossViewProtocol named(String name) {
    return Arrays.stream(values())
        .filter(protocol -> protocol.toString().equals(name.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no protocol "
                        + name
                        + ", only "
                        + Arrays.stream(values())
                            .map(CrossViewProtocol::toString)
                            .collect(Collectors.joining(", "))));
  }

  /** Returns the benchmark's name among the {@link io.github.geofix.eval.PublishedFigures}. */
  public String dataset() {
    return dataset;
  }

  /**
   * Photos, aerial images and which belong together.
   *
   * @param queries the ground photos
   * @param gallery the aerial images
   * @param matches the rows of {@code gallery} that are right for each of {@code queries}
   * @param findings what a person should know
   */
  public record CrossViewSet(
      List<Path> queries, List<Path> gallery, Matches matches, List<Finding> findings) {
    /** Copies the lists. */
    public CrossViewSet {
      queries = List.copyOf(queries);
      gallery = List.copyOf(gallery);
      findings = List.copyOf(findings);
    }

    /**
     * Returns this if the data are those of the benchmark.
     *
     * @throws IllegalArgumentException if files are missing or rows twice there; the message counts
     *     them and names the first
     */
    public CrossViewSet complete() {
      Finding.refuseFatal("the data are not complete", findings);
      return this;
    }
  }

  /**
   * Reads the lists of the test split and looks for every image they name.
   *
   * @throws IllegalArgumentException if a list is malformed; the message names the file and line
   * @throws UncheckedIOException if a list cannot be read
   */
  public CrossViewSet read(Path root) {
    return this == CVUSA ? readCvusa(root) : readVigor(root);
  }

  private CrossViewSet readCvusa(Path root) {
    Path list = root.resolve("splits/val-19zl.csv");
    Builder set = new Builder();
    for (String line : lines(list)) {
      List<String> fields = Arrays.asList(line.split(",", -1));
      if (fields.size() < 2) {
        throw new IllegalArgumentException(
            list + ": \"" + line + "\" is not aerial image, panorama, annotation");
      }
      int row = set.row(root.resolve(fields.get(0).strip()));
      set.query(root.resolve(fields.get(1).strip()), new int[] {row}, new int[0]);
    }
    return set.build();
  }

  private CrossViewSet readVigor(Path root) {
    Path splits =
        VIGOR_SPLITS.stream()
            .map(root::resolve)
            .filter(Files::isDirectory)
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        root + " holds none of the folders " + String.join(", ", VIGOR_SPLITS)));
    List<String> cities = this == VIGOR_CROSS ? VIGOR_CROSS_CITIES : VIGOR_CITIES;
    Builder set = new Builder();
    Map<String, Integer> rows = new LinkedHashMap<>();
    for (String city : cities) {
      for (String name : lines(splits.resolve(city + "/satellite_list.txt"))) {
        rows.put(city + "/" + name, set.row(root.resolve(city + "/satellite/" + name)));
      }
    }
    String labels = this == VIGOR_CROSS ? "pano_label_balanced" : "same_area_balanced_test";
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
        set.query(
            root.resolve(city + "/panorama/" + fields[0]),
            new int[] {covering[0]},
            Arrays.copyOfRange(covering, 1, 4));
      }
    }
    return set.build();
  }

  private static String label(Path splits, String city, String labels) {
    // The corrected lists carry a suffix in their names.
    return Files.exists(splits.resolve(city + "/" + labels + "__corrected.txt"))
        ? "__corrected.txt"
        : ".txt";
  }

  private static List<String> lines(Path list) {
    try {
      return Files.readAllLines(list, StandardCharsets.UTF_8).stream()
          .map(String::strip)
          .filter(line -> !line.isEmpty())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the list " + list + ": " + e.getMessage(), e);
    }
  }

  private static final class Builder {
    private final Map<Path, Integer> gallery = new LinkedHashMap<>();
    private final List<Path> queries = new ArrayList<>();
    private final List<int[]> positives = new ArrayList<>();
    private final List<int[]> semiPositives = new ArrayList<>();
    private final Set<Path> seen = new LinkedHashSet<>();
    private final List<String> missing = new ArrayList<>();
    private final List<String> twice = new ArrayList<>();

    int row(Path image) {
      Integer known = gallery.putIfAbsent(image, gallery.size());
      if (known != null) {
        twice.add(image.toString());
        return known;
      }
      look(image);
      return gallery.size() - 1;
    }

    void query(Path image, int[] positive, int[] semi) {
      if (!seen.add(image)) {
        twice.add(image.toString());
        return;
      }
      look(image);
      queries.add(image);
      positives.add(positive);
      semiPositives.add(semi);
    }

    private void look(Path image) {
      if (!Files.isReadable(image)) {
        missing.add(image.toString());
      }
    }

    CrossViewSet build() {
      List<Finding> findings = new ArrayList<>();
      if (!missing.isEmpty()) {
        findings.add(Finding.of("images are missing", missing, true));
      }
      if (!twice.isEmpty()) {
        findings.add(Finding.of("images are listed twice", twice, true));
      }
      return new CrossViewSet(
          queries,
          List.copyOf(gallery.keySet()),
          Matches.of(positives).withSemiPositives(semiPositives),
          findings);
    }
  }

  /** Returns the name, for example {@code vigor-cross}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
