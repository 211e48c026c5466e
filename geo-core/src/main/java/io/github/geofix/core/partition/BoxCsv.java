package io.github.geofix.core.partition;

import de.siegmar.fastcsv.writer.CsvWriter;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.AtomicFiles;
import io.github.geofix.core.internal.CsvFile;
import io.github.geofix.core.partition.BoxPartition.Box;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** OpenStreetView-5M's CSV files of quadtrees. */
final class BoxCsv extends CsvRows {
  private static final List<String> COLUMNS =
      List.of("cluster_id", "min_lat", "min_lon", "max_lat", "max_lon", "mean_lat", "mean_lon");

  private final int[] columns = new int[COLUMNS.size()];
  private final List<Box> boxes = new ArrayList<>();

  private BoxCsv() {}

  static List<Box> read(Path file) {
    BoxCsv csv = new BoxCsv();
    read(file, csv);
    if (csv.boxes.isEmpty()) {
      throw new ModelFormatException(file + " has no box");
    }
    return csv.boxes;
  }

  @Override
  void columns(List<String> names) {
    for (int i = 0; i < columns.length; i++) {
      columns[i] = require(names, List.of(COLUMNS.get(i)));
    }
  }

  @Override
  void fields(List<String> fields) {
    double[] v = new double[COLUMNS.size()];
    for (int i = 1; i < v.length; i++) {
      v[i] = CsvFile.number(fields.get(columns[i]));
    }
    boxes.add(new Box(fields.get(columns[0]), v[1], v[2], v[3], v[4], new LatLng(v[5], v[6])));
  }

  static void write(Path file, List<Box> boxes) {
    AtomicFiles.writeText(
        file,
        out -> {
          try (CsvWriter writer = CsvWriter.builder().build(out)) {
            writer.writeRecord(COLUMNS);
            for (Box box : boxes) {
              writer.writeRecord(
                  box.id(),
                  Double.toString(box.south()),
                  Double.toString(box.west()),
                  Double.toString(box.north()),
                  Double.toString(box.east()),
                  Double.toString(box.mean().latitude()),
                  Double.toString(box.mean().longitude()));
            }
          }
        });
  }
}
