package io.github.geofix.core.partition;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.CsvFile;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.DoubleStream;

/** CSV files of positions. */
final class PositionCsv extends CsvRows {
  static final List<String> LATITUDES = List.of("latitude", "lat");
  static final List<String> LONGITUDES = List.of("longitude", "lon", "lng", "long");

  /** Receives a position in degrees, not checked for its range. */
  interface Positions {
    void add(double latitude, double longitude);
  }

  private final List<String> latitudes;
  private final List<String> longitudes;
  private final Positions positions;
  private int latitude;
  private int longitude;

  private PositionCsv(List<String> latitudes, List<String> longitudes, Positions positions) {
    this.latitudes = latitudes;
    this.longitudes = longitudes;
    this.positions = positions;
  }

  /**
   * Reads a file.
   *
   * @param latitudes the possible names of the column, in lower case
   */
  static void read(
      Path file, List<String> latitudes, List<String> longitudes, Positions positions) {
    read(file, new PositionCsv(latitudes, longitudes, positions));
  }

  /** Returns the positions of a file: [2n], latitude, longitude, latitude, longitude, ... */
  static double[] readAll(Path file) {
    DoubleStream.Builder latLngs = DoubleStream.builder();
    read(
        file,
        LATITUDES,
        LONGITUDES,
        (latitude, longitude) -> {
          LatLng point = new LatLng(latitude, longitude);
          latLngs.add(point.latitude());
          latLngs.add(point.longitude());
        });
    return latLngs.build().toArray();
  }

  @Override
  void columns(List<String> names) {
    latitude = require(names, latitudes);
    longitude = require(names, longitudes);
  }

  @Override
  void fields(List<String> fields) {
    positions.add(CsvFile.number(fields.get(latitude)), CsvFile.number(fields.get(longitude)));
  }
}
