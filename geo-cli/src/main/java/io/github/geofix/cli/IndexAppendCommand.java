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

/** {@code geofix index append}. */
@Command(
    name = "append",
    description =
        "Encodes the map images of another region and adds them to a gallery. Those that are in it"
            + " stay as they are.",
    footer = {
      "",
      "Example:",
      "  geofix index append --index map.index --model m --tiles map.jpg --region 0,30,30,60 --zoom 5"
    },
    mixinStandardHelpOptions = true)
final class IndexAppendCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--index",
      required = true,
      paramLabel = "FILE",
      description = "File that index build wrote, which is replaced.")
  private Path file;

  @Mixin private final MapImages images = new MapImages();

  @Override
  public Integer call() {
    OutputFiles.check(file);
    PrintWriter stdout = spec.commandLine().getOut();
    images.with(
        (encoder, builder) -> {
          try (TileIndex index = TileIndex.open(file, encoder)) {
            int added = index.append(builder);
            index.save(file);
            IndexCommand.noteMissing(spec, images.fetched().missing());
            long known = images.count() - images.fetched().total();
            if (known > 0) {
              String kept = Count.of(known, "map images are in the index already");
              spec.commandLine().getErr().println("note: " + kept);
            }
            stdout.println(
                Count.of(added, "map images added") + ", " + index.size() + " in " + file);
            return added;
          }
        });
    stdout.flush();
    return 0;
  }
}
