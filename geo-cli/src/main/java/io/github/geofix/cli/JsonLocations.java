package io.github.geofix.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.stream.JsonWriter;
import io.github.geofix.core.Explanation;
import io.github.geofix.core.Location;
import io.github.geofix.core.LocationJson;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;

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
    write(photo, location, Optional.empty());
  }

  @Override
  public void write(Path photo, Location location, Optional<Explanation.Evidence> evidence) {
    GSON.toJson(tree(photo, location, evidence, top), json);
    out.flush();
  }

  static JsonObject tree(
      Path photo, Location location, Optional<Explanation.Evidence> evidence, int top) {
    JsonObject entry = new JsonObject();
    entry.addProperty("image", photo.toString());
    LocationJson.of(location, top).asMap().forEach(entry::add);
    evidence.ifPresent(shown -> entry.add("evidence", LocationJson.of(shown)));
    return entry;
  }

  @Override
  public void withhold(Path photo, String reason) {
    GSON.toJson(withheld(photo, reason), json);
    out.flush();
  }

  static JsonObject withheld(Path photo, String reason) {
    JsonObject entry = new JsonObject();
    entry.addProperty("image", photo.toString());
    entry.addProperty("withheld", reason);
    return entry;
  }

  @Override
  public void close() throws IOException {
    json.endArray();
    json.flush();
    out.println();
  }
}
