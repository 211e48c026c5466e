package io.github.geofix.cli;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import io.github.geofix.core.Explanation;
import io.github.geofix.core.Location;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;

/** Locations as JSON, one line for each, for programs that read them as they come. */
record JsonLines(PrintWriter out, int top) implements LocationWriter {
  private static final Gson GSON = new Gson();

  @Override
  public void write(Path photo, Location location) {
    write(photo, location, Optional.empty());
  }

  @Override
  public void write(Path photo, Location location, Optional<Explanation.Evidence> evidence) {
    print(JsonLocations.tree(photo, location, evidence, top));
  }

  @Override
  public void withhold(Path photo, String reason) {
    print(JsonLocations.withheld(photo, reason));
  }

  private void print(JsonObject entry) {
    out.println(GSON.toJson(entry));
    out.flush();
  }

  @Override
  public void close() {}
}
