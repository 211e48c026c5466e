package io.github.geofix.core;

import io.github.geofix.core.partition.Region;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * A photo to locate, with what is known of it besides its pixels. Immutable, if the bytes and the
 * image are not modified.
 *
 * <pre>{@code
 * Photo photo = Photo.of(upload).withRegion(Region.around(office, 50));
 * Location location = localizer.locate(photo);
 * }</pre>
 */
public final class Photo {
  private final @Nullable Path file;
  private final byte @Nullable [] bytes;
  private final @Nullable BufferedImage image;
  private final @Nullable Region region;
  private final OptionalDouble headingDegrees;

  private Photo(
      @Nullable Path file,
      byte @Nullable [] bytes,
      @Nullable BufferedImage image,
      @Nullable Region region,
      OptionalDouble headingDegrees) {
    this.file = file;
    this.bytes = bytes;
    this.image = image;
    this.region = region;
    this.headingDegrees = headingDegrees;
  }

  /** Returns the photo of a file. */
  public static Photo of(Path file) {
    return new Photo(file, null, null, null, OptionalDouble.empty());
  }

  /**
   * Returns a photo of which the bytes of its file are known, such as an upload.
   *
   * @param bytes not copied
   */
  public static Photo of(byte[] bytes) {
    return new Photo(null, bytes, null, null, OptionalDouble.empty());
  }

  /**
   * Returns a photo already decoded and upright.
   *
   * @param image not copied
   */
  public static Photo of(BufferedImage image) {
    return new Photo(null, null, image, null, OptionalDouble.empty());
  }

  /**
   * Returns a copy that is known to be taken in a region.
   *
   * <p>Answers are those given that: the score of a cell is multiplied by the share of its area
   * that is in the region, and all are divided by their sum. So the score is taken to be spread
   * evenly within each cell, and the score of cells outside is 0. Searches leave out cells outside
   * the region. Candidates and answer are in it; the regions of the answer consist of whole cells,
   * and keep no calibration.
   */
  public Photo withRegion(Region region) {
    return new Photo(file, bytes, image, region, headingDegrees);
  }

  /**
   * Returns a copy with the direction in which the middle of the photo faces, as a compass gives
   * it. Models that try several headings of a photo on the ground ({@code recombine}) try the
   * nearest of theirs alone; others do not use it.
   *
   * @param degrees clockwise from north
   * @throws IllegalArgumentException if it is not a finite number
   */
  public Photo withHeadingDegrees(double degrees) {
    if (!Double.isFinite(degrees)) {
      throw new IllegalArgumentException("headingDegrees must be a finite number: " + degrees);
    }
    double turned = degrees % 360;
    // A tiny negative number plus 360 rounds to 360.
    double within = (turned < 0 ? turned + 360 : turned) % 360;
    return new Photo(file, bytes, image, region, OptionalDouble.of(within));
  }

  /** Returns the file; empty if the photo was given otherwise. */
  public Optional<Path> file() {
    return Optional.ofNullable(file);
  }

  /** Returns the region that the photo was taken in; empty if it is not known. */
  public Optional<Region> region() {
    return Optional.ofNullable(region);
  }

  /**
   * Returns where the middle of the photo faces, in degrees clockwise from north, 0 to below 360;
   * empty if it is not known.
   */
  public OptionalDouble headingDegrees() {
    return headingDegrees;
  }

  /**
   * Returns the upright pixels. A photo that was given as an image is not copied.
   *
   * @throws java.io.UncheckedIOException if the photo is missing, too large, damaged or no image
   * @throws IllegalStateException if no model provider is on the class path
   */
  public BufferedImage read(PhotoLimits limits) {
    if (image != null) {
      return image;
    }
    ModelProvider provider = ModelProvider.find();
    return bytes != null
        ? provider.decode(bytes, limits)
        : provider.read(Objects.requireNonNull(file), limits);
  }
}
