package io.github.geofix.models.image;

/**
 * One number for each color channel.
 *
 * @param red of the first channel
 * @param green of the second channel
 * @param blue of the third channel
 */
public record Rgb(float red, float green, float blue) {
  /** Checks that all three are finite. */
  public Rgb {
    if (!Float.isFinite(red) || !Float.isFinite(green) || !Float.isFinite(blue)) {
      throw new IllegalArgumentException(
          "not three finite numbers: " + red + ", " + green + ", " + blue);
    }
  }

  /** Returns {@code value} for all channels. */
  public static Rgb all(float value) {
    return new Rgb(value, value, value);
  }

  public float get(int channel) {
    return switch (channel) {
      case 0 -> red;
      case 1 -> green;
      default -> blue;
    };
  }
}
