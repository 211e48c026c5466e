package io.github.geofix.cli;

import io.github.geofix.core.index.Embeddings;
import io.github.geofix.core.index.NeighborLists;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code geofix neighbors}. */
@Command(
    name = "neighbors",
    description = {
      "Searches the most similar photos of each photo once, for train --neighbors.",
      "Without --among the photos are searched among themselves, and none is its own neighbor."
    },
    footer = {
      "",
      "Examples:",
      "  geofix neighbors --vectors mp16.safetensors --out mp16-neighbors.npy",
      "  geofix neighbors --vectors val.npy --among mp16.safetensors --out val-neighbors.npy"
    },
    mixinStandardHelpOptions = true)
final class NeighborsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--vectors",
      required = true,
      split = ",",
      paramLabel = "FILE",
      description =
          "Vectors of the photos, .npy or .safetensors, or several files whose rows belong together."
              + " The first vector of a row is compared.")
  private List<Path> vectors;

  @Option(
      names = "--among",
      split = ",",
      paramLabel = "FILE",
      description = "Vectors of the photos that are searched, such as those of the training.")
  private @Nullable List<Path> among;

  @Option(
      names = "--per-photo",
      paramLabel = "V",
      description =
          "Vectors in a row (default: as geofix embed wrote into the file, else the number of"
              + " files).")
  private @Nullable Integer perPhoto;

  @Option(
      names = "--top",
      defaultValue = "15",
      paramLabel = "K",
      description = "Neighbors of each photo; GeoToken reads 15 (default: ${DEFAULT-VALUE}).")
  private int top;

  @Option(
      names = "--approximate",
      description =
          "Follow a graph in place of an exact search: worth it above some 200,000 photos, and"
              + " misses a few neighbors.")
  private boolean approximate;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "File to write, .npy: [N, K] row numbers, the most similar first.")
  private Path out;

  @Override
  public Integer call() {
    if (top < 1) {
      throw new IllegalArgumentException("--top must be 1 or more: " + top);
    }
    try (Embeddings queries = VectorFiles.open(vectors)) {
      if (among == null) {
        write(queries, queries);
      } else {
        try (Embeddings rows = VectorFiles.open(among)) {
          write(queries, rows);
        }
      }
    }
    PrintWriter stdout = spec.commandLine().getOut();
    stdout.println(out);
    stdout.flush();
    return 0;
  }

  private void write(Embeddings queries, Embeddings rows) {
    int count = perPhoto == null ? VectorFiles.count(queries, vectors) : perPhoto;
    if (count < 1 || queries.dimension() % count != 0) {
      throw new IllegalArgumentException(
          "rows of %d numbers are not %d vectors: set --per-photo"
              .formatted(queries.dimension(), count));
    }
    NeighborLists.Options options =
        NeighborLists.Options.defaults()
            .withCount(top)
            .withDimension(queries.dimension() / count)
            .withApproximate(approximate);
    try (Bar bar = Bar.of("neighbors", queries.size())) {
      NeighborLists.write(out, queries, rows, options, bar::stepTo);
    }
  }
}
