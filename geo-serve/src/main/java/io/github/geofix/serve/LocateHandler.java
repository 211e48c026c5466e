package io.github.geofix.serve;

import com.google.gson.JsonObject;
import io.github.geofix.core.Explanation;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.LocationJson;
import io.github.geofix.core.NoAnswerException;
import io.github.geofix.core.Photo;
import io.github.geofix.core.internal.Printable;
import io.github.geofix.models.image.Photos;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;

/** {@code POST /locate}: one photo, as the body or as the part {@code photo} of a form. */
final class LocateHandler implements Router.Handler {
  private static final int MOST_CANDIDATES = 100;
  private static final int MOST_NAME = 200;

  /** Pictures as wide as the page shows them. */
  private static final Explanation.Options EXPLAIN = Explanation.Options.defaults().withPixels(240);

  /** What a form holds besides the photo. */
  private static final int FORM_BYTES = 1 << 16;

  private final Map<String, LocateServer.Model> models = new LinkedHashMap<>();
  private final LocateServer.Limits limits;
  private final Gate gate;
  private final Map<String, DriftWindow> windows;

  /**
   * Creates the handler.
   *
   * @param windows of the models that are watched for drift, by name
   */
  LocateHandler(
      List<LocateServer.Model> models,
      LocateServer.Limits limits,
      Gate gate,
      Map<String, DriftWindow> windows) {
    this.windows = Map.copyOf(windows);
    models.forEach(model -> this.models.put(model.name(), model));
    this.limits = limits;
    this.gate = gate;
  }

  private enum Format {
    JSON,
    GEOJSON
  }

  /**
   * What is asked.
   *
   * @param top the most candidates in the answer
   * @param explain whether the answer holds the evidence for it
   * @param name of the photo in the answer
   */
  private record Asked(
      LocateServer.Model model, Format format, int top, boolean explain, String name) {}

  /** The time of each step, in ms. */
  private record Cost(double queue, double decode, double locate) {}

  @Override
  public Reply handle(Request request) throws IOException {
    Map<String, String> fields = new LinkedHashMap<>();
    for (String field : List.of("model", "format", "top", "explain", "name")) {
      request.query(field).ifPresent(value -> fields.put(field, value));
    }
    String type = request.type();
    boolean isForm = type.equals("multipart/form-data");
    if (!isForm && !type.startsWith("image/") && !type.equals("application/octet-stream")) {
      throw new Refusal(
          415,
          "wrong-type",
          "Content-Type must be image/..., application/octet-stream or multipart/form-data: "
              + Printable.of(type));
    }
    try (Gate.Place place = gate.enter()) {
      byte[] photo = isForm ? photoOf(request, fields) : request.body(maxBytes());
      return located(photo, asked(fields), place);
    }
  }

  private int maxBytes() {
    return (int) limits.photo().maxFileBytes();
  }

  private byte[] photoOf(Request request, Map<String, String> fields) throws IOException {
    byte[] body = request.body(maxBytes() + FORM_BYTES);
    byte[] photo = null;
    for (Multipart.Part part : Multipart.parse(body, request.header("Content-Type").orElse(""))) {
      if (!part.name().equals("photo")) {
        fields.put(part.name(), part.text());
      } else if (photo != null) {
        throw new Refusal(400, "bad-form", "one photo a request: send the next one by itself");
      } else {
        photo = part.bytes();
        part.file().ifPresent(file -> fields.putIfAbsent("name", file));
      }
    }
    if (photo == null) {
      throw new Refusal(400, "bad-form", "the form has no part named photo");
    }
    return photo;
  }

  private Asked asked(Map<String, String> fields) {
    String name = fields.getOrDefault("model", models.keySet().iterator().next());
    LocateServer.Model model = models.get(name);
    if (model == null) {
      throw new Refusal(
          404,
          "no-model",
          "no model " + Printable.of(name) + "; there are " + String.join(", ", models.keySet()));
    }
    String photo = Printable.of(fields.getOrDefault("name", ""));
    Format format = format(fields.getOrDefault("format", "json"));
    return new Asked(
        model,
        format,
        top(fields.getOrDefault("top", "5")),
        explain(fields.getOrDefault("explain", "false"), format),
        photo.substring(0, Math.min(MOST_NAME, photo.length())));
  }

  private static boolean explain(String text, Format format) {
    if (!text.equals("true") && !text.equals("false")) {
      throw new Refusal(400, "bad-explain", "explain is true or false: " + Printable.of(text));
    }
    boolean explain = text.equals("true");
    if (explain && format != Format.JSON) {
      throw new Refusal(400, "bad-explain", "explain=true needs format=json");
    }
    return explain;
  }

  private static Format format(String text) {
    return switch (text) {
      case "json" -> Format.JSON;
      case "geojson" -> Format.GEOJSON;
      default ->
          throw new Refusal(400, "bad-format", "format is json or geojson: " + Printable.of(text));
    };
  }

  private static int top(String text) {
    try {
      int top = Integer.parseInt(text);
      if (top >= 1 && top <= MOST_CANDIDATES) {
        return top;
      }
    } catch (NumberFormatException e) {
      // Refused below.
    }
    throw new Refusal(400, "bad-top", "top is 1 to " + MOST_CANDIDATES + ": " + Printable.of(text));
  }

  private Reply located(byte[] bytes, Asked asked, Gate.Place place) throws IOException {
    long start = System.nanoTime();
    place.run();
    long running = System.nanoTime();
    try {
      String name = asked.name().isEmpty() ? "of the request" : asked.name();
      BufferedImage photo = Photos.decode(bytes, name, limits.photo());
      long decoded = System.nanoTime();
      Localizer localizer = asked.model().localizer();
      Optional<Explanation> explained =
          asked.explain()
              ? Optional.of(localizer.explain(Photo.of(photo), EXPLAIN))
              : Optional.empty();
      Location location =
          explained.map(Explanation::location).orElseGet(() -> localizer.locate(photo));
      Optional<DriftWindow> window = Optional.ofNullable(windows.get(asked.model().name()));
      window.ifPresent(w -> w.add(location, () -> localizer.vector(Photo.of(photo))));
      Cost cost =
          new Cost(ms(start, running), ms(running, decoded), ms(decoded, System.nanoTime()));
      return reply(
              location,
              explained.map(Explanation::evidence),
              window.flatMap(DriftWindow::json),
              asked,
              cost)
          .with(
              "Server-Timing",
              String.format(
                  Locale.ROOT,
                  "queue;dur=%.2f, decode;dur=%.2f, locate;dur=%.2f",
                  cost.queue(),
                  cost.decode(),
                  cost.locate()));
    } catch (UncheckedIOException e) {
      throw new Refusal(422, "unreadable", Printable.of(String.valueOf(e.getMessage())));
    } catch (NoAnswerException e) {
      throw new Refusal(422, "no-answer", Printable.of(String.valueOf(e.getMessage())));
    } catch (CancellationException e) {
      throw new Refusal(503, "stopping", "the server is stopping");
    }
  }

  private static double ms(long from, long to) {
    return Math.round((to - from) * 1e-4) / 100.0;
  }

  private static Reply reply(
      Location location,
      Optional<Explanation.Evidence> evidence,
      Optional<JsonObject> drift,
      Asked asked,
      Cost cost)
      throws IOException {
    if (asked.format() == Format.GEOJSON) {
      StringWriter text = new StringWriter();
      LocationJson.writeFeatures(text, location, asked.top(), Map.of("image", asked.name()));
      return Reply.json(200, "application/geo+json", text.toString());
    }
    JsonObject tree = new JsonObject();
    tree.addProperty("image", asked.name());
    tree.addProperty("model", asked.model().name());
    LocationJson.of(location, asked.top()).asMap().forEach(tree::add);
    evidence.ifPresent(shown -> tree.add("evidence", LocationJson.of(shown)));
    JsonObject millis = new JsonObject();
    millis.addProperty("queue", cost.queue());
    millis.addProperty("decode", cost.decode());
    millis.addProperty("locate", cost.locate());
    tree.add("millis", millis);
    drift.ifPresent(found -> tree.add("drift", found));
    return Reply.json(200, tree);
  }
}
