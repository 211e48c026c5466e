package io.github.geofix.cli;

import io.github.geofix.core.index.TileIndex;
import io.github.geofix.core.internal.Count;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

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

  @Mixin private final MapImages images = new MapImages();

  @Option(names = "--out", required = true, paramLabel = "FILE", description = "File to write.")
  private Path out;

  @Override
  public Integer call() {
    OutputFiles.check(out);
    long indexed =
        images.with(
            (encoder, builder) -> {
              try (TileIndex index = builder.build()) {
                index.save(out);
                return (long) index.size();
              }
            });
    IndexCommand.noteMissing(spec, images.count() - indexed);
    PrintWriter stdout = spec.commandLine().getOut();
    stdout.println(Count.of(indexed, "map images in " + out));
    stdout.flush();
    return 0;
  }
}
