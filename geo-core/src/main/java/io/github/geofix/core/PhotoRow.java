package io.github.geofix.core;

import io.github.geofix.core.format.CsvFile;
import io.github.geofix.core.geodesy.LatLng;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A row of a CSV list of photos, with or without a position; a {@link Manifest} requires positions.
 *
 * <p>The header has a column {@code image} and, if positions are known, {@code latitude} (or {@code
 * lat}) and {@code longitude} (or {@code lon}, {@code lng}, {@code long}), in any order and case.
 * Other columns are kept as text. A relative image path is resolved against the folder of the CSV
 * file.
 *
 * @param image the photo's file
 * @param latLng its position; empty if the list has none
 * @param extra the values of all other columns, by lower-case column name
 * @param line the line in the file; the header is in line 1
 */
public record PhotoRow(Path image, Optional<LatLng> latLng, Map<String, String> extra, long line) {

  /** Copies the map. */
  public PhotoRow {
    Objects.requireNonNull(image);
    Objects.requireNonNull(latLng);
    extra = Map.copyOf(extra);
  }

  /**
   * Reads a list. Does not check whether the images exist.
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

  /** As {@link #readCsv}, row by row; every row needs a position if {@code needsPositions}. */
  static void read(Path file, boolean needsPositions, Consumer<PhotoRow> photos) {
    Columns columns = new Columns(file, needsPositions, photos);
    CsvFile.read(file, columns);
    if (columns.names.isEmpty()) {
      throw new IllegalArgumentException(
          file + " is empty: a header " + Columns.needed(needsPositions) + " is needed");
    }
  }

  private static final class Columns implements CsvFile.Rows {
    private static final List<String> LATITUDE = List.of("latitude", "lat");
    private static final List<String> LONGITUDE = List.of("longitude", "lon", "lng", "long");

    private final Path folder;
    private final boolean needsPositions;
    private final Consumer<PhotoRow> photos;
    private List<String> names = List.of();
    private int image;
    private int latitude = -1;
    private int longitude = -1;

    Columns(Path file, boolean needsPositions, Consumer<PhotoRow> photos) {
      this.folder = Objects.requireNonNullElse(file.toAbsolutePath().getParent(), file);
      this.needsPositions = needsPositions;
      this.photos = photos;
    }

    static String needed(boolean positions) {
      return positions ? "image,latitude,longitude" : "image";
    }

    @Override
    public void header(List<String> header) {
      names = header;
      boolean positions =
          needsPositions
              || Stream.concat(LATITUDE.stream(), LONGITUDE.stream()).anyMatch(names::contains);
      String needed = needed(positions);
      image = CsvFile.require(names, List.of("image"), needed);
      if (positions) {
        latitude = CsvFile.require(names, LATITUDE, needed);
        longitude = CsvFile.require(names, LONGITUDE, needed);
      }
    }

    @Override
    public void row(List<String> fields, long line) {
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
      photos.accept(new PhotoRow(folder.resolve(path), latLng(fields), extra, line));
    }

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
