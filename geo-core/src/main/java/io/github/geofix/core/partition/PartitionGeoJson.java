package io.github.geofix.core.partition;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.AtomicFiles;
import io.github.geofix.core.internal.geodesy.GeoJsonWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** GeoJSON of partitions. */
final class PartitionGeoJson {
  private PartitionGeoJson() {}

  static void write(Path file, CellPartition partition) {
    AtomicFiles.writeText(
        file,
        out -> {
          try (GeoJsonWriter writer = new GeoJsonWriter(out)) {
            for (int label = 0; label < partition.size(); label++) {
              LatLng mean = partition.meanOf(label);
              Map<String, Object> properties = new LinkedHashMap<>();
              properties.put("label", label);
              properties.put("s2Token", partition.s2Token(label));
              properties.put("points", partition.countOf(label));
              properties.put("latitude", mean.latitude());
              properties.put("longitude", mean.longitude());
              writer.polygons(List.of(partition.cornersOf(label)), properties);
            }
          }
        });
  }
}
