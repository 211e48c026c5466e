package io.github.geofix.core;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import io.github.geofix.core.geodesy.LatLng;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * One photo of a list in a CSV file, whether its position is known or not; a {@link Manifest} holds
 * those whose positions are.
 *
 * <p>The header names the column {@code image} and, where positions are known, {@code latitude} and
 * {@code longitude}, in any order and case; {@code lat} and {@code lon} or {@code lng} are accepted
 * too. Other columns are kept as they are. A relative image path is resolved against the folder of
 * the CSV file.
 *
 * @param image the photo's file
 * @param latLng where it was taken; empty if the list does not say
 * @param extra the values of all other columns, by the name of the column in lower case
 * @param line where it stands in the file, the header in line 1
 */
public record ListedPhoto(
    Path image, Optional<LatLng> latLng, Map<String, String> extra, long line) {

  private static final int MAX_FIELD_CHARS = 1 << 16;

  /** Copies the map. */
  public ListedPhoto {
    Objects.requireNonNull(image);
    Objects.requireNonNull(latLng);
    extra = Map.copyOf(extra);
  }

  /**
   * Reads a list. Whether the images exist is found out when they are opened.
   *
   * @throws UncheckedIOException if the file cannot be read
   * @throws IllegalArgumentException if a column is missing or a value is out of range; the message
   *     names the line
   */
  public static List<ListedPhoto> readCsv(Path file) {
    List<ListedPhoto> photos = new ArrayList<>();
    read(file, false, photos::add);
    return List.copyOf(photos);
  }

  /** As {@link #readCsv}, row by row; where positions are needed, each row has one. */
  static void read(Path file, boolean needsPositions, Consumer<ListedPhoto> photos) {
    Path folder = Objects.requireNonNullElse(file.toAbsolutePath().getParent(), file);
    try (CsvReader<CsvRecord> reader =
        CsvReader.builder()
            .maxBufferSize(MAX_FIELD_CHARS)
            .detectBomHeader(true)
            .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
            .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
            .ofCsvRecord(file)) {
      Columns columns = null;
      for (CsvRecord row : reader) {
        if (columns == null) {
          columns = Columns.find(row.getFields(), file, needsPositions);
        } else {
          photos.accept(columns.photo(row, folder, file));
        }
      }
      if (columns == null) {
        throw new IllegalArgumentException(
            file + " is empty: a header " + Columns.needed(needsPositions) + " is needed");
      }
    } catch (NoSuchFileException e) {
      throw new UncheckedIOException("no such file: " + file, e);
    } catch (CsvParseException e) {
      throw new IllegalArgumentException(file + " is not CSV: " + e.getMessage(), e);
    } catch (UncheckedIOException e) {
      IOException cause = Objects.requireNonNull(e.getCause());
      throw new UncheckedIOException("cannot read " + file + ": " + cause.getMessage(), cause);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  /**
   * Where the columns are.
   *
   * @param latitude -1 if there are no positions
   * @param longitude -1 if there are no positions
   */
  private record Columns(
      List<String> names, boolean needsPositions, int image, int latitude, int longitude) {
    private static final List<String> LATITUDE = List.of("latitude", "lat");
    private static final List<String> LONGITUDE = List.of("longitude", "lon", "lng");

    static Columns find(List<String> header, Path file, boolean needsPositions) {
      List<String> names = header.stream().map(n -> n.strip().toLowerCase(Locale.ROOT)).toList();
      boolean positions =
          needsPositions
              || Stream.concat(LATITUDE.stream(), LONGITUDE.stream()).anyMatch(names::contains);
      String needed = needed(positions);
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
                          + shown(names)
                          + ", needed "
                          + (needed.contains(",") ? "are " : "is ")
                          + needed));
    }

    /** A file of another kind must not fill the terminal, or control it. */
    private static String shown(List<String> header) {
      String text = String.join(",", header).replaceAll("\\p{Cntrl}|\uFFFD", "?");
      return text.length() <= 200 ? text : text.substring(0, 200) + "...";
    }

    ListedPhoto photo(CsvRecord row, Path folder, Path file) {
      if (row.getFieldCount() != names.size()) {
        throw wrong(row, file, row.getFieldCount() + " fields, the header has " + names.size());
      }
      String path = row.getField(image);
      if (path.isBlank()) {
        throw wrong(row, file, "the image column is empty");
      }
      try {
        Map<String, String> extra = new HashMap<>();
        for (int i = 0; i < names.size(); i++) {
          if (i != image && i != latitude && i != longitude) {
            extra.put(names.get(i), row.getField(i));
          }
        }
        return new ListedPhoto(
            folder.resolve(path), latLng(row), extra, row.getStartingLineNumber());
      } catch (NumberFormatException e) {
        throw wrong(row, file, "not a number: " + e.getMessage());
      } catch (IllegalArgumentException e) {
        throw wrong(row, file, String.valueOf(e.getMessage()));
      }
    }

    /** Where positions are not needed, a row may leave both fields empty. */
    private Optional<LatLng> latLng(CsvRecord row) {
      boolean unknown =
          latitude < 0
              || (!needsPositions
                  && row.getField(latitude).isBlank()
                  && row.getField(longitude).isBlank());
      return unknown
          ? Optional.empty()
          : Optional.of(
              new LatLng(
                  Double.parseDouble(row.getField(latitude)),
                  Double.parseDouble(row.getField(longitude))));
    }

    private static IllegalArgumentException wrong(CsvRecord row, Path file, String what) {
      return new IllegalArgumentException(
          file + " line " + row.getStartingLineNumber() + ": " + what);
    }
  }
}
