package io.github.geofix.core;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A list of photos with known positions, read from a CSV file. Immutable and thread-safe.
 *
 * <p>The header names the columns {@code image}, {@code latitude} and {@code longitude}, in any
 * order and case; {@code lat} and {@code lon} or {@code lng} are accepted too. Other columns are
 * kept as {@link Entry#extra()}. A relative image path is resolved against the folder of the CSV
 * file.
 */
public final class Manifest {

  /**
   * One photo.
   *
   * @param image the photo's file
   * @param latLng where it was taken
   * @param extra the values of all other columns, by column name
   */
  public record Entry(Path image, LatLng latLng, Map<String, String> extra) {
    /** Copies the map. */
    public Entry {
      Objects.requireNonNull(image);
      Objects.requireNonNull(latLng);
      extra = Map.copyOf(extra);
    }
  }

  private static final int MAX_FIELD_CHARS = 1 << 16;

  private final List<Entry> entries;

  private Manifest(List<Entry> entries) {
    this.entries = List.copyOf(entries);
  }

  /** Returns a manifest of the given photos. */
  public static Manifest of(List<Entry> entries) {
    return new Manifest(entries);
  }

  /**
   * Reads a manifest. Whether the images exist is found out when they are opened.
   *
   * @throws UncheckedIOException if the file cannot be read
   * @throws IllegalArgumentException if a column is missing or a value is out of range; the message
   *     names the line
   */
  public static Manifest readCsv(Path file) {
    Path folder = Objects.requireNonNullElse(file.toAbsolutePath().getParent(), file);
    List<Entry> entries = new ArrayList<>();
    try (CsvReader<CsvRecord> reader =
        CsvReader.builder()
            .maxBufferSize(MAX_FIELD_CHARS)
            .detectBomHeader(true)
            .ofCsvRecord(file)) {
      Columns columns = null;
      for (CsvRecord row : reader) {
        if (columns == null) {
          columns = Columns.find(row.getFields(), file);
        } else {
          entries.add(columns.entry(row, folder, file));
        }
      }
      if (columns == null) {
        throw new IllegalArgumentException(
            file + " is empty: a header image,latitude,longitude is needed");
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
    return new Manifest(entries);
  }

  /**
   * Writes {@code image,latitude,longitude}, image paths relative to the file's folder where they
   * lie below it.
   *
   * @throws UncheckedIOException if the file cannot be written; then no file is left behind
   */
  public void writeCsv(Path file) {
    Path folder = Objects.requireNonNullElse(file.toAbsolutePath().getParent(), file);
    AtomicFiles.write(
        file,
        temporary -> {
          try (CsvWriter writer = CsvWriter.builder().build(temporary)) {
            writer.writeRecord("image", "latitude", "longitude");
            for (Entry entry : entries) {
              Path image = entry.image().toAbsolutePath();
              writer.writeRecord(
                  (image.startsWith(folder) ? folder.relativize(image) : image).toString(),
                  Double.toString(entry.latLng().latitude()),
                  Double.toString(entry.latLng().longitude()));
            }
          }
        });
  }

  /** Returns the number of photos. */
  public int size() {
    return entries.size();
  }

  /** Returns the photos in file order. */
  public List<Entry> entries() {
    return entries;
  }

  /** Returns the positions in file order. */
  public List<LatLng> locations() {
    return entries.stream().map(Entry::latLng).toList();
  }

  /** Returns the first image that is not a readable file, so that a long run can fail early. */
  public Optional<Path> firstMissingImage() {
    return entries.stream().map(Entry::image).filter(p -> !Files.isReadable(p)).findFirst();
  }

  private record Columns(List<String> names, int image, int latitude, int longitude) {

    static Columns find(List<String> header, Path file) {
      List<String> names = header.stream().map(n -> n.strip().toLowerCase(Locale.ROOT)).toList();
      return new Columns(
          names,
          index(names, header, file, "image"),
          index(names, header, file, "latitude", "lat"),
          index(names, header, file, "longitude", "lon", "lng"));
    }

    private static int index(List<String> names, List<String> header, Path file, String... any) {
      for (String name : any) {
        if (names.contains(name)) {
          return names.indexOf(name);
        }
      }
      throw new IllegalArgumentException(
          file
              + " has no column "
              + Arrays.stream(any).collect(Collectors.joining(" or "))
              + ": its header is "
              + shown(header)
              + ", needed are image,latitude,longitude");
    }

    /** A file of another kind must not fill the terminal, or control it. */
    private static String shown(List<String> header) {
      String text = String.join(",", header).replaceAll("\\p{Cntrl}|\uFFFD", "?");
      return text.length() <= 200 ? text : text.substring(0, 200) + "...";
    }

    Entry entry(CsvRecord row, Path folder, Path file) {
      if (row.getFieldCount() != names.size()) {
        throw wrong(row, file, row.getFieldCount() + " fields, the header has " + names.size());
      }
      String path = row.getField(image);
      if (path.isBlank()) {
        throw wrong(row, file, "the image column is empty");
      }
      try {
        LatLng latLng =
            new LatLng(
                Double.parseDouble(row.getField(latitude)),
                Double.parseDouble(row.getField(longitude)));
        Map<String, String> extra = new HashMap<>();
        for (int i = 0; i < names.size(); i++) {
          if (i != image && i != latitude && i != longitude) {
            extra.put(names.get(i), row.getField(i));
          }
        }
        return new Entry(folder.resolve(path), latLng, extra);
      } catch (NumberFormatException e) {
        throw wrong(row, file, "not a number: " + e.getMessage());
      } catch (IllegalArgumentException e) {
        throw wrong(row, file, String.valueOf(e.getMessage()));
      }
    }

    private static IllegalArgumentException wrong(CsvRecord row, Path file, String what) {
      return new IllegalArgumentException(
          file + " line " + row.getStartingLineNumber() + ": " + what);
    }
  }
}
