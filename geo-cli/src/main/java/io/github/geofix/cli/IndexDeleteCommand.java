package io.github.geofix.cli;

import io.github.geofix.core.geodesy.LatLngBox;
import io.github.geofix.core.index.EmbeddingIndex;
import io.github.geofix.core.internal.Count;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code geofix index delete}. */
@Command(
    name = "delete",
    description = "Removes the rows of a gallery whose positions lie in a region.",
    footer = {"", "Example:", "  geofix index delete --index map.index --region 35,-10,60,30"},
    mixinStandardHelpOptions = true)
final class IndexDeleteCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--index",
      required = true,
      paramLabel = "FILE",
      description = "Index, which is replaced.")
  private Path file;

  @Option(
      names = "--region",
      required = true,
      converter = BoxConverter.class,
      paramLabel = "S,W,N,E",
      description = "Degrees; west is more than east where it crosses the antimeridian.")
  private LatLngBox region;

  @Override
  public Integer call() {
    OutputFiles.check(file);
    try (EmbeddingIndex index = EmbeddingIndex.open(file)) {
      int deleted =
          index.delete(
              IntStream.range(0, index.rows())
                  .filter(row -> region.contains(index.latLng(row)))
                  .toArray());
      index.save(file);
      PrintWriter stdout = spec.commandLine().getOut();
      stdout.println(Count.of(deleted, "rows removed") + ", " + index.size() + " left in " + file);
      stdout.flush();
    }
    return 0;
  }
}
