package io.github.geofix.models.recombine;

import com.google.common.collect.Lists;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.tile.TileSource.MapImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * Encodes the tiles of the map around places. The vector of a tile without imagery is zero, so that
 * its cosine with any photo is 0. Thread-safe.
 */
record MapEncoder(VectorEncoder encoder, MapCrops crops) {
  /** Tiles that are encoded at a time. */
  private static final int BATCH = 64;

  /** Returns the tile around a place as the backbone reads it, {@code [3, H, W]}. */
  float[] pixelsAround(LatLng place) {
    return encoder.tiles().apply(crops.around(place).image());
  }

  /** Returns the vectors of the tiles around places, {@code [D]} each, of length 1 or 0. */
  List<float[]> encodeAround(List<LatLng> places) {
    int dimension = encoder.dimension();
    List<float[]> vectors = new ArrayList<>(places.size());
    encodeAround(
        places,
        UnaryOperator.identity(),
        encoded -> {
          for (int start = 0; start < encoded.length; start += dimension) {
            vectors.add(Arrays.copyOfRange(encoded, start, start + dimension));
          }
        });
    return vectors;
  }

  /**
   * Encodes the tiles around places, batch after batch.
   *
   * @param check is shown each tile, from several threads
   * @param vectors takes the vectors of each batch, {@code [n, D]} row-major
   */
  void encodeAround(List<LatLng> places, UnaryOperator<MapImage> check, Consumer<float[]> vectors) {
    int length = encoder.tiles().spec().length();
    for (List<LatLng> batch : Lists.partition(places, BATCH)) {
      float[] images = new float[batch.size() * length];
      boolean[] missing = new boolean[batch.size()];
      IntStream.range(0, batch.size())
          .parallel()
          .forEach(
              i -> {
                MapImage tile = check.apply(crops.around(batch.get(i)));
                missing[i] = tile.isMissing();
                float[] pixels = encoder.tiles().apply(tile.image());
                System.arraycopy(pixels, 0, images, i * length, length);
              });
      float[] encoded = encoder.encodeTiles(images, batch.size());
      for (int i = 0; i < missing.length; i++) {
        if (missing[i]) {
          Arrays.fill(encoded, i * encoder.dimension(), (i + 1) * encoder.dimension(), 0);
        }
      }
      vectors.accept(encoded);
    }
  }
}
