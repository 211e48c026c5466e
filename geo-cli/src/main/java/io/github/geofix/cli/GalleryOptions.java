package io.github.geofix.cli;

import io.github.geofix.core.Manifest;
import io.github.geofix.core.internal.Count;
import io.github.geofix.core.internal.Printable;
import io.github.geofix.models.gallery.GalleryModel;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalDouble;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The photos that come into a gallery. */
final class GalleryOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--photos",
      required = true,
      paramLabel = "CSV",
      description = "The photos: columns image, latitude, longitude.")
  private Path photos;

  @Option(
      names = "--skip-unreadable",
      description = "Leave out photos that are missing or cannot be read, instead of stopping.")
  private boolean skipUnreadable;

  /** Reads the list of photos. */
  Manifest read() {
    return Manifest.readCsv(photos);
  }

  /** Adds the photos of a list, and notes those that are left out. */
  void add(GalleryModel gallery, Manifest list) {
    PrintWriter err = command.commandLine().getErr();
    GalleryModel.Added added;
    try (Bar bar = Bar.of("encode", list.size())) {
      added = gallery.add(list, skipUnreadable, bar::stepTo);
    }
    if (added.known() > 0) {
      err.println("note: " + Count.of(added.known(), "photos are in the gallery already"));
    }
    added.unreadable().forEach(photo -> err.println("note: left out: " + Printable.of(photo)));
    err.flush();
  }

  /** Returns what a gallery holds and when it answers, in words. */
  static String describe(GalleryModel gallery, Path folder) {
    return Count.of(gallery.size(), "photos in " + folder);
  }

  /** Returns the limit in words. */
  static String limit(OptionalDouble limit, double falseAnswers) {
    return limit.isEmpty()
        ? "no limit: too few photos are more than a kilometer from others to find one"
        : String.format(
            Locale.ROOT,
            "no answer below a score of %.3f, which photos of other places exceed with a probability"
                + " of at most %s",
            limit.getAsDouble(),
            falseAnswers);
  }
}
