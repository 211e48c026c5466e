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
 * image are not modified. Its methods throw {@link NullPointerException} for a null.
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
    return new Photo(
        Objects.requireNonNull(file, "file"), null, null, null, OptionalDouble.empty());
  }

  /**
   * Returns a photo of which the bytes of its file are known, such as an upload.
   *
   * @param bytes not copied
   */
  public static Photo of(byte[] bytes) {
    return new Photo(
        null, Objects.requireNonNull(bytes, "bytes"), null, null, OptionalDouble.empty());
  }

  /**
   * Returns a photo already decoded and upright.
   *
   * @param image not copied
   */
  public static Photo of(BufferedImage image) {
    return new Photo(
        null, null, Objects.requireNonNull(image, "image"), null, OptionalDouble.empty());
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
    return new Photo(file, bytes, image, Objects.requireNonNull(region, "region"), headingDegrees);
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
  public BufferedImage read(Limits limits) {
    if (image != null) {
      return image;
    }
    ModelProvider provider = ModelProvider.find();
    return bytes != null
        ? provider.decode(bytes, limits)
        : provider.read(Objects.requireNonNull(file), limits);
  }

  /**
   * Limits on photos that are decoded. A photo beyond one is refused before memory is allocated for
   * it. Immutable.
   *
   * @param maxPixels the largest width times height
   * @param maxFileBytes the largest file
   * @param maxMemoryBytes the most memory that the decoded photo takes, with the copies that are
   *     made while it is turned upright and converted to RGB. Readers allocate buffers beyond it,
   *     of a few MB
   */
  public record Limits(long maxPixels, long maxFileBytes, long maxMemoryBytes) {
    /** Three bytes a pixel; more do not fit into one Java array. */
    private static final long MOST_PIXELS = (Integer.MAX_VALUE - 8) / 3;

    private static final long MOST_FILE_BYTES = Integer.MAX_VALUE - 8;

    private static final Limits DEFAULTS = new Limits(100_000_000, 864L << 20, 2L << 30);
    private static final Limits SERVER = new Limits(50_000_000, 32L << 20, 320L << 20);

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a limit is not positive, maxPixels is above 715 million
     *     or maxFileBytes is above 2 GB
     */
    public Limits {
      check("maxPixels", maxPixels, MOST_PIXELS);
      check("maxFileBytes", maxFileBytes, MOST_FILE_BYTES);
      check("maxMemoryBytes", maxMemoryBytes, Long.MAX_VALUE);
    }

    private static void check(String name, long value, long most) {
      if (value < 1 || value > most) {
        throw new IllegalArgumentException(name + " " + value + " is not within 1 to " + most);
      }
    }

    /**
     * Returns the limits for photos of one's own: 100 million pixels, files of 864 MB, 2 GB of
     * memory. An uncompressed photo of that size with 16 bits a sample and transparency fits.
     */
    public static Limits defaults() {
      return DEFAULTS;
    }

    /**
     * Returns the limits for photos from strangers, such as uploads: 50 million pixels, files of 32
     * MB, 320 MB of memory for each photo that is decoded at the same time. The largest photo of
     * most phones fits.
     */
    public static Limits server() {
      return SERVER;
    }

    /**
     * Returns limits for photos of another size: where that is larger, files and memory may be
     * larger in the same ratio.
     */
    public Limits scaledTo(long maxPixels) {
      double ratio = Math.max(1, (double) maxPixels / this.maxPixels);
      return new Limits(
          maxPixels,
          (long) Math.min(MOST_FILE_BYTES, ratio * maxFileBytes),
          (long) (ratio * maxMemoryBytes));
    }

    /** Returns a copy with another limit on pixels. */
    public Limits withMaxPixels(long maxPixels) {
      return new Limits(maxPixels, maxFileBytes, maxMemoryBytes);
    }

    /** Returns a copy with another limit on the size of the file. */
    public Limits withMaxFileBytes(long maxFileBytes) {
      return new Limits(maxPixels, maxFileBytes, maxMemoryBytes);
    }

    /** Returns a copy with another limit on memory. */
    public Limits withMaxMemoryBytes(long maxMemoryBytes) {
      return new Limits(maxPixels, maxFileBytes, maxMemoryBytes);
    }
  }
}
