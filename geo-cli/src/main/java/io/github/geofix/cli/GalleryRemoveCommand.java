package io.github.geofix.cli;

import io.github.geofix.core.internal.Printable;
import io.github.geofix.core.internal.csv.PhotoRow;
import io.github.geofix.models.gallery.GalleryModel;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code geofix gallery remove}. */
@Command(
    name = "remove",
    description = "Removes photos from a gallery; gallery compact frees their space.",
    footer = {"", "Example:", "  geofix gallery remove --gallery my-gallery --photos old.csv"},
    mixinStandardHelpOptions = true)
final class GalleryRemoveCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--gallery", required = true, paramLabel = "DIR", description = "Gallery folder.")
  private Path folder;

  @Option(
      names = "--photos",
      required = true,
      paramLabel = "CSV",
      description = "The photos to remove: column image. The files need not exist any more.")
  private Path photos;

  @Mixin private final CodeOption code = new CodeOption();

  @Override
  public Integer call() {
    List<Path> removed = PhotoRow.readCsv(photos).stream().map(PhotoRow::image).toList();
    PrintWriter stdout = spec.commandLine().getOut();
    List<Path> missing;
    try (GalleryModel gallery = GalleryModel.open(folder, code.load())) {
      missing = gallery.remove(removed);
      stdout.println(GalleryOptions.describe(gallery, folder));
    }
    stdout.flush();
    PrintWriter err = spec.commandLine().getErr();
    missing.forEach(photo -> err.println("geofix: not in the gallery: " + Printable.of(photo)));
    err.flush();
    return missing.isEmpty() ? ExitCode.OK : ExitCode.SOFTWARE;
  }
}
