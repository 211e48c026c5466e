package io.github.geofix.eval.protocol;

import io.github.geofix.core.geodesy.LatLng;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The places encoded in file names: as coordinates in VIGOR, as numbers in CVUSA. */
final class PlaceInName {

  private static final String NUMBER = "(-?\\d{1,3}(?:\\.\\d{1,20})?)";

  /** Such as {@code satellite_37.7759_-122.4447.png}. */
  private static final Pattern SATELLITE =
      Pattern.compile("satellite_" + NUMBER + "_" + NUMBER + "\\.\\w+");

  /** Such as {@code FLZhMdHO,37.7759,-122.4447,.jpg}. */
  private static final Pattern PANORAMA =
      Pattern.compile("[^,]*," + NUMBER + "," + NUMBER + ",\\.\\w+");

  /** Such as {@code 0000003.jpg}. */
  private static final Pattern NUMBERED = Pattern.compile("(\\d{1,9})\\.\\w+");

  private PlaceInName() {}

  static Optional<LatLng> satellite(Path image) {
    return read(SATELLITE, image);
  }

  static Optional<LatLng> panorama(Path image) {
    return read(PANORAMA, image);
  }

  /**
   * Returns the place of an image of CVUSA.
   *
   * @param places of image i, latitude and longitude of the aerial image, then of the panorama
   */
  static Optional<LatLng> numbered(Path panorama, List<String> places) {
    Matcher name = NUMBERED.matcher(String.valueOf(panorama.getFileName()));
    int row = name.matches() ? Integer.parseInt(name.group(1)) : 0;
    if (row < 1 || row > places.size()) {
      return Optional.empty();
    }
    String[] fields = places.get(row - 1).split(",", -1);
    return fields.length >= 4 ? place(fields[2].strip(), fields[3].strip()) : Optional.empty();
  }

  private static Optional<LatLng> read(Pattern pattern, Path image) {
    Matcher name = pattern.matcher(String.valueOf(image.getFileName()));
    return name.matches() ? place(name.group(1), name.group(2)) : Optional.empty();
  }

  private static Optional<LatLng> place(String latitude, String longitude) {
    try {
      return Optional.of(new LatLng(Double.parseDouble(latitude), Double.parseDouble(longitude)));
    } catch (IllegalArgumentException e) {
      // No number, or out of range.
      return Optional.empty();
    }
  }
}
