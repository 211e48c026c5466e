package io.github.geofix.core.internal.csv;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.Count;
import io.github.geofix.core.internal.CsvFile;
import io.github.geofix.core.internal.Printable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One photo of a list in a CSV file, with or without a position; a manifest holds photos that all
 * have one.
 *
 * <p>The header names the column {@code image} and, where positions are known, {@code latitude} and
 * {@code longitude}, in any order and case; {@code lat} and {@code lon}, {@code lng} or {@code
 * long} are accepted too. Other columns are kept as they are. A relative image path is resolved
 * against the folder of the CSV file. The file is UTF-8 with commas between fields and points in
 * numbers.
 *
 * @param image the photo's file
 * @param latLng where it was taken; empty if the list has no position
 * @param extra the values of all other columns, by the name of the column in lower case
 * @param line its line in the file, the header in line 1
 */
public record PhotoRow(Path image, Optional<LatLng> latLng, Map<String, String> extra, long line) {

  /** Copies the map. */
  public PhotoRow {
    Objects.requireNonNull(image);
    Objects.requireNonNull(latLng);
    extra = Map.copyOf(extra);
  }

  /**
   * Reads a list. The images need not exist.
   *
   * @throws java.io.UncheckedIOException if the file cannot be read
   * @throws IllegalArgumentException if a column is missing or a value is out of range; the message
   *     names the line
   */
  public static List<PhotoRow> readCsv(Path file) {
    List<PhotoRow> photos = new ArrayList<>();
    read(file, false, photos::add);
    return List.copyOf(photos);
  }

  /**
   * As {@link #readCsv}, row by row, for lists of any length.
   *
   * @param needsPositions whether each row must have a position
   * @param photos is given one row after the other
   */
  public static void read(Path file, boolean needsPositions, Consumer<PhotoRow> photos) {
    Reader reader = new Reader(file, needsPositions, photos);
    CsvFile.read(file, reader);
    if (reader.columns == null) {
      throw new IllegalArgumentException(
          file + " is empty: a header " + Columns.needed(needsPositions) + " is needed");
    }
  }

  private static final class Reader implements CsvFile.Rows {
    private final Path file;
    private final Path folder;
    private final boolean needsPositions;
    private final Consumer<PhotoRow> photos;
    private @Nullable Columns columns;

    Reader(Path file, boolean needsPositions, Consumer<PhotoRow> photos) {
      this.file = file;
      this.folder = Objects.requireNonNullElse(file.toAbsolutePath().getParent(), file);
      this.needsPositions = needsPositions;
      this.photos = photos;
    }

    @Override
    public void header(List<String> names) {
      columns = Columns.find(names, file, needsPositions);
    }

    @Override
    public void row(List<String> fields, long line) {
      photos.accept(Objects.requireNonNull(columns).photo(fields, folder, line));
    }
  }

  /**
   * The indices of the columns.
   *
   * @param latitude -1 if there are no positions
   * @param longitude -1 if there are no positions
   */
  private record Columns(
      List<String> names, boolean needsPositions, int image, int latitude, int longitude) {
    private static final List<String> LATITUDE = List.of("latitude", "lat");
    private static final List<String> LONGITUDE = List.of("longitude", "lon", "lng", "long");

    static Columns find(List<String> names, Path file, boolean needsPositions) {
      boolean positions =
          needsPositions
              || Stream.concat(LATITUDE.stream(), LONGITUDE.stream()).anyMatch(names::contains);
      String needed = needed(positions);
      for (String name : names) {
        if (!name.isEmpty() && names.indexOf(name) != names.lastIndexOf(name)) {
          throw new IllegalArgumentException(
              file + " has the column " + Printable.of(name) + " twice: leave one of them out");
        }
      }
      return new Columns(
          names,
          needsPositions,
          require(names, List.of("image"), file, needed),
          positions ? require(names, LATITUDE, file, needed) : -1,
          positions ? require(names, LONGITUDE, file, needed) : -1);
    }

    static String needed(boolean positions) {
      return positions ? "image,latitude,longitude" : "image";
    }

    private static int require(List<String> names, List<String> any, Path file, String needed) {
      return any.stream()
          .filter(names::contains)
          .mapToInt(names::indexOf)
          .findFirst()
          .orElseThrow(
              () ->
                  new IllegalArgumentException(
                      file
                          + " has no column "
                          + String.join(" or ", any)
                          + ": its header is "
                          + CsvFile.shown(names)
                          + ", needed "
                          + (needed.contains(",") ? "are " : "is ")
                          + needed));
    }

    PhotoRow photo(List<String> fields, Path folder, long line) {
      if (fields.size() != names.size()) {
        throw new IllegalArgumentException(
            Count.of(fields.size(), "fields") + ", the header has " + names.size());
      }
      String path = fields.get(image);
      if (path.isBlank()) {
        throw new IllegalArgumentException("the image column is empty");
      }
      Map<String, String> extra = new HashMap<>();
      for (int i = 0; i < names.size(); i++) {
        if (i != image && i != latitude && i != longitude) {
          extra.put(names.get(i), fields.get(i));
        }
      }
      return new PhotoRow(folder.resolve(path), latLng(fields), extra, line);
    }

    /** Where positions are not needed, a row may leave both fields empty. */
    private Optional<LatLng> latLng(List<String> fields) {
      boolean unknown =
          latitude < 0
              || (!needsPositions
                  && fields.get(latitude).isBlank()
                  && fields.get(longitude).isBlank());
      return unknown
          ? Optional.empty()
          : Optional.of(
              new LatLng(
                  CsvFile.number(fields.get(latitude)), CsvFile.number(fields.get(longitude))));
    }
  }
}
