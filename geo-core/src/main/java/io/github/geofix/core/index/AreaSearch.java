package io.github.geofix.core.index;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.Region;
import java.util.List;
import java.util.stream.Stream;

/** Base of indexes that can be searched by area. */
abstract class AreaSearch implements EmbeddingSearch {

  /**
   * Searches the rows in the intersection of some areas.
   *
   * @param queries [B, D]
   */
  abstract List<EmbeddingSearch.Result> search(
      List<SearchArea> areas, int threads, float[][] queries, int k);

  @Override
  public EmbeddingSearch.Result search(float[] query, int k) {
    return everywhere().search(query, k);
  }

  @Override
  public List<EmbeddingSearch.Result> search(float[][] queries, int k) {
    return everywhere().search(queries, k);
  }

  @Override
  public EmbeddingSearch within(LatLng center, double radiusKm) {
    return everywhere().within(center, radiusKm);
  }

  @Override
  public EmbeddingSearch withinBox(double south, double west, double north, double east) {
    return everywhere().withinBox(south, west, north, east);
  }

  @Override
  public EmbeddingSearch within(Region region) {
    return everywhere().within(region);
  }

  @Override
  public EmbeddingSearch withThreads(int threads) {
    return everywhere().withThreads(threads);
  }

  private AreaView everywhere() {
    return new AreaView(this, List.of(), Runtime.getRuntime().availableProcessors());
  }

  /** The rows in the intersection of some areas. */
  private record AreaView(AreaSearch index, List<SearchArea> areas, int threads)
      implements EmbeddingSearch {
    AreaView {
      if (threads < 1) {
        throw new IllegalArgumentException("threads must be 1 or more: " + threads);
      }
    }

    @Override
    public int dimension() {
      return index.dimension();
    }

    @Override
    public EmbeddingSearch.Result search(float[] query, int k) {
      return search(new float[][] {query}, k).get(0);
    }

    @Override
    public List<EmbeddingSearch.Result> search(float[][] queries, int k) {
      return index.search(areas, threads, queries, k);
    }

    @Override
    public EmbeddingSearch within(LatLng center, double radiusKm) {
      return and(SearchArea.radius(center, radiusKm));
    }

    @Override
    public EmbeddingSearch withinBox(double south, double west, double north, double east) {
      return and(SearchArea.box(south, west, north, east));
    }

    @Override
    public EmbeddingSearch within(Region region) {
      return and(SearchArea.of(region));
    }

    private AreaView and(SearchArea area) {
      return new AreaView(index, Stream.concat(areas.stream(), Stream.of(area)).toList(), threads);
    }

    @Override
    public EmbeddingSearch withThreads(int threads) {
      return new AreaView(index, areas, threads);
    }
  }
}
