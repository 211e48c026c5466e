package io.github.geofix.eval.protocol;

import de.siegmar.fastcsv.writer.CsvWriter;
import io.github.geofix.core.ImagePair;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.AtomicFiles;
import io.github.geofix.core.internal.CsvFile;
import io.github.geofix.eval.Bootstrap;
import io.github.geofix.eval.Matches;
import io.github.geofix.eval.protocol.Protocol.Finding;
import io.github.geofix.eval.protocol.RunProvenance.FilesDigest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Ground photos, aerial images and which belong together. Row i of a file of embeddings is image i
 * of the list.
 *
 * @param queries the ground photos
 * @param gallery the aerial images
 * @param matches the rows of {@code gallery} that are right for each of {@code queries}
 * @param queryPlaces where each ground photo was taken; empty where the benchmark does not tell
 * @param galleryPlaces the middle of each aerial image; empty where the benchmark does not tell
 * @param findings what a person should know
 * @param whole whether these are all images of the benchmark, so that published figures compare
 */
public record CrossViewSet(
    List<Path> queries,
    List<Path> gallery,
    Matches matches,
    List<LatLng> queryPlaces,
    List<LatLng> galleryPlaces,
    List<Finding> findings,
    boolean whole) {

  /** Distances of the best image that cross-view benchmarks report, in meters. */
  private static final int[] NEAR_METERS = {40, 50, 100};

  /** Copies the lists. */
  public CrossViewSet {
    queries = List.copyOf(queries);
    gallery = List.copyOf(gallery);
    queryPlaces = List.copyOf(queryPlaces);
    galleryPlaces = List.copyOf(galleryPlaces);
    findings = List.copyOf(findings);
  }

  /**
   * Returns this if nothing is wrong with the data.
   *
   * @throws IllegalArgumentException if files are missing or rows twice there; the message counts
   *     them and names the first
   */
  public CrossViewSet complete() {
    Finding.refuseFatal("the data are not complete", findings);
    return this;
  }

  /**
   * Digests the lists of images; reads every image that is there.
   *
   * @param name of the benchmark
   */
  public FilesDigest digest(String name) {
    List<Path> images = new ArrayList<>(queries);
    images.addAll(gallery);
    return FilesDigest.ofList(name, queries.size() + "," + gallery.size(), images);
  }

  /**
   * Returns each photo with its aerial image, in the order of {@link #queries}: what a matching
   * model learns from.
   */
  public List<ImagePair> pairs() {
    return IntStream.range(0, queries.size()).mapToObj(this::pair).toList();
  }

  private ImagePair pair(int query) {
    return new ImagePair(
        queries.get(query),
        gallery.get(matches.right(query).orElseThrow()),
        Arrays.stream(matches.semiPositives(query)).mapToObj(gallery::get).toList());
  }

  /**
   * Returns the aerial images within 40, 50 and 100 m of each photo, by meters, for {@link
   * io.github.geofix.eval.RetrievalEvaluator#evaluate}; empty where places are not known.
   */
  public Map<Integer, Matches> withinMeters() {
    Map<Integer, Matches> within = new LinkedHashMap<>();
    if (!queryPlaces.isEmpty() && !galleryPlaces.isEmpty()) {
      for (int meters : NEAR_METERS) {
        within.put(meters, Matches.within(queryPlaces, galleryPlaces, meters / 1000.0));
      }
    }
    return within;
  }

  /** Returns a number for each photo, equal for photos of one cell or else of one aerial image. */
  int[] places(int level) {
    return queryPlaces.isEmpty()
        ? IntStream.range(0, queries.size()).map(q -> matches.right(q).orElse(-1 - q)).toArray()
        : Bootstrap.placesOf(queryPlaces, level);
  }

  /**
   * Writes {@code list,row,image}: the order in which embeddings are expected.
   *
   * @throws java.io.UncheckedIOException if the file cannot be written; then no file is left behind
   */
  public void writeCsv(Path file) {
    AtomicFiles.writeText(
        file,
        out -> {
          try (CsvWriter writer = CsvWriter.builder().build(out)) {
            writer.writeRecord("list", "row", "image");
            for (int i = 0; i < queries.size(); i++) {
              writer.writeRecord("queries", Integer.toString(i), CsvFile.cell(queries.get(i)));
            }
            for (int i = 0; i < gallery.size(); i++) {
              writer.writeRecord("gallery", Integer.toString(i), CsvFile.cell(gallery.get(i)));
            }
          }
        });
  }

  /** Collects a set while lists are read. */
  static final class Builder {
    private final boolean withImages;
    private final Map<Path, Integer> gallery = new LinkedHashMap<>();
    private final Map<Path, Integer> queries = new LinkedHashMap<>();
    private final List<int[]> positives = new ArrayList<>();
    private final List<int[]> semiPositives = new ArrayList<>();
    private final List<LatLng> queryPlaces = new ArrayList<>();
    private final List<LatLng> galleryPlaces = new ArrayList<>();
    private final List<String> missing = new ArrayList<>();
    private final List<String> twice = new ArrayList<>();

    Builder(boolean withImages) {
      this.withImages = withImages;
    }

    /** Adds an aerial image unless it is known; returns its row. */
    int row(Path image, Optional<LatLng> place) {
      Integer known = gallery.putIfAbsent(image, gallery.size());
      if (known != null) {
        twice.add(image.toString());
        return known;
      }
      look(image);
      place.ifPresent(galleryPlaces::add);
      return gallery.size() - 1;
    }

    void query(Path image, Optional<LatLng> place, int[] positive, int... semi) {
      if (queries.putIfAbsent(image, queries.size()) != null) {
        twice.add(image.toString());
        return;
      }
      look(image);
      place.ifPresent(queryPlaces::add);
      positives.add(positive);
      semiPositives.add(semi);
    }

    private void look(Path image) {
      if (withImages && !Files.isReadable(image)) {
        missing.add(image.toString());
      }
    }

    /**
     * Returns what was collected for a test.
     *
     * @param wholeQueries how many photos the benchmark has
     * @param wholeGallery how many aerial images it has
     */
    CrossViewSet build(int wholeQueries, int wholeGallery) {
      Finding other =
          new Finding(
              String.format(
                  Locale.ROOT,
                  "photos listed with %,d aerial images, where the benchmark has %,d with %,d",
                  gallery.size(),
                  wholeQueries,
                  wholeGallery),
              queries.size(),
              List.of(),
              false);
      return build(queries.size() == wholeQueries && gallery.size() == wholeGallery, other);
    }

    /**
     * Returns what was collected for training.
     *
     * @param wholeQueries how many photos the benchmark has
     */
    CrossViewSet buildTraining(int wholeQueries) {
      Finding other =
          new Finding(
              String.format(
                  Locale.ROOT,
                  "photos listed to train on, where the benchmark has %,d",
                  wholeQueries),
              queries.size(),
              List.of(),
              false);
      return build(queries.size() == wholeQueries, other);
    }

    private CrossViewSet build(boolean asMany, Finding other) {
      List<Finding> findings = new ArrayList<>();
      Finding.add(findings, "images missing", missing, true);
      Finding.add(findings, "images listed twice", twice, true);
      boolean whole = asMany && findings.isEmpty();
      if (!asMany) {
        findings.add(other);
      }
      return new CrossViewSet(
          List.copyOf(queries.keySet()),
          List.copyOf(gallery.keySet()),
          Matches.of(positives).withSemiPositives(semiPositives),
          queryPlaces.size() == queries.size() ? queryPlaces : List.of(),
          galleryPlaces.size() == gallery.size() ? galleryPlaces : List.of(),
          findings,
          whole);
    }
  }
}
