package io.github.geofix.cli;

import io.github.geofix.core.TileEncoder;
import io.github.geofix.core.cell.Tile;
import io.github.geofix.core.geodesy.LatLngBox;
import io.github.geofix.core.index.TileIndex;
import io.github.geofix.core.tile.TileOptions;
import io.github.geofix.core.tile.TileSource;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code geofix index build}. */
@Command(
    name = "build",
    description = "Encodes the map images of a region and writes them to one file.",
    footer = {
      "",
      "Example:",
      "  geofix index build --model m --tiles map.jpg --region 35,-10,60,30 --zoom 5 --out map.index"
    },
    mixinStandardHelpOptions = true)
final class IndexBuildCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

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

  @Option(
      names = "--region",
      required = true,
      converter = BoxConverter.class,
      paramLabel = "S,W,N,E",
      description = "Degrees; west is more than east where it crosses the antimeridian.")
  private LatLngBox region;

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

  @Option(names = "--out", required = true, paramLabel = "FILE", description = "File to write.")
  private Path out;

  @Override
  public Integer call() {
    OutputFiles.check(out);
    long total = Tile.coveringCount(region, zoom);
    long indexed;
    try (TileEncoder encoder = TileEncoder.load(model, load.options());
        TileSource tiles = TileSource.open(source, cache, TileOptions.defaults());
        Bar bar = Bar.of("encoding", total);
        TileIndex index =
            TileIndex.builder(encoder, tiles)
                .region(region)
                .zoom(zoom)
                .maxMissing(maxMissing)
                .onProgress(progress -> bar.stepTo(progress.done()))
                .build()) {
      index.save(out);
      indexed = index.size();
    }
    if (indexed < total) {
      String left = Count.of(total - indexed, "map images have no tile and are left out");
      spec.commandLine().getErr().println("note: " + left);
    }
    PrintWriter stdout = spec.commandLine().getOut();
    stdout.println(Count.of(indexed, "map images in " + out));
    stdout.flush();
    return 0;
  }

  /** Reads four numbers. */
  static final class BoxConverter implements ITypeConverter<LatLngBox> {
    @Override
    public LatLngBox convert(String text) {
      try {
        double[] edges = Arrays.stream(text.split(",")).mapToDouble(Double::parseDouble).toArray();
        if (edges.length == 4) {
          return LatLngBox.of(edges[0], edges[1], edges[2], edges[3]);
        }
      } catch (NumberFormatException e) {
        throw new TypeConversionException("not four numbers south,west,north,east: " + text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
      throw new TypeConversionException("not four numbers south,west,north,east: " + text);
    }
  }
}
