package io.github.geofix.core.internal.tile;

import io.github.geofix.core.internal.Count;
import io.github.geofix.core.tile.TileSource.MapImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Optional;

/**
 * Counts the map images that a map has no imagery for, and ends work that would run on black
 * images: a wrong address, region, tile scheme or an expired key leaves every image black.
 * Thread-safe.
 */
public final class MissingImagery {

  /** The default limit of the share of images without imagery. */
  public static final double MAX_SHARE = 0.5;

  /** The work fails if this many first images have no imagery. */
  private static final int FIRST = 16;

  /** The share is checked from this many images on. */
  private static final int ENOUGH = 64;

  private final double maxShare;
  private long images;
  private long missing;

  /**
   * Creates an empty count.
   *
   * @param maxShare the largest share of images without imagery that is accepted, 0 to 1
   */
  public MissingImagery(double maxShare) {
    if (!(maxShare >= 0 && maxShare <= 1)) {
      throw new IllegalArgumentException("the share of missing images must be 0 to 1: " + maxShare);
    }
    this.maxShare = maxShare;
  }

  /**
   * Counts an image.
   *
   * @return the same image
   * @throws UncheckedIOException if none of the first 16 images has imagery, or of 64 or more too
   *     large a share has none
   */
  public synchronized MapImage count(MapImage image) {
    images++;
    if (image.isMissing()) {
      missing++;
      if (missing == images ? images >= FIRST : images >= ENOUGH && missing > maxShare * images) {
        throw failure();
      }
    }
    return image;
  }

  /**
   * Checks the count at the end of the work.
   *
   * @throws UncheckedIOException if no image has imagery, or too large a share has none
   */
  public synchronized void finish() {
    if (missing > 0 && (missing == images || missing > maxShare * images)) {
      throw failure();
    }
  }

  /** Returns the number of images counted. */
  public synchronized long images() {
    return images;
  }

  /** Returns the number of images without imagery. */
  public synchronized long missing() {
    return missing;
  }

  /** Returns how many had none, in words; empty if all had some. */
  public synchronized Optional<String> note() {
    return missing == 0 ? Optional.empty() : Optional.of(toString());
  }

  /** Returns a sentence such as "17 of 20 map images have no tile". */
  @Override
  public synchronized String toString() {
    return String.format(
        Locale.ROOT,
        "%,d of %s %s no tile",
        missing,
        Count.of(images, "map images"),
        missing == 1 ? "has" : "have");
  }

  private UncheckedIOException failure() {
    return new UncheckedIOException(
        new IOException(
            this
                + ": check the map, the region, the order of the rows ({-y} counts from the south)"
                + " and the key"));
  }
}
