package io.github.geofix.earth;

import java.util.Objects;

/**
 * What {@link EarthPhotos} are like.
 *
 * @param seed another seed gives other photos
 * @param pixels width and height of a photo, 1 to 1024
 * @param size the ground sizes
 * @param maxRotationDegrees photos are turned by up to this to either side, 0 to 180
 * @param looks how photos differ from the pictures they are cut from
 * @param area the places that photos are taken of
 */
public record EarthPhotoOptions(
    long seed, int pixels, Size size, double maxRotationDegrees, Looks looks, Area area) {

  /** Places by their side of the held-out blocks. */
  public enum Places {
    /** Everywhere. */
    ALL,
    /** Only outside the held-out blocks and their margin. */
    TRAINING,
    /** Only in the held-out blocks. */
    HELD_OUT
  }

  /**
   * The ground sizes, see {@link EarthView}.
   *
   * @param minDegrees the least
   * @param maxDegrees the largest
   */
  public record Size(double minDegrees, double maxDegrees) {
    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a value is out of range; the message names it
     */
    public Size {
      check(minDegrees > 0, "minSizeDegrees must be above 0", minDegrees);
      check(
          maxDegrees >= minDegrees && maxDegrees <= 90,
          "maxSizeDegrees must be minSizeDegrees to 90",
          maxDegrees);
    }
  }

  /**
   * How photos differ from the pictures they are cut from.
   *
   * @param strength how much: 0 leaves the pictures as they are, 1 is much
   * @param grayShare the share of photos without color, 0 to 1
   */
  public record Looks(double strength, double grayShare) {
    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a value is out of range; the message names it
     */
    public Looks {
      check(strength >= 0 && strength <= 1, "strength must be 0 to 1", strength);
      check(grayShare >= 0 && grayShare <= 1, "grayShare must be 0 to 1", grayShare);
    }
  }

  /**
   * The places that photos are taken of.
   *
   * @param minLatitude the southern border
   * @param maxLatitude the northern border
   * @param maxWaterShare photos with a larger share of water in their surroundings are not taken
   * @param places the side of the held-out blocks of seed 0
   */
  public record Area(double minLatitude, double maxLatitude, double maxWaterShare, Places places) {
    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a value is out of range; the message names it
     */
    public Area {
      check(minLatitude >= -90, "minLatitude must be -90 or more", minLatitude);
      check(
          maxLatitude >= minLatitude && maxLatitude <= 90,
          "maxLatitude must be minLatitude to 90",
          maxLatitude);
      check(
          maxWaterShare > 0 && maxWaterShare <= 1,
          "maxWaterShare must be above 0 and at most 1",
          maxWaterShare);
      Objects.requireNonNull(places);
    }
  }

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if a value is out of range; the message names it
   */
  public EarthPhotoOptions {
    check(pixels >= 1 && pixels <= 1024, "pixels must be 1 to 1024", pixels);
    check(
        maxRotationDegrees >= 0 && maxRotationDegrees <= 180,
        "maxRotationDegrees must be 0 to 180",
        maxRotationDegrees);
    Objects.requireNonNull(size);
    Objects.requireNonNull(looks);
    Objects.requireNonNull(area);
  }

  static void check(boolean fits, String rule, Number given) {
    if (!fits) {
      throw new IllegalArgumentException(rule + ": " + given);
    }
  }

  /**
   * Returns seed 1, 32 pixels, 4 to 12 degrees, turned by up to 25 degrees, strength 0.6, a tenth
   * gray, latitudes -58 to 76, at most 70 % water, all places.
   */
  public static EarthPhotoOptions defaults() {
    return new EarthPhotoOptions(
        1, 32, new Size(4, 12), 25, new Looks(0.6, 0.1), new Area(-58, 76, 0.7, Places.ALL));
  }

  /** Returns a copy with another seed. */
  public EarthPhotoOptions withSeed(long seed) {
    return new EarthPhotoOptions(seed, pixels, size, maxRotationDegrees, looks, area);
  }

  /** Returns a copy with another width and height in pixels. */
  public EarthPhotoOptions withPixels(int pixels) {
    return new EarthPhotoOptions(seed, pixels, size, maxRotationDegrees, looks, area);
  }

  /** Returns a copy with other ground sizes. */
  public EarthPhotoOptions withSizeDegrees(double min, double max) {
    return new EarthPhotoOptions(seed, pixels, new Size(min, max), maxRotationDegrees, looks, area);
  }

  /** Returns a copy with another largest rotation; 180 is the hard form. */
  public EarthPhotoOptions withMaxRotationDegrees(double maxRotationDegrees) {
    return new EarthPhotoOptions(seed, pixels, size, maxRotationDegrees, looks, area);
  }

  /** Returns a copy with another strength of the looks and another share of gray photos. */
  public EarthPhotoOptions withLooks(double strength, double grayShare) {
    return new EarthPhotoOptions(
        seed, pixels, size, maxRotationDegrees, new Looks(strength, grayShare), area);
  }

  /** Returns a copy with other borders in latitude. */
  public EarthPhotoOptions withLatitudes(double min, double max) {
    return withArea(new Area(min, max, area.maxWaterShare, area.places));
  }

  /** Returns a copy with another largest share of water. */
  public EarthPhotoOptions withMaxWaterShare(double maxWaterShare) {
    return withArea(new Area(area.minLatitude, area.maxLatitude, maxWaterShare, area.places));
  }

  /** Returns a copy with other places. */
  public EarthPhotoOptions withPlaces(Places places) {
    return withArea(new Area(area.minLatitude, area.maxLatitude, area.maxWaterShare, places));
  }

  private EarthPhotoOptions withArea(Area area) {
    return new EarthPhotoOptions(seed, pixels, size, maxRotationDegrees, looks, area);
  }
}
