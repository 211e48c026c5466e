package io.github.geofix.core;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.geofix.core.Location.ScoreRegion;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.geodesy.GeoJsonWriter;
import java.io.IOException;
import java.io.Writer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Locations as JSON and GeoJSON, as the command line and the server write them. */
public final class LocationJson {
  private LocationJson() {}

  /**
   * Returns a location as a tree: {@code latitude}, {@code longitude}, {@code score}, {@code
   * candidates} and {@code regions}.
   *
   * @param top the most candidates
   */
  public static JsonObject of(Location location, int top) {
    JsonObject tree = new JsonObject();
    add(tree, location.latLng());
    tree.addProperty("score", location.score());
    JsonArray candidates = new JsonArray();
    best(location, top).forEach(candidate -> candidates.add(tree(candidate)));
    tree.add("candidates", candidates);
    JsonArray regions = new JsonArray();
    location.regions().forEach(region -> regions.add(tree(region)));
    tree.add("regions", regions);
    return tree;
  }

  /**
   * Returns the evidence for a location as a tree, of which {@code kind} names the form: {@code
   * levels}, {@code tokens}, {@code zoom}, {@code directions}, {@code neighbors}, {@code stages} or
   * {@code candidates}. The other names are those of the components of {@link Explanation}'s
   * records; pictures are {@code data:image/jpeg} addresses.
   */
  public static JsonObject of(Explanation.Evidence evidence) {
    return EvidenceJson.of(evidence);
  }

  static JsonObject tree(Candidate candidate) {
    JsonObject entry = new JsonObject();
    add(entry, candidate.latLng());
    entry.addProperty("score", candidate.score());
    entry.addProperty("radiusKm", candidate.radiusKm());
    entry.addProperty("cell", candidate.cell().toString());
    candidate.headingDegrees().ifPresent(heading -> entry.addProperty("heading", heading));
    return entry;
  }

  private static JsonObject tree(ScoreRegion region) {
    JsonObject entry = new JsonObject();
    entry.addProperty("share", region.share());
    entry.addProperty("areaKm2", region.region().areaKm2());
    JsonArray cells = new JsonArray();
    region.region().s2Tokens().forEach(cells::add);
    entry.add("cells", cells);
    return entry;
  }

  static void add(JsonObject object, LatLng latLng) {
    object.addProperty("latitude", latLng.latitude());
    object.addProperty("longitude", latLng.longitude());
  }

  private static List<Candidate> best(Location location, int top) {
    return location.candidates().subList(0, Math.min(top, location.candidates().size()));
  }

  /**
   * Writes a location as a feature collection of its own, see {@link #addFeatures}.
   *
   * @param out closed when it is written
   */
  public static void writeFeatures(
      Writer out, Location location, int top, Map<String, ?> properties) throws IOException {
    try (GeoJsonWriter features = new GeoJsonWriter(out)) {
      addFeatures(features, location, top, properties);
    }
  }

  /**
   * Adds a location to a feature collection: a point for the answer, of {@code rank} 0, points for
   * its candidates, of {@code rank} 1 and up, and polygons for its regions, which have a {@code
   * share}.
   *
   * @param top the most candidates
   * @param properties of every feature, besides those of its kind
   */
  public static void addFeatures(
      GeoJsonWriter features, Location location, int top, Map<String, ?> properties)
      throws IOException {
    Map<String, Object> answer = ranked(properties, 0);
    answer.put("score", location.score());
    features.point(location.latLng(), answer);
    int rank = 0;
    for (Candidate candidate : best(location, top)) {
      rank++;
      Map<String, Object> all = ranked(properties, rank);
      all.put("score", candidate.score());
      all.put("radiusKm", candidate.radiusKm());
      all.put("cell", candidate.cell());
      candidate.headingDegrees().ifPresent(heading -> all.put("heading", heading));
      features.point(candidate.latLng(), all);
    }
    for (ScoreRegion region : location.regions()) {
      Map<String, Object> all = new LinkedHashMap<>();
      all.put("areaKm2", region.region().areaKm2());
      all.putAll(properties);
      all.put("share", region.share());
      features.polygons(region.region().rings(), all);
    }
  }

  private static Map<String, Object> ranked(Map<String, ?> properties, int rank) {
    Map<String, Object> all = new LinkedHashMap<>(properties);
    all.put("rank", rank);
    return all;
  }
}
