package io.github.geofix.core;

import de.siegmar.fastcsv.writer.CsvWriter;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.AtomicFiles;
import io.github.geofix.core.internal.CsvFile;
import io.github.geofix.core.internal.csv.PhotoRow;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A list of photos with known positions, read from a CSV file. Immutable and thread-safe.
 *
 * <p>The header names the columns {@code image}, {@code latitude} and {@code longitude}, in any
 * order and case; {@code lat} and {@code lon}, {@code lng} or {@code long} are accepted too. Other
 * columns are kept as they are. A relative image path is resolved against the folder of the CSV
 * file. The file is UTF-8 with commas between fields and points in numbers.
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
    List<Entry> entries = new ArrayList<>();
    PhotoRow.read(
        file,
        true,
        photo ->
            entries.add(new Entry(photo.image(), photo.latLng().orElseThrow(), photo.extra())));
    return new Manifest(entries);
  }

  /**
   * Writes {@code image,latitude,longitude}. Paths of images below the file's folder are relative
   * to it; {@code ./} precedes one that a spreadsheet would take for a formula.
   *
   * @param more names of further columns, written as they are in {@link Entry#extra()}; empty where
   *     they are not
   * @throws UncheckedIOException if the file cannot be written; then no file is left behind
   */
  public void writeCsv(Path file, String... more) {
    Path folder = Objects.requireNonNullElse(file.toAbsolutePath().getParent(), file);
    AtomicFiles.writeText(
        file,
        out -> {
          try (CsvWriter writer = CsvWriter.builder().build(out)) {
            List<String> columns = List.of(more);
            List<String> row = new ArrayList<>(List.of("image", "latitude", "longitude"));
            row.addAll(columns);
            writer.writeRecord(row);
            for (Entry entry : entries) {
              Path image = entry.image().toAbsolutePath();
              row.clear();
              row.add(CsvFile.cell(image.startsWith(folder) ? folder.relativize(image) : image));
              row.add(Double.toString(entry.latLng().latitude()));
              row.add(Double.toString(entry.latLng().longitude()));
              columns.forEach(column -> row.add(entry.extra().getOrDefault(column, "")));
              writer.writeRecord(row);
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
}
