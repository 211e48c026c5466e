package io.github.geofix.models.embed;

import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.format.Safetensors;
import io.github.geofix.core.partition.CellHierarchy;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.models.weights.RenameTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A cell hierarchy inside a safetensors file, exact to the bit: for level {@code n} the arrays
 * {@code hierarchy.n.ids} {@code [C]}, {@code hierarchy.n.counts} {@code [C]} and {@code
 * hierarchy.n.means} {@code [C, 2]} in degrees.
 */
final class HierarchyTensors {
  private static final String PREFIX = "hierarchy.";

  /** Ignores these arrays when a network is filled from the same file. */
  static final RenameTable IGNORED = RenameTable.builder().ignore("hierarchy\\..*").build();

  private HierarchyTensors() {}

  /** Adds the arrays of a hierarchy to a file to be written. */
  static void write(CellHierarchy hierarchy, Safetensors.Writer writer) {
    for (int level = 0; level < hierarchy.levels(); level++) {
      CellPartition cells = hierarchy.partition(level);
      String name = PREFIX + level;
      long[] counts = Arrays.stream(cells.counts()).asLongStream().toArray();
      writer.longs(name + ".ids", cells.cellIds(), cells.size());
      writer.longs(name + ".counts", counts, cells.size());
      writer.doubles(name + ".means", cells.meanLatLngs(), cells.size(), 2);
    }
  }

  /**
   * Reads the hierarchy.
   *
   * @throws ModelFormatException if an array is missing or the cells are no hierarchy
   */
  static CellHierarchy read(Safetensors file) {
    List<CellPartition> partitions = new ArrayList<>();
    try {
      while (file.names().contains(PREFIX + partitions.size() + ".ids")) {
        String name = PREFIX + partitions.size();
        int[] counts =
            Arrays.stream(file.longs(name + ".counts")).mapToInt(Math::toIntExact).toArray();
        partitions.add(
            CellPartition.ofCells(
                file.longs(name + ".ids"), counts, file.doubles(name + ".means")));
      }
      return CellHierarchy.of(partitions);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new ModelFormatException(
          file.path() + " holds no cell hierarchy: " + e.getMessage(), e);
    }
  }
}
