package io.github.geofix.cli;

import io.github.geofix.models.gallery.GalleryModel;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code geofix gallery compact}. */
@Command(
    name = "compact",
    description = "Frees the space of removed photos, and prepares a gallery for faster searches.",
    footer = {"", "Example:", "  geofix gallery compact --gallery my-gallery --approximate"},
    mixinStandardHelpOptions = true)
final class GalleryCompactCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--gallery", required = true, paramLabel = "DIR", description = "Gallery folder.")
  private Path folder;

  @Option(
      names = "--approximate",
      description =
          "Build a graph for approximate search, for several 100,000 photos and more; adding or"
              + " removing photos drops it.")
  private boolean approximate;

  @Mixin private final GalleryLimitOptions limit = new GalleryLimitOptions();

  @Option(
      names = "--agree-km",
      paramLabel = "KM",
      description =
          "Set the distance within which photos agree anew; auto to choose it, as gallery build"
              + " does.")
  private @Nullable String agreeKm;

  @Mixin private final CodeOption code = new CodeOption();

  /** A strong reference: without one, the level of a logger is forgotten. */
  private static final Logger JVECTOR = Logger.getLogger("io.github.jbellis.jvector");

  @Override
  public Integer call() {
    limit.check();
    JVECTOR.setLevel(Level.SEVERE);
    PrintWriter stdout = spec.commandLine().getOut();
    try (GalleryModel gallery = GalleryModel.open(folder, code.load())) {
      try (Bar bar = Bar.of("link", approximate ? gallery.size() : 0)) {
        gallery.compact(approximate, bar::stepTo);
      }
      stdout.println(GalleryOptions.describe(gallery, folder));
      if (agreeKm != null) {
        stdout.println(GalleryOptions.agree(gallery, GalleryOptions.agreeKm(agreeKm)));
      }
      if (limit.isGiven()) {
        stdout.println(limit.set(gallery));
      }
    }
    stdout.flush();
    return 0;
  }
}
