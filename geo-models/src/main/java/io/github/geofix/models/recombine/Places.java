package io.github.geofix.models.recombine;

import ai.djl.ndarray.NDManager;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.models.weights.Weights;
import io.github.geofix.models.weights.WeightsVersion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The places that a model looks photos up in, and their tiles as the present weights see them:
 * encoded when first needed, and again when the weights have changed. Thread-safe.
 */
final class Places {
  /** Tiles that are encoded at a time. */
  private static final int BATCH = 64;

  private final RecombineNetwork network;
  private final NDManager manager;
  private final VectorEncoder encoder;
  private final MapCrops crops;
  private @Nullable CellPartition cells;
  private @Nullable Gallery gallery;
  private @Nullable WeightsVersion version;

  Places(RecombineNetwork network, NDManager manager, VectorEncoder encoder, MapCrops crops) {
    this.network = network;
    this.manager = manager;
    this.encoder = encoder;
    this.crops = crops;
  }

  /** Returns the middles of the places; empty if there are none. */
  synchronized List<LatLng> middles() {
    return cells == null ? List.of() : middles(cells);
  }

  private static List<LatLng> middles(CellPartition cells) {
    return IntStream.range(0, cells.size()).mapToObj(cells::centerOf).toList();
  }

  /**
   * Takes other places from now on.
   *
   * @throws IllegalArgumentException if there is none, or more than a gallery can hold
   */
  synchronized void set(CellPartition newCells) {
    if (newCells.size() == 0) {
      throw new IllegalArgumentException("at least one place is needed");
    }
    int most = Gallery.most(network.width());
    if (newCells.size() > most) {
      throw new IllegalArgumentException(
          "%d places with vectors of %d numbers: at most %d fit, use a coarser galleryS2Level"
              .formatted(newCells.size(), network.width(), most));
    }
    // Without the means of photos: a place is the middle of its cell.
    cells = CellPartition.ofCellIds(newCells.cellIds());
    gallery = null;
  }

  /** Takes over a gallery that the present weights made. */
  synchronized void set(Gallery made) {
    cells = made.places();
    gallery = made;
    version = WeightsVersion.of(network, manager);
  }

  /**
   * Returns the gallery as the present weights see it.
   *
   * @throws IllegalStateException if there are no places, or no map to encode them from
   */
  synchronized Gallery gallery() {
    CellPartition known = cells;
    if (known == null) {
      throw new IllegalStateException(
          "the model knows no places to look photos up in: create it with positions, or match"
              + " photos with tiles through its tileEncoder()");
    }
    Gallery current = gallery;
    WeightsVersion made = version;
    if (current == null || made == null || !made.isOf(network, manager)) {
      WeightsVersion present = WeightsVersion.of(network, manager);
      current =
          Gallery.of(
              known,
              network.width(),
              vectors -> encodeAround(middles(known), vectors::put),
              Weights.digest(network));
      // Both at last: where the map cannot be read, the old gallery must not pass for the new one.
      gallery = current;
      version = present;
    }
    return current;
  }

  /** Returns the vectors of the map's tiles around any places. */
  List<float[]> encodeAround(List<LatLng> middles) {
    int width = network.width();
    List<float[]> vectors = new ArrayList<>(middles.size());
    encodeAround(
        middles,
        encoded -> {
          for (int start = 0; start < encoded.length; start += width) {
            vectors.add(Arrays.copyOfRange(encoded, start, start + width));
          }
        });
    return vectors;
  }

  /** Hands over the vectors of the map's tiles around places, batch after batch: {@code [n, D]}. */
  private void encodeAround(List<LatLng> middles, Consumer<float[]> vectors) {
    int length = encoder.tiles().spec().length();
    for (int first = 0; first < middles.size(); first += BATCH) {
      List<LatLng> batch = middles.subList(first, Math.min(first + BATCH, middles.size()));
      float[] images = new float[batch.size() * length];
      IntStream.range(0, batch.size())
          .parallel()
          .forEach(
              i -> {
                float[] tile = encoder.tiles().apply(crops.around(batch.get(i)));
                System.arraycopy(tile, 0, images, i * length, length);
              });
      vectors.accept(encoder.encodeTiles(images, batch.size()));
    }
  }
}
