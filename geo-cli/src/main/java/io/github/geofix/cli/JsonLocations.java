package io.github.geofix.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.stream.JsonWriter;
import io.github.geofix.core.Candidate;
import io.github.geofix.core.Location;
import io.github.geofix.core.ScoreRegion;
import io.github.geofix.core.geodesy.LatLng;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;

/** Locations as a JSON array. */
final class JsonLocations implements LocationWriter {
  private static final Gson GSON = new GsonBuilder().setPrettyPrinting().create();

  private final PrintWriter out;
  private final JsonWriter json;
  private final int top;

  JsonLocations(PrintWriter out, int top) throws IOException {
    this.out = out;
    this.top = top;
    json = GSON.newJsonWriter(out);
    json.beginArray();
  }

  @Override
  public void write(Path photo, Location location) {
    JsonObject entry = new JsonObject();
    entry.addProperty("image", photo.toString());
    add(entry, location.latLng());
    entry.addProperty("score", location.score());
    JsonArray candidates = new JsonArray();
    LocationWriter.best(location, top).forEach(candidate -> candidates.add(tree(candidate)));
    entry.add("candidates", candidates);
    JsonArray regions = new JsonArray();
    location.regions().forEach(region -> regions.add(tree(region)));
    entry.add("regions", regions);
    GSON.toJson(entry, json);
    out.flush();
  }

  @Override
  public void withhold(Path photo, String reason) {
    JsonObject entry = new JsonObject();
    entry.addProperty("image", photo.toString());
    entry.addProperty("withheld", reason);
    GSON.toJson(entry, json);
    out.flush();
  }

  private static JsonObject tree(Candidate candidate) {
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

  private static void add(JsonObject object, LatLng latLng) {
    object.addProperty("latitude", latLng.latitude());
    object.addProperty("longitude", latLng.longitude());
  }

  @Override
  public void close() throws IOException {
    json.endArray();
    json.flush();
    out.println();
  }
}
