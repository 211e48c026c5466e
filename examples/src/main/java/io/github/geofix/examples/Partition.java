package io.github.geofix.examples;

import io.github.geofix.core.Manifest;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.core.partition.CellPartition.AdaptiveOptions;
import java.nio.file.Path;

/** Cuts the Earth into cells with about as many photos each. */
final class Partition {
  private Partition() {}

  public static void main(String[] args) {
    Manifest photos = Manifest.readCsv(Path.of("train/manifest.csv"));
    CellPartition cells =
        CellPartition.adaptive(
            photos.locations(), AdaptiveOptions.defaults().withMinPoints(2).withMaxPoints(20));
    int label = cells.labelOf(photos.locations().get(0)).orElseThrow();
    System.out.println(cells.size() + " cells; the first photo lies in " + cells.s2Token(label));
    LatLng mean = cells.meanOf(label);
    System.out.println(cells.countOf(label) + " photos around " + mean);
    cells.save(Path.of("cells.csv"));
  }
}
