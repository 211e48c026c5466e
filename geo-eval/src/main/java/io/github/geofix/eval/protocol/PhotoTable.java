package io.github.geofix.eval.protocol;

import io.github.geofix.core.Manifest;
import io.github.geofix.core.cell.ZoomGrid;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.CsvFile;
import io.github.geofix.core.internal.ImageFiles;
import io.github.geofix.eval.Sequences;
import io.github.geofix.eval.protocol.PhotoBenchmark.PhotoSet;
import io.github.geofix.eval.protocol.Protocol.Finding;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads the tables of photo benchmarks, whatever a mirror called the columns. */
final class PhotoTable {

  private static final List<String> ID =
      List.of("img_id", "image_id", "image", "photo_id", "id", "panoid", "pano_id", "filename");
  private static final List<String> LATITUDE = List.of("latitude", "lat");
  private static final List<String> LONGITUDE = List.of("longitude", "lon", "lng", "long");

  /** Deeper folders hold no benchmark, but perhaps a whole disk. */
  private static final int MAX_DEPTH = 8;

  private PhotoTable() {}

  /** A row as it was written: first is the column called latitude. */
  private record Row(String id, double first, double second, Map<String, String> extra) {
    boolean fits() {
      return Math.abs(first) <= 90 && Math.abs(second) <= 180;
    }

    boolean fitsSwapped() {
      return Math.abs(second) <= 90 && Math.abs(first) <= 180;
    }

    @Override
    public String toString() {
      return id + " (" + first + ", " + second + ")";
    }
  }

  static PhotoSet read(PhotoProtocol protocol, Path root, boolean withImages) {
    Path table = find(protocol, protocol.tables(), root);
    return read(protocol, root, table, withImages, protocol.photos());
  }

  static PhotoSet readTraining(PhotoProtocol protocol, Path root) {
    // How many there are is not checked: whoever trains may take a part of them.
    return read(protocol, root, find(protocol, protocol.trainingTables(), root), true, 0);
  }

  private static Path find(PhotoProtocol protocol, List<String> tables, Path root) {
    return tables.stream()
        .map(root::resolve)
        .filter(Files::isRegularFile)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    root
                        + " holds no table of "
                        + protocol
                        + ": looked for "
                        + String.join(", ", tables)));
  }

  /**
   * Reads a table.
   *
   * @param expected how many photos it should have, or 0 if any number will do
   */
  private static PhotoSet read(
      PhotoProtocol protocol, Path root, Path table, boolean withImages, int expected) {
    Rows reader = new Rows(table);
    CsvFile.read(table, reader);
    List<Row> rows = reader.read;
    List<Finding> findings = new ArrayList<>();
    Finding.add(findings, "rows without a position", reader.unreadable, true);

    List<String> outside = rows.stream().filter(row -> !row.fits()).map(Row::toString).toList();
    // Half of the world's photos lie beyond 90 degrees of longitude, so a swap shows at once; but a
    // few bad rows are no swap, and then they are bad the other way round as well.
    boolean swapped = !outside.isEmpty() && rows.stream().allMatch(Row::fitsSwapped);
    if (swapped) {
      findings.add(
          Finding.of(
              "rows with a latitude beyond 90, so that latitude and longitude of "
                  + table.getFileName()
                  + " were swapped",
              outside,
              false));
    } else {
      Finding.add(findings, "rows out of range", outside, true);
    }

    Map<String, Path> images = withImages ? images(protocol.imageFolder(root)) : Map.of();
    List<Manifest.Entry> photos = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    List<String> twice = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (Row row : rows) {
      if (!seen.add(row.id())) {
        twice.add(row.id());
      } else if (swapped || row.fits()) {
        Path image = withImages ? image(images, row.id(), protocol) : root.resolve(row.id());
        if (image == null) {
          missing.add(row.id());
        } else {
          LatLng latLng =
              swapped
                  ? new LatLng(row.second(), row.first())
                  : new LatLng(row.first(), row.second());
          photos.add(new Manifest.Entry(image, latLng, row.extra()));
        }
      }
    }
    Finding.add(findings, "photos listed twice", twice, true);
    Finding.add(findings, "images missing", missing, true);
    protocol.grid().ifPresent(grid -> checkSequences(grid, photos, findings));
    boolean whole = findings.stream().noneMatch(Finding::fatal);
    if (expected > 0 && seen.size() != expected) {
      whole = false;
      findings.add(
          new Finding(
              String.format(
                  Locale.ROOT, "photos in the table, where the benchmark has %,d", expected),
              seen.size(),
              List.of(),
              false));
    }
    return new PhotoSet(Manifest.of(photos), findings, whole);
  }

  private static @Nullable Path image(Map<String, Path> images, String id, PhotoProtocol protocol) {
    Path suffixed = images.get(ImageFiles.stem(id) + protocol.imageSuffix());
    return suffixed == null ? images.get(ImageFiles.stem(id)) : suffixed;
  }

  private static void checkSequences(
      ZoomGrid grid, List<Manifest.Entry> photos, List<Finding> findings) {
    List<String> other = new ArrayList<>();
    for (Manifest.Entry photo : photos) {
      Optional<int[]> written = Sequences.parse(photo.extra().getOrDefault("sequence", ""));
      boolean same =
          written
              .map(
                  path ->
                      grid.contains(photo.latLng())
                          && Arrays.equals(path, grid.pathOf(photo.latLng()).toArray()))
              .orElse(!photo.extra().containsKey("sequence"));
      if (!same) {
        other.add(ImageFiles.stem(photo.image().toString()));
      }
    }
    Finding.add(findings, "photos whose sequence is not that of their position", other, false);
  }

  /** Collects the rows of a table. */
  private static final class Rows implements CsvFile.Rows {
    private final Path table;
    private final List<Row> read = new ArrayList<>();
    private final List<String> unreadable = new ArrayList<>();
    private List<String> names = List.of();
    private int id;
    private int latitude;
    private int longitude;

    Rows(Path table) {
      this.table = table;
    }

    @Override
    public void header(List<String> names) {
      this.names = names;
      id = column(names, ID, table);
      latitude = column(names, LATITUDE, table);
      longitude = column(names, LONGITUDE, table);
    }

    @Override
    public void row(List<String> fields, long line) {
      try {
        Map<String, String> extra = new HashMap<>();
        for (int i = 0; i < names.size(); i++) {
          if (i != id && i != latitude && i != longitude) {
            extra.put(names.get(i), fields.get(i));
          }
        }
        double first = CsvFile.number(fields.get(latitude));
        double second = CsvFile.number(fields.get(longitude));
        if (!Double.isFinite(first) || !Double.isFinite(second)) {
          throw new NumberFormatException("not finite");
        }
        read.add(new Row(fields.get(id), first, second, extra));
      } catch (NumberFormatException | IndexOutOfBoundsException e) {
        unreadable.add("line " + line);
      }
    }
  }

  private static int column(List<String> names, List<String> any, Path table) {
    return any.stream()
        .filter(names::contains)
        .map(names::indexOf)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    table
                        + " has no column "
                        + String.join(" or ", any)
                        + ": its header is "
                        + CsvFile.shown(names)));
  }

  /**
   * Returns all images below a folder, links included, by their name without extension; of several
   * of one name the first by path, as file systems list folders in an order of their own.
   */
  private static Map<String, Path> images(Path root) {
    Map<String, Path> images = new HashMap<>();
    try (Stream<Path> files = Files.walk(root, MAX_DEPTH, FileVisitOption.FOLLOW_LINKS)) {
      files
          .filter(ImageFiles::isImage)
          .forEach(
              file ->
                  images.merge(
                      ImageFiles.stem(file.toString()),
                      file,
                      (a, b) -> a.compareTo(b) < 0 ? a : b));
    } catch (UncheckedIOException e) {
      throw new UncheckedIOException("cannot list " + root + ": " + e.getMessage(), e.getCause());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + root + ": " + e.getMessage(), e);
    }
    return images;
  }
}
