package io.github.geofix.cli;

import io.github.geofix.models.gallery.GalleryModel;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code geofix gallery add}. */
@Command(
    name = "add",
    description =
        "Adds photos to a gallery. Those of files that are in it stay as they are: remove them first"
            + " to encode them again.",
    footer = {"", "Example:", "  geofix gallery add --gallery my-gallery --photos more.csv"},
    mixinStandardHelpOptions = true)
final class GalleryAddCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--gallery", required = true, paramLabel = "DIR", description = "Gallery folder.")
  private Path folder;

  @Mixin private final GalleryOptions photos = new GalleryOptions();

  @Mixin private final LoadChoice load = new LoadChoice();

  @Override
  public Integer call() {
    PrintWriter stdout = spec.commandLine().getOut();
    try (GalleryModel gallery = GalleryModel.open(folder, load.options())) {
      photos.add(gallery, photos.read());
      stdout.println(GalleryOptions.describe(gallery, folder));
    }
    stdout.flush();
    return 0;
  }
}
