package io.github.geofix.models.token.judge;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
import io.github.geofix.core.geodesy.LatLng;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A judge behind an OpenAI-style chat endpoint: it is shown the photo and the guesses as text, and
 * has to answer with one small JSON object. Any other answer is no decision.
 *
 * <p>The photo is sent as pixels encoded anew, so nothing of its EXIF data, and no position, leaves
 * this machine; what the photo shows does. Thread-safe.
 */
public final class ChatJudge implements Judge {

  /** What the judge is asked for. */
  public enum Form {
    /** The number of one of the guesses. */
    CHOOSE,
    /** Any position; the guesses are hints. */
    FREE
  }

  private static final Gson JSON = new GsonBuilder().setStrictness(Strictness.STRICT).create();

  private final ChatClient client;
  private final Form form;

  /** Creates a judge. */
  public ChatJudge(ChatClient client, Form form) {
    this.client = client;
    this.form = form;
  }

  @Override
  public Optional<LatLng> decide(BufferedImage photo, List<LatLng> guesses) {
    return client.ask(question(guesses), photo).flatMap(answer -> parse(answer, guesses));
  }

  private String question(List<LatLng> guesses) {
    String listed =
        IntStream.range(0, guesses.size())
            .mapToObj(
                i ->
                    String.format(
                        Locale.ROOT,
                        "%d: %.4f, %.4f",
                        i + 1,
                        guesses.get(i).latitude(),
                        guesses.get(i).longitude()))
            .collect(Collectors.joining("\n"));
    return switch (form) {
      case CHOOSE ->
          "Where was this photo taken? A model proposes these positions (latitude, longitude), the"
              + " likeliest first:\n"
              + listed
              + "\nAnswer with the number of the best one, as JSON and nothing else: {\"choice\": 1}";
      case FREE ->
          "Where was this photo taken? A model proposes these positions (latitude, longitude), the"
              + " likeliest first; the truth may be another:\n"
              + listed
              + "\nAnswer in degrees, as JSON and nothing else:"
              + " {\"latitude\": 0.0, \"longitude\": 0.0}";
    };
  }

  private Optional<LatLng> parse(String answer, List<LatLng> guesses) {
    try {
      // Strict, and to the end of the text: words around the object are no decision.
      JsonObject object = JSON.fromJson(answer, JsonObject.class);
      if (object == null) {
        return Optional.empty();
      }
      return switch (form) {
        case CHOOSE -> {
          int choice = member(object, "choice", 1).getAsBigDecimal().intValueExact();
          yield choice >= 1 && choice <= guesses.size()
              ? Optional.of(guesses.get(choice - 1))
              : Optional.empty();
        }
        case FREE ->
            Optional.of(
                new LatLng(
                    member(object, "latitude", 2).getAsBigDecimal().doubleValue(),
                    member(object, "longitude", 2).getAsBigDecimal().doubleValue()));
      };
    } catch (JsonParseException
        | IllegalStateException
        | ArithmeticException
        | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Returns a number of an object that has exactly {@code size} members. */
  private static JsonElement member(JsonObject object, String name, int size) {
    JsonElement value = object.get(name);
    boolean number =
        value != null && value.isJsonPrimitive() && value.getAsJsonPrimitive().isNumber();
    if (!number || object.size() != size) {
      throw new IllegalArgumentException("no " + name);
    }
    return value;
  }
}
