package io.github.geofix.core.partition;

import de.siegmar.fastcsv.writer.CsvWriter;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.AtomicFiles;
import io.github.geofix.core.internal.CsvFile;
import io.github.geofix.core.internal.Printable;
import io.github.geofix.core.internal.cell.S2Cells;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;

/** CSV files of partitions and hierarchies. */
final class PartitionCsv extends CsvRows {
  private static final int MAX_METADATA = 1000;
  private static final List<String> TOKEN = List.of("s2token", "token", "s2_token", "hex_id");
  private static final List<String> ID = List.of("cellid", "cell_id", "s2_id", "id");

  private record Row(long cell, int count, LatLng mean) {}

  private final Path file;
  private final Map<String, String> metadata = new LinkedHashMap<>();
  private final List<List<Row>> levels = new ArrayList<>();
  private int levelColumn;
  private int tokenColumn;
  private int idColumn;
  private int pointsColumn;
  private int latitudeColumn;
  private int longitudeColumn;

  private PartitionCsv(Path file) {
    this.file = file;
  }

  static void write(Path file, CellPartition partition) {
    AtomicFiles.writeText(
        file,
        out -> {
          try (CsvWriter writer = CsvWriter.builder().build(out)) {
            writeComments(writer, partition.metadata(), "");
            writer.writeRecord("s2Token", "points", "latitude", "longitude");
            for (int label = 0; label < partition.size(); label++) {
              writer.writeRecord(row(partition, label));
            }
          }
        });
  }

  static void write(Path file, CellHierarchy hierarchy) {
    AtomicFiles.writeText(
        file,
        out -> {
          try (CsvWriter writer = CsvWriter.builder().build(out)) {
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
    PartitionCsv csv = parse(file);
    if (csv.levels.size() > 1) {
      throw new ModelFormatException(
          file + " holds a hierarchy of " + csv.levels.size() + " levels, not one partition");
    }
    return csv.partition(0).withMetadata(csv.metadata);
  }

  static List<CellPartition> readLevels(Path file) {
    PartitionCsv csv = parse(file);
    List<CellPartition> partitions = new ArrayList<>();
    for (int level = 0; level < csv.levels.size(); level++) {
      Map<String, String> ofLevel = new LinkedHashMap<>();
      String prefix = level + ".";
      csv.metadata.forEach(
          (key, value) -> {
            if (key.startsWith(prefix)) {
              ofLevel.put(key.substring(prefix.length()), value);
            }
          });
      partitions.add(csv.partition(level).withMetadata(ofLevel));
    }
    return partitions;
  }

  private static PartitionCsv parse(Path file) {
    PartitionCsv csv = new PartitionCsv(file);
    CsvRows.read(file, csv);
    if (csv.levels.isEmpty()) {
      throw new ModelFormatException(
          file + " holds no cell: a header s2Token,points,latitude,longitude and rows are needed");
    }
    return csv;
  }

  private CellPartition partition(int level) {
    List<Row> rows = levels.get(level);
    rows.sort((a, b) -> Long.compareUnsigned(a.cell, b.cell));
    try {
      return CellPartition.ofCells(
          rows.stream().mapToLong(Row::cell).toArray(),
          rows.stream().mapToInt(Row::count).toArray(),
          rows.stream()
              .flatMapToDouble(row -> DoubleStream.of(row.mean.latitude(), row.mean.longitude()))
              .toArray());
    } catch (IllegalArgumentException e) {
      throw new ModelFormatException(file + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void comment(String comment) {
    int colon = comment.indexOf(':');
    if (colon > 0 && metadata.size() < MAX_METADATA) {
      metadata.put(comment.substring(0, colon).strip(), comment.substring(colon + 1).strip());
    }
  }

  @Override
  void columns(List<String> names) {
    levelColumn = indexOf(names, List.of("level"));
    tokenColumn = indexOf(names, TOKEN);
    idColumn = indexOf(names, ID);
    if (tokenColumn < 0 && idColumn < 0) {
      tokenColumn = require(names, List.of("s2Token", "cellId"));
    }
    pointsColumn = indexOf(names, List.of("points", "count", "imgs_per_cell"));
    latitudeColumn = indexOf(names, List.of("latitude", "latitude_mean"));
    longitudeColumn = indexOf(names, List.of("longitude", "longitude_mean"));
  }

  @Override
  void fields(List<String> fields) {
    int level = levelColumn < 0 ? 0 : integer(fields.get(levelColumn));
    if (level == levels.size()) {
      levels.add(new ArrayList<>());
    } else if (level != levels.size() - 1) {
      throw new IllegalArgumentException("level " + level + " after level " + (levels.size() - 1));
    }
    long cell = cell(fields);
    int count = pointsColumn < 0 ? 0 : integer(fields.get(pointsColumn));
    if (count < 0) {
      throw new IllegalArgumentException("a cell of " + count + " points");
    }
    LatLng mean =
        latitudeColumn < 0 || longitudeColumn < 0
            ? S2Cells.centerOf(cell)
            : new LatLng(
                CsvFile.number(fields.get(latitudeColumn)),
                CsvFile.number(fields.get(longitudeColumn)));
    levels.get(level).add(new Row(cell, count, mean));
  }

  private long cell(List<String> fields) {
    if (tokenColumn >= 0) {
      return S2Cells.ofToken(fields.get(tokenColumn).strip());
    }
    // Half of all ids do not fit a signed number; files have either form.
    String number = fields.get(idColumn).strip();
    long cell;
    try {
      cell = number.startsWith("-") ? Long.parseLong(number) : Long.parseUnsignedLong(number);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("not an S2 cell id: " + Printable.of(number), e);
    }
    if (!S2Cells.isValid(cell)) {
      throw new IllegalArgumentException("not an S2 cell id: " + number);
    }
    return cell;
  }
}
