package io.github.geofix.eval.protocol;

import io.github.geofix.core.LatLng;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The places that VIGOR writes into the names of its files. */
final class PlaceInName {

  private static final String NUMBER = "(-?\\d{1,3}(?:\\.\\d{1,20})?)";

  /** Such as {@code satellite_37.7759_-122.4447.png}. */
  private static final Pattern SATELLITE =
      Pattern.compile("satellite_" + NUMBER + "_" + NUMBER + "\\.\\w+");

  /** Such as {@code FLZhMdHO,37.7759,-122.4447,.jpg}. */
  private static final Pattern PANORAMA =
      Pattern.compile("[^,]*," + NUMBER + "," + NUMBER + ",\\.\\w+");

  private PlaceInName() {}

  static Optional<LatLng> satellite(Path image) {
    return read(SATELLITE, image);
  }

  static Optional<LatLng> panorama(Path image) {
    return read(PANORAMA, image);
  }

  private static Optional<LatLng> read(Pattern pattern, Path image) {
    Matcher name = pattern.matcher(String.valueOf(image.getFileName()));
    if (!name.matches()) {
      return Optional.empty();
    }
    double latitude = Double.parseDouble(name.group(1));
    double longitude = Double.parseDouble(name.group(2));
    return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180
        ? Optional.of(new LatLng(latitude, longitude))
        : Optional.empty();
  }
}
