package io.github.geofix.cli;

import io.github.geofix.core.internal.Count;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code geofix index delete}. */
@Command(
    name = "delete",
    description = "Removes the rows of a gallery whose positions lie in a region.",
    footer = {"", "Example:", "  geofix index delete --index map.index --region 35,-10,60,30"},
    mixinStandardHelpOptions = true)
final class IndexDeleteCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private final ReplacedIndex replaced = new ReplacedIndex();

  @Mixin private final RegionOption box = new RegionOption();

  @Override
  public Integer call() {
    replaced.change(
        spec.commandLine().getOut(),
        index -> {
          int deleted =
              index.delete(
                  IntStream.range(0, index.rows())
                      .filter(row -> box.region().contains(index.latLng(row)))
                      .toArray());
          return Count.of(deleted, "rows removed") + ", " + index.size() + " left";
        });
    return 0;
  }
}
