package io.github.geofix.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.Printable;
import io.github.geofix.models.gallery.GalleryModel;
import io.github.geofix.models.gallery.GalleryModel.Answer;
import io.github.geofix.models.gallery.GalleryModel.Match;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code geofix gallery query}. */
@Command(
    name = "query",
    description =
        "Locates photos and shows the photos of the gallery that are most similar. Scores are"
            + " cosines, not probabilities. A photo that cannot be read ends the command.",
    footer = {"", "Example:", "  geofix gallery query --gallery my-gallery --top 3 photo.jpg"},
    mixinStandardHelpOptions = true)
final class GalleryQueryCommand implements Callable<Integer> {
  private static final Gson JSON = new GsonBuilder().setPrettyPrinting().create();

  @Spec private CommandSpec spec;

  @Option(names = "--gallery", required = true, paramLabel = "DIR", description = "Gallery folder.")
  private Path folder;

  @Option(
      names = "--top",
      defaultValue = "5",
      paramLabel = "N",
      description =
          "Similar photos to show for each photo, of those that vote, 10 unless config.json has"
              + " another number (default: ${DEFAULT-VALUE}).")
  private int top;

  @Option(names = "--json", description = "Write JSON.")
  private boolean json;

  @Mixin private final LoadChoice load = new LoadChoice();

  @Mixin private final PhotoArguments arguments = new PhotoArguments();

  @Override
  public Integer call() {
    if (top < 1) {
      throw new IllegalArgumentException("--top must be 1 or more: " + top);
    }
    List<Path> photos = arguments.files();
    PrintWriter out = spec.commandLine().getOut();
    try (GalleryModel gallery = GalleryModel.open(folder, load.options())) {
      int voting = gallery.config().neighbors();
      if (top > voting && spec.commandLine().getParseResult().hasMatchedOption("--top")) {
        throw new IllegalArgumentException(
            "--top must be 1 to %d, as many photos of this gallery vote: %d"
                .formatted(voting, top));
      }
      if (json) {
        List<Answer> answers = new ArrayList<>();
        photos.forEach(photo -> answers.add(gallery.query(photo)));
        out.println(JSON.toJson(tree(photos, answers)));
      } else {
        photos.forEach(photo -> print(out, photo, gallery.query(photo)));
      }
    }
    out.flush();
    return 0;
  }

  private void print(PrintWriter out, Path photo, Answer answer) {
    String place =
        answer
            .location()
            .map(location -> location.latLng().toString())
            .orElse("no answer: " + answer.reason());
    out.println(Printable.of(photo) + "  " + place);
    for (Match match : best(answer)) {
      out.printf(
          Locale.ROOT,
          "  %-24s score %.3f  %s%n",
          match.latLng(),
          match.score(),
          Printable.of(match.photo()));
    }
    out.flush();
  }

  private List<Match> best(Answer answer) {
    return answer.matches().subList(0, Math.min(top, answer.matches().size()));
  }

  private JsonArray tree(List<Path> photos, List<Answer> answers) {
    JsonArray all = new JsonArray();
    for (int i = 0; i < answers.size(); i++) {
      Answer answer = answers.get(i);
      JsonObject entry = new JsonObject();
      entry.addProperty("image", photos.get(i).toString());
      answer
          .location()
          .ifPresentOrElse(
              location -> add(entry, location.latLng()),
              () -> entry.addProperty("withheld", answer.reason()));
      JsonArray matches = new JsonArray();
      for (Match match : best(answer)) {
        JsonObject similar = new JsonObject();
        similar.addProperty("image", match.photo().toString());
        add(similar, match.latLng());
        similar.addProperty("score", match.score());
        matches.add(similar);
      }
      entry.add("matches", matches);
      all.add(entry);
    }
    return all;
  }

  private static void add(JsonObject object, LatLng latLng) {
    object.addProperty("latitude", latLng.latitude());
    object.addProperty("longitude", latLng.longitude());
  }
}
