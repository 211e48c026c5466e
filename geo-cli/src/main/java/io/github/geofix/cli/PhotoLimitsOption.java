package io.github.geofix.cli;

import io.github.geofix.core.Photo;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What photos may take that are decoded. */
final class PhotoLimitsOption {
  private static final int MILLION = 1_000_000;
  private static final int MOST_MEGAPIXELS = 715;

  @Option(
      names = "--photo-limits",
      paramLabel = "PROFILE",
      description =
          "What photos may take: default, 100 million pixels and 2 GB of memory, or server, for"
              + " photos of strangers: 50 million pixels, files of 32 MB and 320 MB of memory"
              + " (default: default).")
  private @Nullable Profile profile;

  @Option(
      names = "--max-megapixels",
      paramLabel = "N",
      description =
          "Largest photo, in million pixels, if it is not that of --photo-limits; larger ones may"
              + " take as much more memory and longer files.")
  private @Nullable Integer maxMegapixels;

  /** The limits on photos that have a name. */
  enum Profile {
    DEFAULT,
    SERVER
  }

  /**
   * What is asked for.
   *
   * @param maxMegapixels empty for that of the profile
   */
  record Chosen(Profile profile, Optional<Integer> maxMegapixels) {

    Photo.Limits limits() {
      Photo.Limits named =
          switch (profile) {
            case DEFAULT -> Photo.Limits.defaults();
            case SERVER -> Photo.Limits.server();
          };
      return maxMegapixels.map(most -> scaled(named, most)).orElse(named);
    }
  }

  /** Returns what is asked for; empty if neither option is given. */
  Optional<Chosen> chosen() {
    return profile == null && maxMegapixels == null
        ? Optional.empty()
        : Optional.of(
            new Chosen(
                profile == null ? Profile.DEFAULT : profile, Optional.ofNullable(maxMegapixels)));
  }

  Photo.Limits limits() {
    return chosen().map(Chosen::limits).orElse(Photo.Limits.defaults());
  }

  /** Returns limits for photos of so many million pixels. */
  static Photo.Limits scaled(Photo.Limits limits, int megapixels) {
    if (megapixels < 1 || megapixels > MOST_MEGAPIXELS) {
      throw new IllegalArgumentException(
          "--max-megapixels must be 1 to " + MOST_MEGAPIXELS + ": " + megapixels);
    }
    return limits.scaledTo((long) megapixels * MILLION);
  }
}
