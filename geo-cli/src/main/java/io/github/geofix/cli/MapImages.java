package io.github.geofix.cli;

import io.github.geofix.core.TileEncoder;
import io.github.geofix.core.cell.Tile;
import io.github.geofix.core.index.TileIndex;
import io.github.geofix.core.tile.TileSource;
import java.nio.file.Path;
import java.util.function.BiFunction;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The map images of a region, and the model that encodes them. */
final class MapImages {

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "Folder of a model that matches photos with map images.")
  private Path model;

  @Option(
      names = "--tiles",
      required = true,
      paramLabel = "SOURCE",
      description =
          "Imagery: FOLDER/{z}/{x}/{y}.jpg, an address of a server, a file .mbtiles, .pmtiles,"
              + " .tif or layout.yaml, or an image of the whole Earth.")
  private String source;

  @Option(
      names = "--tile-cache",
      defaultValue = "tile-cache",
      paramLabel = "DIR",
      description = "Where to keep tiles of a server (default: ${DEFAULT-VALUE}).")
  private Path cache;

  @Mixin private final RegionOption box = new RegionOption();

  @Option(
      names = "--zoom",
      required = true,
      paramLabel = "Z",
      description = "Zoom of the map images: one at zoom z is 40,075 km / 2^z wide at the equator.")
  private int zoom;

  @Option(
      names = "--max-missing",
      defaultValue = "0.5",
      paramLabel = "SHARE",
      description =
          "The largest share of map images without a tile, which are left out of the index; more"
              + " end the command (default: ${DEFAULT-VALUE}).")
  private double maxMissing;

  @Mixin private final LoadChoice load = new LoadChoice();

  private TileIndex.Progress fetched = new TileIndex.Progress(0, 0, 0);

  /** Returns how many there are, with those that have no tile. */
  long count() {
    return Tile.coveringCount(box.region(), zoom);
  }

  /** Returns how many map images of the region were fetched, and how many of these are missing. */
  TileIndex.Progress fetched() {
    return fetched;
  }

  /** Loads the model, opens the imagery, and gives both to some work. */
  <T> T with(BiFunction<TileEncoder, TileIndex.Builder, T> work) {
    try (TileEncoder encoder = TileEncoder.load(model, load.options());
        TileSource tiles = TileSource.open(source, cache, TileSource.Options.defaults());
        Bar bar = Bar.of("encoding", count())) {
      return work.apply(
          encoder,
          TileIndex.builder(encoder, tiles)
              .region(box.region())
              .zoom(zoom)
              .maxMissing(maxMissing)
              .onProgress(
                  progress -> {
                    fetched = progress;
                    bar.stepTo(progress.done());
                  }));
    }
  }
}
