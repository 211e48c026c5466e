package io.github.geofix.core.geodesy;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import io.github.geofix.core.geodesy.Boundaries.Outline;
import io.github.geofix.core.internal.InputFiles;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/** Reads the polygons of a GeoJSON feature collection one after the other. Not thread-safe. */
final class BoundaryReader {
  private static final int MAX_CORNERS = 50_000_000;

  /** A MultiPolygon is a list of polygons, which are lists of rings, which are lists of corners. */
  private static final int MAX_DEPTH = 4;

  /** Outlines over the antimeridian may extend for another turn. */
  private static final double MAX_LONGITUDE = 540;

  private static final int MAX_PROPERTIES_LISTED = 20;

  private final Path file;
  private final String nameProperty;
  private final List<Outline> outlines = new ArrayList<>();
  private final Set<String> properties = new TreeSet<>();
  private int features;
  private int corners;

  BoundaryReader(Path file, String nameProperty) {
    this.file = file;
    this.nameProperty = nameProperty;
  }

  List<Outline> read() {
    try (JsonReader json = new JsonReader(Files.newBufferedReader(InputFiles.find(file)))) {
      json.setStrictness(Strictness.STRICT);
      collection(json);
      if (json.peek() != JsonToken.END_DOCUMENT) {
        throw refused("there is more after the collection");
      }
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(file + " is not text in UTF-8", e);
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException("there is no file " + file, e);
    } catch (MalformedJsonException | EOFException | IllegalStateException e) {
      throw new IllegalArgumentException("cannot read " + file + ": this is not GeoJSON", e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + InputFiles.reason(e), e);
    }
    if (features == 0) {
      throw refused("it has no features: a FeatureCollection is needed");
    }
    if (outlines.isEmpty()) {
      throw refused(
          "none of its polygons has the property \""
              + nameProperty
              + "\"; there are "
              + String.join(", ", properties));
    }
    return outlines;
  }

  private IllegalArgumentException refused(String reason) {
    return new IllegalArgumentException("cannot read " + file + ": " + reason);
  }

  private void collection(JsonReader json) throws IOException {
    json.beginObject();
    while (json.hasNext()) {
      if (json.nextName().equals("features")) {
        json.beginArray();
        while (json.hasNext()) {
          features++;
          feature(json);
        }
        json.endArray();
      } else {
        json.skipValue();
      }
    }
    json.endObject();
  }

  private void feature(JsonReader json) throws IOException {
    String name = null;
    List<double[]> rings = List.of();
    json.beginObject();
    while (json.hasNext()) {
      switch (json.nextName()) {
        case "properties" -> name = name(json);
        case "geometry" -> rings = geometry(json);
        default -> json.skipValue();
      }
    }
    json.endObject();
    if (name != null && !rings.isEmpty()) {
      outlines.add(new Outline(name, rings));
    }
  }

  private @Nullable String name(JsonReader json) throws IOException {
    String name = null;
    if (isNull(json)) {
      return null;
    }
    json.beginObject();
    while (json.hasNext()) {
      String property = json.nextName();
      if (properties.size() < MAX_PROPERTIES_LISTED) {
        properties.add(property);
      }
      if (property.equals(nameProperty)
          && (json.peek() == JsonToken.STRING || json.peek() == JsonToken.NUMBER)) {
        name = json.nextString();
      } else {
        json.skipValue();
      }
    }
    json.endObject();
    return name;
  }

  private static boolean isNull(JsonReader json) throws IOException {
    if (json.peek() != JsonToken.NULL) {
      return false;
    }
    json.nextNull();
    return true;
  }

  private List<double[]> geometry(JsonReader json) throws IOException {
    if (isNull(json)) {
      return List.of();
    }
    String type = "";
    List<double[]> rings = new ArrayList<>();
    json.beginObject();
    while (json.hasNext()) {
      switch (json.nextName()) {
        case "type" -> type = json.nextString();
        case "coordinates" -> coordinates(json, rings, 1);
        default -> json.skipValue();
      }
    }
    json.endObject();
    if (!type.equals("Polygon") && !type.equals("MultiPolygon")) {
      throw refused(
          "feature %d is a %s: only Polygon and MultiPolygon have an inside"
              .formatted(features, type));
    }
    return rings;
  }

  /**
   * Reads lists of lists down to the corners, whatever the type of the geometry, and adds each list
   * of corners to the rings.
   *
   * @return longitude and latitude if the list is a corner
   */
  private double @Nullable [] coordinates(JsonReader json, List<double[]> rings, int depth)
      throws IOException {
    if (depth > MAX_DEPTH) {
      throw refused("the coordinates of feature %d are no polygon's".formatted(features));
    }
    json.beginArray();
    if (json.peek() == JsonToken.NUMBER) {
      return corner(json);
    }
    DoubleStream.Builder ring = DoubleStream.builder();
    boolean any = false;
    while (json.hasNext()) {
      double[] corner = coordinates(json, rings, depth + 1);
      if (corner != null) {
        ring.add(corner[0]).add(corner[1]);
        any = true;
      }
    }
    json.endArray();
    if (any) {
      rings.add(ring.build().toArray());
    }
    return null;
  }

  private double[] corner(JsonReader json) throws IOException {
    double[] corner = {json.nextDouble(), json.nextDouble()};
    while (json.hasNext()) {
      json.skipValue();
    }
    json.endArray();
    if (!(Math.abs(corner[0]) <= MAX_LONGITUDE && Math.abs(corner[1]) <= 90)) {
      throw refused(
          "feature %d has a corner at longitude %s and latitude %s: degrees are needed"
              .formatted(features, corner[0], corner[1]));
    }
    if (++corners > MAX_CORNERS) {
      throw refused("it has more than " + MAX_CORNERS + " corners");
    }
    return corner;
  }
}
