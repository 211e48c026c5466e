package io.github.geofix.earth;

/**
 * How a camera moves in {@link EarthPhotos#drive}.
 *
 * @param frames the number of photos, 1 or more
 * @param stepKm the distance from one to the next, above 0, at most 1000
 * @param maxTurnDegrees how much the heading changes at most from one to the next, 0 to 180
 */
public record DriveOptions(int frames, double stepKm, double maxTurnDegrees) {

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if a value is out of range; the message names it
   */
  public DriveOptions {
    EarthPhotoOptions.check(frames >= 1, "frames must be 1 or more", frames);
    EarthPhotoOptions.check(
        stepKm > 0 && stepKm <= 1000, "stepKm must be above 0 and at most 1000", stepKm);
    EarthPhotoOptions.check(
        maxTurnDegrees >= 0 && maxTurnDegrees <= 180,
        "maxTurnDegrees must be 0 to 180",
        maxTurnDegrees);
  }

  /** Returns 30 frames, 60 km apart (about two pixels of a photo), turning by up to 20 degrees. */
  public static DriveOptions defaults() {
    return new DriveOptions(30, 60, 20);
  }

  /** Returns a copy with another number of photos. */
  public DriveOptions withFrames(int frames) {
    return new DriveOptions(frames, stepKm, maxTurnDegrees);
  }

  /** Returns a copy with another distance from photo to photo. */
  public DriveOptions withStepKm(double stepKm) {
    return new DriveOptions(frames, stepKm, maxTurnDegrees);
  }

  /** Returns a copy with another largest turn. */
  public DriveOptions withMaxTurnDegrees(double maxTurnDegrees) {
    return new DriveOptions(frames, stepKm, maxTurnDegrees);
  }
}
