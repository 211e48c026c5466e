package io.github.geofix.core;

/**
 * Limits on photos that are decoded. A photo beyond one is refused before memory is allocated for
 * it. Immutable.
 *
 * @param maxPixels the largest width times height
 * @param maxFileBytes the largest file
 * @param maxMemoryBytes the most memory that the decoded photo takes, with the copies that are made
 *     while it is turned upright and converted to RGB. Readers allocate buffers beyond it, of a few
 *     MB
 */
public record PhotoLimits(long maxPixels, long maxFileBytes, long maxMemoryBytes) {
  /** Three bytes a pixel; more do not fit into one Java array. */
  private static final long MOST_PIXELS = (Integer.MAX_VALUE - 8) / 3;

  private static final long MOST_FILE_BYTES = Integer.MAX_VALUE - 8;

  private static final PhotoLimits DEFAULTS = new PhotoLimits(100_000_000, 864L << 20, 2L << 30);
  private static final PhotoLimits SERVER = new PhotoLimits(50_000_000, 32L << 20, 320L << 20);

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if a limit is not positive, maxPixels is above 715 million or
   *     maxFileBytes is above 2 GB
   */
  public PhotoLimits {
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
  public static PhotoLimits defaults() {
    return DEFAULTS;
  }

  /**
   * Returns the limits for photos from strangers, such as uploads: 50 million pixels, files of 32
   * MB, 320 MB of memory for each photo that is decoded at the same time. The largest photo of most
   * phones fits.
   */
  public static PhotoLimits server() {
    return SERVER;
  }

  /**
   * Returns limits for photos of another size: where that is larger, files and memory may be larger
   * in the same ratio.
   */
  public PhotoLimits scaledTo(long maxPixels) {
    double ratio = Math.max(1, (double) maxPixels / this.maxPixels);
    return new PhotoLimits(
        maxPixels,
        (long) Math.min(MOST_FILE_BYTES, ratio * maxFileBytes),
        (long) (ratio * maxMemoryBytes));
  }

  /** Returns a copy with another limit on pixels. */
  public PhotoLimits withMaxPixels(long maxPixels) {
    return new PhotoLimits(maxPixels, maxFileBytes, maxMemoryBytes);
  }

  /** Returns a copy with another limit on the size of the file. */
  public PhotoLimits withMaxFileBytes(long maxFileBytes) {
    return new PhotoLimits(maxPixels, maxFileBytes, maxMemoryBytes);
  }

  /** Returns a copy with another limit on memory. */
  public PhotoLimits withMaxMemoryBytes(long maxMemoryBytes) {
    return new PhotoLimits(maxPixels, maxFileBytes, maxMemoryBytes);
  }
}
