package io.github.geofix.models.recombine;

import ai.djl.ndarray.NDManager;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.tile.MissingImagery;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.models.internal.StoredVectors;
import io.github.geofix.models.internal.recombine.RecombineNetwork;
import io.github.geofix.models.internal.weights.WeightsVersion;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The gallery of a model, kept until the weights change: its tiles are encoded when they are first
 * needed, and again after training. Thread-safe.
 */
final class GalleryCache {

  private final RecombineNetwork network;
  private final NDManager manager;
  private final MapEncoder encoder;
  private final Supplier<String> digest;
  private @Nullable CellPartition cells;
  private @Nullable Gallery gallery;
  private @Nullable WeightsVersion version;

  GalleryCache(
      RecombineNetwork network, NDManager manager, MapEncoder encoder, Supplier<String> digest) {
    this.digest = digest;
    this.network = network;
    this.manager = manager;
    this.encoder = encoder;
  }

  /** Returns the middles of the places; empty if there are none. */
  synchronized List<LatLng> middles() {
    return cells == null ? List.of() : middles(cells);
  }

  private static List<LatLng> middles(CellPartition cells) {
    return IntStream.range(0, cells.size()).mapToObj(cells::centerOf).toList();
  }

  /**
   * Replaces the places.
   *
   * @throws IllegalArgumentException if there are none, or more than a gallery can hold
   */
  synchronized void set(CellPartition newCells) {
    if (newCells.size() == 0) {
      throw new IllegalArgumentException("at least one place is needed");
    }
    int most = StoredVectors.most(network.dimension());
    if (newCells.size() > most) {
      throw new IllegalArgumentException(
          "%d places with vectors of %d numbers: at most %d fit, use a coarser galleryS2Level"
              .formatted(newCells.size(), network.dimension(), most));
    }
    // Without the means of photos: a place is the middle of its cell.
    cells = CellPartition.ofCellIds(newCells.cellIds());
    gallery = null;
  }

  /** Replaces the gallery by one that the present weights made. */
  synchronized void set(Gallery made) {
    cells = made.places();
    gallery = made;
    version = WeightsVersion.of(network, manager);
  }

  /**
   * Returns the gallery of the present weights.
   *
   * @throws IllegalStateException if there are no places, or no map to encode them from
   * @throws java.io.UncheckedIOException if the map has no imagery for most places
   */
  synchronized Gallery gallery() {
    CellPartition known = cells;
    if (known == null) {
      throw new IllegalStateException(
          "the model has no places to look photos up in: create it with positions, or match"
              + " photos with tiles through its tileEncoder()");
    }
    Gallery current = gallery;
    WeightsVersion made = version;
    if (current == null || made == null || !made.isOf(network, manager)) {
      WeightsVersion present = WeightsVersion.of(network, manager);
      current =
          new Gallery(
              known,
              new StoredVectors(
                  known.size(),
                  network.dimension(),
                  vectors -> {
                    MissingImagery missing = new MissingImagery(MissingImagery.MAX_SHARE);
                    encoder.encodeAround(middles(known), missing::count, vectors::put);
                    missing.finish();
                  }),
              digest.get());
      // Both at last: where the map cannot be read, the old gallery must not pass for the new one.
      gallery = current;
      version = present;
    }
    return current;
  }
}
