package io.github.geofix.examples;

import io.github.geofix.core.Manifest;
import io.github.geofix.core.cell.Tile;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.geodesy.LatLngBox;
import io.github.geofix.core.geodesy.LocalFrame;
import io.github.geofix.core.index.ApproximateIndex;
import io.github.geofix.core.index.EmbeddingIndex;
import io.github.geofix.core.index.EmbeddingSearch;
import io.github.geofix.core.index.EmbeddingSearch.Hit;
import io.github.geofix.core.partition.CellHierarchy;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.core.partition.CellPartition.AdaptiveOptions;
import io.github.geofix.core.partition.CellTokenizer;
import io.github.geofix.core.partition.PointSet;
import io.github.geofix.core.tile.TileSource;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.Arrays;

/** Cells, tokens, imagery and search: what needs no neural network. */
final class Geography {
  private Geography() {}

  public static void main(String[] args) {
    PointSet places = PointSet.readCsv(Path.of("train/manifest.csv"));
    CellHierarchy cells =
        CellHierarchy.adaptive(places, AdaptiveOptions.defaults().withMinPoints(2), 50, 20, 10);
    CellPartition finest = cells.finest();
    System.out.println(finest.size() + " cells, nested in " + cells.partition(0).size());

    LatLng place = Manifest.readCsv(Path.of("train/manifest.csv")).locations().get(0);
    CellTokenizer tokenizer = CellTokenizer.of(CellTokenizer.Options.defaults());
    int[] tokens = tokenizer.encode(place);
    System.out.println(Arrays.toString(tokens) + " is within 10 m of " + tokenizer.decode(tokens));

    try (TileSource tiles =
        TileSource.equirectangular(Path.of("examples/data/earth/earth-blue-marble.jpg"))) {
      BufferedImage alps = tiles.view(LatLngBox.of(43, 5, 48, 17), 480, 200);
      BufferedImage square = tiles.view(LocalFrame.of(new LatLng(46.5, 8), 400_000), 256, 256);
      BufferedImage tile = tiles.view(Tile.of(new LatLng(46.5, 8), 6), 256, 256);
      System.out.println(alps.getWidth() + square.getWidth() + tile.getWidth() + " columns");
    }

    EmbeddingIndex.Builder rows = EmbeddingIndex.builder(3, EmbeddingIndex.Options.defaults());
    rows.add(new float[] {1, 0, 0}, new LatLng(48.8584, 2.2945), "eiffel.jpg");
    rows.add(new float[] {0, 1, 0}, new LatLng(48.8867, 2.3431), "sacre-coeur.jpg");
    try (EmbeddingIndex index = rows.build()) {
      EmbeddingSearch nearby = index.within(new LatLng(48.86, 2.3), 2); // kilometers
      for (Hit hit : nearby.search(new float[] {0.6f, 0.8f, 0}, 5).hits()) {
        System.out.println(hit.id() + " " + hit.score());
      }
    }
    try (EmbeddingIndex index = rows.build()) {
      ApproximateIndex.build(index, ApproximateIndex.Options.defaults(), Path.of("graph"));
      try (ApproximateIndex graph = ApproximateIndex.open(Path.of("graph"))) {
        System.out.println(graph.search(new float[] {0.6f, 0.8f, 0}, 5).hits());
      }
    }
  }
}
