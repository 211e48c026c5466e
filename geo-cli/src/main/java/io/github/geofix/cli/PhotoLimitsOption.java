package io.github.geofix.cli;

import io.github.geofix.core.Photo;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What photos may take that are decoded. */
final class PhotoLimitsOption {
  private static final int MILLION = 1_000_000;
  private static final int MOST_MEGAPIXELS = 715;

  @Option(
      names = "--photo-limits",
      defaultValue = "default",
      paramLabel = "PROFILE",
      description =
          "What photos may take: default, 100 million pixels and 2 GB of memory, or server, for"
              + " photos of strangers: 50 million pixels, files of 32 MB and 320 MB of memory"
              + " (default: ${DEFAULT-VALUE}).")
  private Profile profile;

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

  Photo.Limits limits() {
    Photo.Limits named =
        switch (profile) {
          case DEFAULT -> Photo.Limits.defaults();
          case SERVER -> Photo.Limits.server();
        };
    return maxMegapixels == null ? named : scaled(named, maxMegapixels);
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
