package io.github.geofix.models.embed;

import io.github.geofix.core.PhotoSource;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.EmbeddingIndex;
import io.github.geofix.core.index.EmbeddingSearch.Hit;
import io.github.geofix.core.internal.geodesy.SphericalMean;
import io.github.geofix.core.partition.Region;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The gallery of a model: an index of the vectors and positions of training photos, for answers
 * refined by nearest neighbors. Searches are thread-safe.
 */
final class EmbedGallery implements AutoCloseable {
  private volatile @Nullable EmbeddingIndex index;

  /** Returns whether there are no photos yet. */
  boolean isEmpty() {
    return index == null;
  }

  /** Indexes photos by their vectors, in place of those indexed before. */
  void index(
      PhotoSource photos, int dimension, Function<PhotoSource.LabeledPhoto, float[]> encoder) {
    EmbeddingIndex.Builder builder =
        EmbeddingIndex.builder(dimension, EmbeddingIndex.Options.defaults());
    for (int i = 0; i < photos.size(); i++) {
      PhotoSource.LabeledPhoto photo = photos.photo(0, i);
      builder.add(encoder.apply(photo), photo.latLng(), Integer.toString(i));
    }
    replace(builder.build());
  }

  private void replace(EmbeddingIndex index) {
    close();
    this.index = index;
  }

  /**
   * Reads the index of a file, if it exists.
   *
   * @param dimension the length of the model's vectors
   * @throws ModelFormatException if the file's vectors have another length
   */
  void load(Path file, int dimension) {
    if (!Files.exists(file)) {
      return;
    }
    EmbeddingIndex loaded = EmbeddingIndex.open(file);
    if (loaded.dimension() != dimension) {
      loaded.close();
      throw new ModelFormatException(
          file
              + " has vectors of "
              + loaded.dimension()
              + " dimensions, the model of "
              + dimension
              + ": index the photos again");
    }
    replace(loaded);
  }

  /** Writes the index. */
  void save(Path file) {
    EmbeddingIndex present = index;
    if (present != null) {
      present.save(file);
    }
  }

  /** Returns the photos in a region that have the vectors nearest to one, nearest first. */
  List<Hit> nearest(float[] vector, Region region, int neighbors) {
    EmbeddingIndex present = index;
    return present == null || neighbors == 0
        ? List.of()
        : present.within(region).search(vector, neighbors).hits();
  }

  /**
   * Returns the spherical mean of the photos in a region that have the vectors nearest to one.
   *
   * @param neighbors the number of photos; fewer if the region has fewer
   * @return empty if the region has no photos
   */
  Optional<LatLng> meanOfNearest(float[] vector, Region region, int neighbors) {
    List<Hit> hits = nearest(vector, region, neighbors);
    if (hits.isEmpty()) {
      return Optional.empty();
    }
    SphericalMean mean = new SphericalMean();
    hits.forEach(hit -> mean.add(hit.latLng(), 1));
    return Optional.of(mean.latLng());
  }

  @Override
  public void close() {
    EmbeddingIndex present = index;
    index = null;
    if (present != null) {
      present.close();
    }
  }
}
