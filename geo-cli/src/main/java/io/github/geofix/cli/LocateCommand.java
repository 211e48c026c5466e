package io.github.geofix.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import io.github.geofix.core.Candidate;
import io.github.geofix.core.Location;
import io.github.geofix.core.ScoreRegion;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.Region;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
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
      case GEOJSON -> out.println(JSON.toJson(geoJson(locations)));
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
            Region.ofTokens(region.s2Tokens()).areaKm2());
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
      entry.addProperty("areaKm2", Region.ofTokens(region.s2Tokens()).areaKm2());
      JsonArray cells = new JsonArray();
      region.s2Tokens().forEach(cells::add);
      entry.add("cells", cells);
      regions.add(entry);
    }
    return regions;
  }

  private JsonObject geoJson(List<Location> locations) {
    JsonArray features = new JsonArray();
    for (int i = 0; i < locations.size(); i++) {
      JsonObject answer = new JsonObject();
      answer.addProperty("image", photos.get(i).toString());
      answer.addProperty("rank", 0);
      features.add(point(locations.get(i).latLng(), answer));
      int rank = 0;
      for (Candidate candidate : shown(locations.get(i))) {
        rank++;
        JsonObject properties = new JsonObject();
        properties.addProperty("image", photos.get(i).toString());
        properties.addProperty("rank", rank);
        addScore(properties, candidate);
        features.add(point(candidate.latLng(), properties));
      }
      for (ScoreRegion region : locations.get(i).regions()) {
        features.add(polygons(region, photos.get(i)));
      }
    }
    JsonObject collection = new JsonObject();
    collection.addProperty("type", "FeatureCollection");
    collection.add("features", features);
    return collection;
  }

  private static JsonElement polygons(ScoreRegion region, Path photo) {
    String collection = Region.ofTokens(region.s2Tokens()).toGeoJson();
    JsonObject feature =
        JsonParser.parseString(collection)
            .getAsJsonObject()
            .getAsJsonArray("features")
            .get(0)
            .getAsJsonObject();
    JsonObject properties = feature.getAsJsonObject("properties");
    properties.addProperty("image", photo.toString());
    properties.addProperty("share", region.share());
    return feature;
  }

  private static JsonObject point(LatLng latLng, JsonObject properties) {
    JsonArray coordinates = new JsonArray();
    coordinates.add(latLng.longitude());
    coordinates.add(latLng.latitude());
    JsonObject geometry = new JsonObject();
    geometry.addProperty("type", "Point");
    geometry.add("coordinates", coordinates);
    JsonObject feature = new JsonObject();
    feature.addProperty("type", "Feature");
    feature.add("geometry", geometry);
    feature.add("properties", properties);
    return feature;
  }

  private static void add(JsonObject object, LatLng latLng) {
    object.addProperty("latitude", latLng.latitude());
    object.addProperty("longitude", latLng.longitude());
  }

  private static void addScore(JsonObject object, Candidate candidate) {
    object.addProperty("score", candidate.score());
    object.addProperty("radiusKm", candidate.radiusKm());
    object.addProperty("cell", candidate.cell());
  }
}
