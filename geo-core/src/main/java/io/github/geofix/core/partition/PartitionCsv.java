package io.github.geofix.core.partition;

import de.siegmar.fastcsv.reader.CommentStrategy;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.writer.CsvWriter;
import io.github.geofix.core.AtomicFiles;
import io.github.geofix.core.LatLng;
import io.github.geofix.core.ModelFormatException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/** Partitions and hierarchies as CSV. */
final class PartitionCsv {
  private static final int MAX_FIELD_CHARS = 1 << 16;
  private static final int MAX_METADATA = 1000;

  private PartitionCsv() {}

  static void write(Path file, CellPartition partition) {
    AtomicFiles.write(
        file,
        temporary -> {
          try (CsvWriter writer = CsvWriter.builder().build(temporary)) {
            writeComments(writer, partition.metadata(), "");
            writer.writeRecord("s2Token", "points", "latitude", "longitude");
            for (int label = 0; label < partition.size(); label++) {
              writer.writeRecord(row(partition, label));
            }
          }
        });
  }

  static void write(Path file, CellHierarchy hierarchy) {
    AtomicFiles.write(
        file,
        temporary -> {
          try (CsvWriter writer = CsvWriter.builder().build(temporary)) {
            for (int level = 0; level < hierarchy.levels(); level++) {
              writeComments(writer, hierarchy.partition(level).metadata(), level + ".");
            }
            writer.writeRecord("level", "s2Token", "points", "latitude", "longitude");
            for (int level = 0; level < hierarchy.levels(); level++) {
              CellPartition partition = hierarchy.partition(level);
              for (int label = 0; label < partition.size(); label++) {
                List<String> row = new ArrayList<>(row(partition, label));
                row.add(0, Integer.toString(level));
                writer.writeRecord(row);
              }
            }
          }
        });
  }

  private static List<String> row(CellPartition partition, int label) {
    LatLng mean = partition.meanOf(label);
    return List.of(
        partition.s2Token(label),
        Integer.toString(partition.countOf(label)),
        Double.toString(mean.latitude()),
        Double.toString(mean.longitude()));
  }

  private static void writeComments(CsvWriter writer, Map<String, String> metadata, String prefix) {
    metadata.forEach(
        (key, value) ->
            writer.writeComment(
                " " + (prefix + key + ": " + value).replace('\n', ' ').replace('\r', ' ')));
  }

  static CellPartition read(Path file) {
    Table table = Table.read(file);
    if (table.levels.size() > 1) {
      throw new ModelFormatException(
          file + " holds a hierarchy of " + table.levels.size() + " levels, not one partition");
    }
    return table.partition(0).withMetadata(table.metadata);
  }

  static List<CellPartition> readLevels(Path file) {
    Table table = Table.read(file);
    List<CellPartition> partitions = new ArrayList<>();
    for (int level = 0; level < table.levels.size(); level++) {
      Map<String, String> metadata = new LinkedHashMap<>();
      String prefix = level + ".";
      table.metadata.forEach(
          (key, value) -> {
            if (key.startsWith(prefix)) {
              metadata.put(key.substring(prefix.length()), value);
            }
          });
      partitions.add(table.partition(level).withMetadata(metadata));
    }
    return partitions;
  }

  private record Row(long cell, int count, double latitude, double longitude) {}

  /** The rows of a file, by level; one level if the file has no such column. */
  private static final class Table {
    private final Path file;
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final List<List<Row>> levels = new ArrayList<>();

    private Table(Path file) {
      this.file = file;
    }

    static Table read(Path file) {
      Table table = new Table(file);
      try (CsvReader<CsvRecord> reader =
          CsvReader.builder()
              .maxBufferSize(MAX_FIELD_CHARS)
              .commentStrategy(CommentStrategy.READ)
              .ofCsvRecord(file)) {
        Columns columns = null;
        for (CsvRecord row : reader) {
          if (row.isComment()) {
            table.addComment(row.getField(0));
          } else if (columns == null) {
            columns = Columns.find(row.getFields(), file);
          } else {
            table.add(row, columns);
          }
        }
      } catch (NoSuchFileException e) {
        throw new UncheckedIOException("no such file: " + file, e);
      } catch (CsvParseException e) {
        throw new ModelFormatException(file + " is not CSV: " + e.getMessage(), e);
      } catch (UncheckedIOException e) {
        throw new ModelFormatException(file + " is not readable as text: " + e.getMessage(), e);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
      }
      if (table.levels.isEmpty()) {
        throw new ModelFormatException(
            file
                + " holds no cell: a header s2Token,points,latitude,longitude and rows are needed");
      }
      return table;
    }

    private void addComment(String comment) {
      int colon = comment.indexOf(':');
      if (colon > 0 && metadata.size() < MAX_METADATA) {
        metadata.put(comment.substring(0, colon).strip(), comment.substring(colon + 1).strip());
      }
    }

    private void add(CsvRecord row, Columns columns) {
      if (row.getFieldCount() != columns.count) {
        throw wrong(row, row.getFieldCount() + " fields, the header has " + columns.count, null);
      }
      try {
        int level = columns.level < 0 ? 0 : Integer.parseInt(row.getField(columns.level));
        if (level == levels.size()) {
          levels.add(new ArrayList<>());
        }
        if (level != levels.size() - 1) {
          throw wrong(row, "level " + level + " after level " + (levels.size() - 1), null);
        }
        levels.get(level).add(columns.row(row));
      } catch (NumberFormatException e) {
        throw wrong(row, "not a number: " + e.getMessage(), e);
      } catch (IllegalArgumentException e) {
        throw wrong(row, String.valueOf(e.getMessage()), e);
      }
    }

    private ModelFormatException wrong(CsvRecord row, String what, @Nullable Throwable cause) {
      String message = file + " line " + row.getStartingLineNumber() + ": " + what;
      return cause == null
          ? new ModelFormatException(message)
          : new ModelFormatException(message, cause);
    }

    CellPartition partition(int level) {
      List<Row> rows = levels.get(level);
      rows.sort((a, b) -> Long.compareUnsigned(a.cell, b.cell));
      try {
        return CellPartition.ofCells(
            rows.stream().mapToLong(Row::cell).toArray(),
            rows.stream().mapToInt(Row::count).toArray(),
            rows.stream()
                .flatMapToDouble(row -> DoubleStream.of(row.latitude, row.longitude))
                .toArray());
      } catch (IllegalArgumentException e) {
        throw new ModelFormatException(file + ": " + e.getMessage(), e);
      }
    }
  }

  private record Columns(
      int count, int level, int token, int id, int points, int latitude, int longitude) {

    static Columns find(List<String> header, Path file) {
      List<String> names =
          header.stream()
              .map(n -> n.replace("\uFEFF", "").strip().toLowerCase(Locale.ROOT))
              .toList();
      Columns columns =
          new Columns(
              names.size(),
              names.indexOf("level"),
              index(names, "s2token", "token", "s2_token", "hex_id"),
              index(names, "cellid", "cell_id", "s2_id", "id"),
              index(names, "points", "count", "imgs_per_cell"),
              index(names, "latitude", "latitude_mean"),
              index(names, "longitude", "longitude_mean"));
      if (columns.token >= 0 || columns.id >= 0) {
        return columns;
      }
      throw new ModelFormatException(
          file
              + " has no column s2Token or cellId: its header is "
              + String.join(",", header)
              + ", needed are s2Token,points,latitude,longitude");
    }

    private static int index(List<String> names, String... any) {
      for (String name : any) {
        if (names.contains(name)) {
          return names.indexOf(name);
        }
      }
      return -1;
    }

    Row row(CsvRecord row) {
      long cell =
          token >= 0
              ? S2Cells.ofToken(row.getField(token).strip())
              : signedOrUnsigned(row.getField(id).strip());
      if (!S2Cells.isValid(cell)) {
        throw new IllegalArgumentException("not an S2 cell id: " + row.getField(id));
      }
      int count = points < 0 ? 0 : Integer.parseInt(row.getField(points));
      if (count < 0) {
        throw new IllegalArgumentException("a cell of " + count + " points");
      }
      LatLng mean =
          latitude < 0 || longitude < 0
              ? S2Cells.centerOf(cell)
              : new LatLng(
                  Double.parseDouble(row.getField(latitude)),
                  Double.parseDouble(row.getField(longitude)));
      return new Row(cell, count, mean.latitude(), mean.longitude());
    }

    /** Half of the Earth's ids do not fit a signed number; files hold either form. */
    private static long signedOrUnsigned(String number) {
      return number.startsWith("-") ? Long.parseLong(number) : Long.parseUnsignedLong(number);
    }
  }
}
