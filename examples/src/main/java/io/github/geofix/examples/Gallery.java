package io.github.geofix.examples;

import io.github.geofix.core.TileEncoder;
import io.github.geofix.core.geodesy.LatLngBox;
import io.github.geofix.core.index.TileIndex;
import io.github.geofix.core.index.TileIndex.TileHit;
import io.github.geofix.core.tile.TileSource;
import java.nio.file.Path;

/** Makes a gallery of the map tiles of the inhabited Earth and finds a photo in it. */
final class Gallery {
  private Gallery() {}

  public static void main(String[] args) {
    Path map = Path.of("examples/data/earth/earth-blue-marble.jpg");
    try (TileSource tiles = TileSource.equirectangular(map);
        TileEncoder encoder = TileEncoder.load(Path.of("models/recombine-tiny"));
        TileIndex index =
            TileIndex.builder(encoder, tiles)
                .region(LatLngBox.of(-60, -180, 75, 180)) // south, west, north, east
                .zoom(5)
                .build()) {
      index.save(Path.of("world.index"));
      for (TileHit hit : index.search(Path.of("out/photos/may-1.png"), 10)) {
        System.out.println(hit.tile().center() + " " + hit.score());
      }
    }
  }
}
