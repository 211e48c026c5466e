package io.github.geofix.core.internal.geodesy;

import com.google.gson.stream.JsonWriter;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import java.io.Closeable;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Streaming writer of a GeoJSON feature collection (RFC 7946). Not thread-safe.
 *
 * <p>The edges of polygons are great circles. Since maps draw straight lines, long edges are
 * subdivided until the drawing is within 0.1 % of their length. Polygons are cut at the
 * antimeridian (RFC 7946, 3.1.9), and those over a pole extend to the map's edge.
 */
public final class GeoJsonWriter implements Closeable {
  private static final double MAX_DEVIATION = 1e-3;
  private static final int MAX_HALVINGS = 8;
  private static final double POLE = 90 - 1e-9;

  /** Nine decimals are 0.1 mm. */
  private static final double DECIMALS = 1e9;

  private final JsonWriter json;

  /**
   * Starts the collection.
   *
   * @param out closed with this writer
   */
  public GeoJsonWriter(Writer out) throws IOException {
    json = new JsonWriter(out);
    json.beginObject().name("type").value("FeatureCollection").name("features").beginArray();
  }

  /**
   * Writes a point.
   *
   * @param properties strings, numbers and booleans
   */
  public void point(LatLng point, Map<String, ?> properties) throws IOException {
    begin("Point");
    coordinates(rounded(point.longitude()), rounded(point.latitude()));
    end(properties);
  }

  /**
   * Writes a line along great circles; one over the antimeridian is cut there.
   *
   * @param points two or more
   * @param properties strings, numbers and booleans
   * @throws IllegalArgumentException if there are fewer points
   */
  public void line(List<LatLng> points, Map<String, ?> properties) throws IOException {
    if (points.size() < 2) {
      throw new IllegalArgumentException("a line needs two points or more: " + points);
    }
    List<List<double[]>> pieces = linePieces(points);
    begin(pieces.size() == 1 ? "LineString" : "MultiLineString");
    if (pieces.size() > 1) {
      json.beginArray();
    }
    for (List<double[]> piece : pieces) {
      json.beginArray();
      for (double[] corner : piece) {
        coordinates(rounded(corner[0]), rounded(corner[1]));
      }
      json.endArray();
    }
    if (pieces.size() > 1) {
      json.endArray();
    }
    end(properties);
  }

  /** Returns the lines, as longitude and latitude within -180 to 180, that draw a line. */
  private static List<List<double[]>> linePieces(List<LatLng> points) {
    List<double[]> unrolled = new ArrayList<>();
    unrolled.add(new double[] {points.get(0).longitude(), points.get(0).latitude()});
    for (int i = 1; i < points.size(); i++) {
      double toleranceKm = MAX_DEVIATION * GreatCircle.distanceKm(points.get(i - 1), points.get(i));
      appendSide(unrolled, points.get(i - 1), points.get(i), toleranceKm, MAX_HALVINGS);
    }
    List<List<double[]>> pieces = new ArrayList<>();
    List<double[]> piece = new ArrayList<>();
    double[] before = unrolled.get(0);
    double shift = 0;
    for (double[] point : unrolled) {
      double longitude = point[0] - shift;
      if (Math.abs(longitude) > 180) {
        double meridian = Math.copySign(180, longitude);
        double part = (meridian - (before[0] - shift)) / (point[0] - before[0]);
        double latitude = before[1] + part * (point[1] - before[1]);
        piece.add(new double[] {meridian, latitude});
        pieces.add(piece);
        piece = new ArrayList<>();
        piece.add(new double[] {-meridian, latitude});
        shift += 2 * meridian;
        longitude -= 2 * meridian;
      }
      piece.add(new double[] {longitude, point[1]});
      before = point;
    }
    pieces.add(piece);
    return pieces;
  }

  /**
   * Writes a polygon, or several as one feature.
   *
   * @param rings the corners of each, counter-clockwise, without the first repeated at the end;
   *     each convex and smaller than a hemisphere
   * @param properties strings, numbers and booleans
   */
  public void polygons(List<List<LatLng>> rings, Map<String, ?> properties) throws IOException {
    begin("MultiPolygon");
    json.beginArray();
    for (List<LatLng> ring : rings) {
      for (List<double[]> piece : pieces(ring)) {
        json.beginArray().beginArray();
        for (double[] corner : piece) {
          coordinates(corner[0], corner[1]);
        }
        coordinates(piece.get(0)[0], piece.get(0)[1]);
        json.endArray().endArray();
      }
    }
    json.endArray();
    end(properties);
  }

  private void begin(String type) throws IOException {
    json.beginObject().name("type").value("Feature");
    json.name("geometry").beginObject().name("type").value(type).name("coordinates");
  }

  private void end(Map<String, ?> properties) throws IOException {
    json.endObject().name("properties").beginObject();
    for (Map.Entry<String, ?> property : properties.entrySet()) {
      json.name(property.getKey());
      if (property.getValue() instanceof Number number) {
        json.value(number);
      } else if (property.getValue() instanceof Boolean flag) {
        json.value(flag);
      } else {
        json.value(String.valueOf(property.getValue()));
      }
    }
    json.endObject().endObject();
  }

  private void coordinates(double longitude, double latitude) throws IOException {
    json.beginArray().value(longitude).value(latitude).endArray();
  }

  private static double rounded(double degrees) {
    return Math.round(degrees * DECIMALS) / DECIMALS;
  }

  /** Ends the collection. */
  @Override
  public void close() throws IOException {
    json.endArray().endObject();
    json.close();
  }

  /** Returns the polygons, as longitude and latitude within -180 to 180, that draw a ring. */
  static List<List<double[]>> pieces(List<LatLng> ring) {
    List<double[]> unrolled = unrolled(ring);
    double west = unrolled.stream().mapToDouble(p -> p[0]).min().orElseThrow();
    double east = unrolled.stream().mapToDouble(p -> p[0]).max().orElseThrow();
    List<List<double[]>> pieces = new ArrayList<>();
    for (double shift = 360 * Math.floor((west + 180) / 360); shift - 180 < east; shift += 360) {
      List<double[]> piece = clipped(clipped(unrolled, shift - 180, 1), shift + 180, -1);
      for (double[] corner : piece) {
        corner[0] = rounded(corner[0] - shift);
        corner[1] = rounded(corner[1]);
      }
      withoutRepeats(piece);
      if (area(piece) > 0) {
        pieces.add(piece);
      }
    }
    return pieces;
  }

  private static void withoutRepeats(List<double[]> polygon) {
    for (int i = polygon.size() - 1; i >= 0; i--) {
      if (Arrays.equals(polygon.get(i), polygon.get((i + 1) % polygon.size()))) {
        polygon.remove(i);
      }
    }
  }

  /** Returns the ring with continuous longitudes, possibly beyond -180 to 180. */
  private static List<double[]> unrolled(List<LatLng> ring) {
    int start = 0;
    while (atPole(ring.get(start)) && start < ring.size() - 1) {
      start++;
    }
    List<double[]> result = new ArrayList<>();
    result.add(new double[] {ring.get(start).longitude(), ring.get(start).latitude()});
    for (int i = 1; i <= ring.size(); i++) {
      LatLng from = ring.get((start + i - 1) % ring.size());
      LatLng to = ring.get((start + i) % ring.size());
      if (atPole(to)) {
        // Every longitude meets here: go up along the last one, and on along the next.
        LatLng after = ring.get((start + i + 1) % ring.size());
        double pole = Math.copySign(90, to.latitude());
        double last = result.get(result.size() - 1)[0];
        result.add(new double[] {last, pole});
        result.add(new double[] {nearest(after.longitude(), last), pole});
      } else if (atPole(from)) {
        append(result, to);
      } else {
        double toleranceKm = MAX_DEVIATION * GreatCircle.distanceKm(from, to);
        appendSide(result, from, to, toleranceKm, MAX_HALVINGS);
      }
    }
    double[] first = result.get(0);
    double[] last = result.get(result.size() - 1);
    double turn = last[0] - first[0];
    if (Math.abs(turn) < 180) {
      result.remove(result.size() - 1);
    } else {
      // Once around the pole, which is on the left.
      double pole = Math.copySign(90, turn);
      result.add(new double[] {last[0], pole});
      result.add(new double[] {first[0], pole});
    }
    return result;
  }

  private static boolean atPole(LatLng point) {
    return Math.abs(point.latitude()) > POLE;
  }

  private static double nearest(double longitude, double to) {
    return longitude + 360 * Math.rint((to - longitude) / 360);
  }

  private static void append(List<double[]> line, LatLng point) {
    double last = line.get(line.size() - 1)[0];
    line.add(new double[] {nearest(point.longitude(), last), point.latitude()});
  }

  private static void appendSide(
      List<double[]> line, LatLng from, LatLng to, double toleranceKm, int halvings) {
    LatLng middle = SphericalMean.of(List.of(from, to));
    LatLng drawn =
        LatLng.wrapped(
            (from.latitude() + to.latitude()) / 2,
            (from.longitude() + nearest(to.longitude(), from.longitude())) / 2);
    if (halvings == 0 || GreatCircle.distanceKm(middle, drawn) <= toleranceKm) {
      append(line, to);
      return;
    }
    appendSide(line, from, middle, toleranceKm, halvings - 1);
    appendSide(line, middle, to, toleranceKm, halvings - 1);
  }

  /** Clips a polygon at a meridian (Sutherland and Hodgman 1974). */
  private static List<double[]> clipped(List<double[]> polygon, double meridian, int side) {
    List<double[]> result = new ArrayList<>();
    for (int i = 0; i < polygon.size(); i++) {
      double[] a = polygon.get(i);
      double[] b = polygon.get((i + 1) % polygon.size());
      boolean keepA = side * (a[0] - meridian) >= 0;
      boolean keepB = side * (b[0] - meridian) >= 0;
      if (keepA) {
        result.add(a.clone());
      }
      if (keepA != keepB) {
        double part = (meridian - a[0]) / (b[0] - a[0]);
        result.add(new double[] {meridian, a[1] + part * (b[1] - a[1])});
      }
    }
    return result;
  }

  /** Returns twice the signed area in square degrees, relative to a corner for precision. */
  private static double area(List<double[]> polygon) {
    double area = 0;
    for (int i = 1; i < polygon.size() - 1; i++) {
      double[] origin = polygon.get(0);
      double[] a = polygon.get(i);
      double[] b = polygon.get(i + 1);
      area += (a[0] - origin[0]) * (b[1] - origin[1]) - (b[0] - origin[0]) * (a[1] - origin[1]);
    }
    return area;
  }
}
