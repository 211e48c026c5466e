package io.github.geofix.cli;

import io.github.geofix.core.Manifest;
import io.github.geofix.core.internal.Count;
import io.github.geofix.core.internal.Printable;
import io.github.geofix.models.gallery.GalleryModel;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The photos that come into a gallery. */
final class GalleryOptions {
  private static final MathContext DIGITS = new MathContext(6);

  /** The fewest photos of which a distance is chosen, see {@link GalleryModel#chooseAgreement}. */
  private static final int LEAST_PHOTOS = 20;

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
    return PhotoLists.read(photos);
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

  /** Returns a distance of agreement, to choose if it is none. */
  static Optional<Double> agreeKm(String text) {
    if (text.equals("auto")) {
      return Optional.empty();
    }
    try {
      return Optional.of(Double.valueOf(text));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("--agree-km must be a number or auto: " + text, e);
    }
  }

  /** Sets the distance of agreement, and returns it in words. */
  static String agree(GalleryModel gallery, Optional<Double> km) {
    km.ifPresent(gallery::setAgreement);
    double chosen = km.orElseGet(gallery::chooseAgreement);
    return String.format(
        Locale.ROOT,
        "photos within %s m agree on a position%s",
        meters(chosen),
        km.isPresent()
            ? ""
            : gallery.size() < LEAST_PHOTOS
                ? ": too few photos to choose a distance by"
                : ", as the photos of the gallery are located best, each by the others");
  }

  private static String meters(double km) {
    return BigDecimal.valueOf(1000 * km).round(DIGITS).stripTrailingZeros().toPlainString();
  }
}
