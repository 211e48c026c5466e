package io.github.geofix.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import io.github.geofix.core.Candidate;
import io.github.geofix.core.Location;
import io.github.geofix.core.ScoreRegion;
import io.github.geofix.core.geodesy.GeoJsonWriter;
import io.github.geofix.core.geodesy.LatLng;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code geofix locate}. */
@Command(
    name = "locate",
    description = "Tells where photos were taken. Scores are not probabilities.",
    footer = {
      "",
      "Examples:",
      "  geofix locate --model models/embed photo.jpg",
      "  geofix locate --model models/embed --format csv holiday/"
    },
    mixinStandardHelpOptions = true)
final class LocateCommand implements Callable<Integer> {
  private static final Gson JSON = new GsonBuilder().setPrettyPrinting().create();

  enum Format {
    TEXT,
    CSV,
    JSON,
    GEOJSON
  }

  @Spec private CommandSpec spec;

  @Option(names = "--model", required = true, paramLabel = "DIR", description = "Model folder.")
  private Path model;

  @Mixin private final ModelChoice choice = new ModelChoice();

  @Option(
      names = "--top",
      defaultValue = "5",
      paramLabel = "N",
      description = "Candidates to show for each photo (default: ${DEFAULT-VALUE}).")
  private int top;

  @Option(
      names = "--format",
      defaultValue = "text",
      paramLabel = "FORMAT",
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Format format;

  @Mixin private final PhotoArguments arguments = new PhotoArguments();

  private List<Path> photos = List.of();

  @Override
  public Integer call() {
    if (top < 1) {
      throw new IllegalArgumentException("--top must be 1 or more: " + top);
    }
    photos = arguments.files();
    List<Location> locations = choice.locateAll(model, photos);
    PrintWriter out = spec.commandLine().getOut();
    switch (format) {
      case TEXT -> text(out, locations);
      case CSV -> csv(out, locations);
      case JSON -> out.println(JSON.toJson(json(locations)));
      case GEOJSON -> out.println(geoJson(locations));
    }
    out.flush();
    return 0;
  }

  private List<Candidate> shown(Location location) {
    return location.candidates().subList(0, Math.min(top, location.candidates().size()));
  }

  private void text(PrintWriter out, List<Location> locations) {
    for (int i = 0; i < locations.size(); i++) {
      out.println(photos.get(i) + "  " + locations.get(i).latLng());
      for (Candidate candidate : shown(locations.get(i))) {
        out.printf(
            Locale.ROOT,
            "  %-24s score %.3f  within %4.0f km  %s%n",
            candidate.latLng(),
            candidate.score(),
            candidate.radiusKm(),
            candidate.cell());
      }
      for (ScoreRegion region : locations.get(i).regions()) {
        out.printf(
            Locale.ROOT,
            "  %.0f %% of the score lies within %,.0f km2%n",
            100 * region.share(),
            region.region().areaKm2());
      }
    }
  }

  private void csv(PrintWriter out, List<Location> locations) {
    CsvWriter rows = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).bufferSize(0).build(out);
    row(rows, "image", "rank", "latitude", "longitude", "score", "radiusKm", "cell");
    for (int i = 0; i < locations.size(); i++) {
      Location location = locations.get(i);
      row(
          rows,
          photos.get(i),
          0,
          location.latLng().latitude(),
          location.latLng().longitude(),
          "",
          "",
          "");
      int rank = 0;
      for (Candidate candidate : shown(location)) {
        rank++;
        row(
            rows,
            photos.get(i),
            rank,
            candidate.latLng().latitude(),
            candidate.latLng().longitude(),
            candidate.score(),
            candidate.radiusKm(),
            candidate.cell());
      }
    }
  }

  private static void row(CsvWriter rows, Object... fields) {
    rows.writeRecord(Arrays.stream(fields).map(Object::toString).toList());
  }

  private JsonArray json(List<Location> locations) {
    JsonArray all = new JsonArray();
    for (int i = 0; i < locations.size(); i++) {
      JsonObject photo = new JsonObject();
      photo.addProperty("image", photos.get(i).toString());
      add(photo, locations.get(i).latLng());
      photo.addProperty("score", locations.get(i).score());
      JsonArray candidates = new JsonArray();
      for (Candidate candidate : shown(locations.get(i))) {
        JsonObject entry = new JsonObject();
        add(entry, candidate.latLng());
        addScore(entry, candidate);
        candidates.add(entry);
      }
      photo.add("candidates", candidates);
      photo.add("regions", regions(locations.get(i)));
      all.add(photo);
    }
    return all;
  }

  private static JsonArray regions(Location location) {
    JsonArray regions = new JsonArray();
    for (ScoreRegion region : location.regions()) {
      JsonObject entry = new JsonObject();
      entry.addProperty("share", region.share());
      entry.addProperty("areaKm2", region.region().areaKm2());
      JsonArray cells = new JsonArray();
      region.region().s2Tokens().forEach(cells::add);
      entry.add("cells", cells);
      regions.add(entry);
    }
    return regions;
  }

  private String geoJson(List<Location> locations) {
    StringWriter text = new StringWriter();
    try (GeoJsonWriter features = new GeoJsonWriter(text)) {
      for (int i = 0; i < locations.size(); i++) {
        features.point(locations.get(i).latLng(), properties(photos.get(i), 0));
        int rank = 0;
        for (Candidate candidate : shown(locations.get(i))) {
          rank++;
          Map<String, Object> properties = properties(photos.get(i), rank);
          properties.put("score", candidate.score());
          properties.put("radiusKm", candidate.radiusKm());
          properties.put("cell", candidate.cell());
          features.point(candidate.latLng(), properties);
        }
        for (ScoreRegion region : locations.get(i).regions()) {
          Map<String, Object> properties = new LinkedHashMap<>();
          properties.put("areaKm2", region.region().areaKm2());
          properties.put("image", photos.get(i));
          properties.put("share", region.share());
          features.polygons(region.region().rings(), properties);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  private static Map<String, Object> properties(Path photo, int rank) {
    Map<String, Object> properties = new LinkedHashMap<>();
    properties.put("image", photo);
    properties.put("rank", rank);
    return properties;
  }

  private static void add(JsonObject object, LatLng latLng) {
    object.addProperty("latitude", latLng.latitude());
    object.addProperty("longitude", latLng.longitude());
  }

  private static void addScore(JsonObject object, Candidate candidate) {
    object.addProperty("score", candidate.score());
    object.addProperty("radiusKm", candidate.radiusKm());
    object.addProperty("cell", candidate.cell().toString());
  }
}
