package io.github.geofix.models.geoclip;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.common.collect.Lists;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.format.Safetensors;
import io.github.geofix.core.format.TensorFile;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.internal.PositionCells;
import io.github.geofix.models.internal.StoredVectors;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.TorchEngine;
import java.util.ArrayList;
import java.util.List;

/**
 * The positions that photos are looked up among, each with its unit vector. Stored in a safetensors
 * file as {@code gallery.positions} {@code [N, 2]}, latitude and longitude, and {@code
 * gallery.vectors} {@code [N, D]}. Immutable and thread-safe.
 */
final class PositionGallery {
  private static final String POSITIONS = "gallery.positions";

  /** Positions that are encoded at a time: 4 MB for each layer of the release. */
  private static final int BATCH = 1024;

  private final double[] positions;
  private final StoredVectors vectors;
  private final PositionCells cells;

  private PositionGallery(double[] positions, StoredVectors vectors, int regionPositions) {
    this.positions = positions;
    this.vectors = vectors;
    cells = PositionCells.of(positions(), regionPositions);
  }

  /**
   * Encodes positions: about 20 MFLOP for each in the released size.
   *
   * @param positions at least one, at most as many as fit into 2 GiB of vectors
   * @param manager the parent of the arrays in between
   * @param regionPositions the most positions of a cell of a region
   * @throws IllegalArgumentException if there is none, or more than fit into memory
   */
  static PositionGallery encode(
      List<LatLng> positions, GeoClipHead head, NDManager manager, int regionPositions) {
    int dimension = head.locations().dimension();
    check(positions.size(), dimension);
    double[] latLngs = new double[2 * positions.size()];
    for (int i = 0; i < positions.size(); i++) {
      latLngs[2 * i] = positions.get(i).latitude();
      latLngs[2 * i + 1] = positions.get(i).longitude();
    }
    StoredVectors vectors =
        new StoredVectors(
            positions.size(),
            dimension,
            rows -> {
              for (List<LatLng> part : Lists.partition(positions, BATCH)) {
                float[] encoded =
                    TorchEngine.infer(
                        manager,
                        step -> head.embedPositions(Forward.INFERENCE, step, part).toFloatArray());
                rows.put(encoded);
              }
            });
    return new PositionGallery(latLngs, vectors, regionPositions);
  }

  private static void check(int size, int dimension) {
    int most = StoredVectors.most(dimension);
    if (size == 0 || size > most) {
      throw new IllegalArgumentException(
          "%d positions given: 1 to %d with vectors of %d numbers fit into memory"
              .formatted(size, most, dimension));
    }
  }

  /** Returns the number of positions N. */
  int size() {
    return positions.length / 2;
  }

  LatLng position(int index) {
    return new LatLng(positions[2 * index], positions[2 * index + 1]);
  }

  /** Returns all positions, in order. */
  List<LatLng> positions() {
    List<LatLng> all = new ArrayList<>(size());
    for (int i = 0; i < size(); i++) {
      all.add(position(i));
    }
    return all;
  }

  /** Returns the cells of regions. */
  PositionCells cells() {
    return cells;
  }

  /** Returns the number of the position nearest to a place. Takes O(N) time. */
  int nearest(LatLng place) {
    double latitude = Math.toRadians(place.latitude());
    double longitude = Math.toRadians(place.longitude());
    int best = 0;
    double least = Double.POSITIVE_INFINITY;
    for (int i = 0; i < size(); i++) {
      double other = Math.toRadians(positions[2 * i]);
      double up = Math.sin((other - latitude) / 2);
      double around = Math.sin((Math.toRadians(positions[2 * i + 1]) - longitude) / 2);
      double haversine = up * up + Math.cos(latitude) * Math.cos(other) * around * around;
      if (haversine < least) {
        least = haversine;
        best = i;
      }
    }
    return best;
  }

  /** Returns the vectors, {@code [N, D]}: the gallery's own memory. Do not write into them. */
  NDArray vectors(NDManager step) {
    return vectors.rows(step, 0, size());
  }

  void write(Safetensors.Writer writer) {
    writer.doubles(POSITIONS, positions, size(), 2);
    vectors.write(writer);
  }

  /** Returns whether a file holds a gallery. */
  static boolean isIn(TensorFile file) {
    return file.names().contains(POSITIONS);
  }

  /**
   * Reads a gallery.
   *
   * @param dimension the length D of a vector
   * @throws ModelFormatException if the arrays do not fit each other or the network
   */
  static PositionGallery read(TensorFile file, int dimension, int regionPositions) {
    long size = file.shape(POSITIONS).length == 2 ? file.shape(POSITIONS)[0] : -1;
    boolean fits =
        size >= 0 && file.shape(POSITIONS)[1] == 2 && StoredVectors.areIn(file, size, dimension);
    if (!fits) {
      throw new ModelFormatException(
          "%s holds no gallery: %s must be [N, 2] and gallery.vectors [N, %d]"
              .formatted(file.path(), POSITIONS, dimension));
    }
    try {
      check(Math.toIntExact(size), dimension);
      return new PositionGallery(
          file.doubles(POSITIONS),
          StoredVectors.read(file, Math.toIntExact(size), dimension),
          regionPositions);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new ModelFormatException(file.path() + " holds no gallery: " + e.getMessage(), e);
    }
  }
}
