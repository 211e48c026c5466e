package io.github.geofix.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import io.github.geofix.core.TileEncoder;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.TileIndex;
import io.github.geofix.core.index.TileIndex.TileHit;
import io.github.geofix.core.internal.CsvFile;
import io.github.geofix.core.internal.Printable;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code geofix index query}. */
@Command(
    name = "query",
    description =
        "Finds the map images closest to photos. Scores are not probabilities. A photo that cannot be"
            + " read ends the command.",
    footer = {"", "Example:", "  geofix index query --model m --index map.index --top 3 photo.jpg"},
    mixinStandardHelpOptions = true)
final class IndexQueryCommand implements Callable<Integer> {
  private static final Gson JSON = new GsonBuilder().setPrettyPrinting().create();

  enum Format {
    TEXT,
    CSV,
    JSON
  }

  @Spec private CommandSpec spec;

  @Option(
      names = "--index",
      required = true,
      paramLabel = "FILE",
      description = "File that index build wrote.")
  private Path file;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "Folder of the model that built it.")
  private Path model;

  @Option(
      names = "--top",
      defaultValue = "10",
      paramLabel = "N",
      description = "Map images to show for each photo (default: ${DEFAULT-VALUE}).")
  private int top;

  @Option(
      names = "--format",
      defaultValue = "text",
      paramLabel = "FORMAT",
      description = "text, csv or json (default: ${DEFAULT-VALUE}).")
  private Format format;

  @Mixin private final LoadChoice load = new LoadChoice();

  @Mixin private final PhotoArguments arguments = new PhotoArguments();

  private List<Path> photos = List.of();

  @Override
  public Integer call() {
    if (top < 1) {
      throw new IllegalArgumentException("--top must be 1 or more: " + top);
    }
    photos = arguments.files();
    try (TileEncoder encoder = TileEncoder.load(model, load.options());
        TileIndex index = TileIndex.open(file, encoder)) {
      List<List<TileHit>> found = index.searchAll(photos, top);
      PrintWriter out = spec.commandLine().getOut();
      switch (format) {
        case TEXT -> text(out, found);
        case CSV -> csv(out, found);
        case JSON -> out.println(JSON.toJson(json(found)));
      }
      out.flush();
    }
    return 0;
  }

  private void text(PrintWriter out, List<List<TileHit>> found) {
    for (int i = 0; i < found.size(); i++) {
      out.println(Printable.of(photos.get(i)));
      for (TileHit hit : found.get(i)) {
        OptionalDouble heading = hit.headingDegrees();
        out.printf(
            Locale.ROOT,
            "  %-24s score %.3f  tile %s%s%n",
            hit.tile().center(),
            hit.score(),
            hit.id(),
            heading.isPresent()
                ? String.format(Locale.ROOT, "  heading %.0f", heading.getAsDouble())
                : "");
      }
    }
  }

  private void csv(PrintWriter out, List<List<TileHit>> found) {
    CsvWriter rows = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).bufferSize(0).build(out);
    rows.writeRecord("image", "rank", "latitude", "longitude", "score", "heading", "tile");
    for (int i = 0; i < found.size(); i++) {
      int rank = 0;
      for (TileHit hit : found.get(i)) {
        rank++;
        LatLng center = hit.tile().center();
        OptionalDouble heading = hit.headingDegrees();
        rows.writeRecord(
            Printable.of(CsvFile.cell(photos.get(i))),
            String.valueOf(rank),
            String.valueOf(center.latitude()),
            String.valueOf(center.longitude()),
            String.valueOf(hit.score()),
            heading.isPresent() ? String.valueOf(heading.getAsDouble()) : "",
            hit.id());
      }
    }
  }

  private JsonArray json(List<List<TileHit>> found) {
    JsonArray all = new JsonArray();
    for (int i = 0; i < found.size(); i++) {
      JsonArray hits = new JsonArray();
      for (TileHit hit : found.get(i)) {
        JsonObject entry = new JsonObject();
        entry.addProperty("latitude", hit.tile().center().latitude());
        entry.addProperty("longitude", hit.tile().center().longitude());
        entry.addProperty("score", hit.score());
        hit.headingDegrees().ifPresent(heading -> entry.addProperty("heading", heading));
        entry.addProperty("tile", hit.id());
        hits.add(entry);
      }
      JsonObject photo = new JsonObject();
      photo.addProperty("image", photos.get(i).toString());
      photo.add("hits", hits);
      all.add(photo);
    }
    return all;
  }
}
