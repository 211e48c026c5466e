package io.github.geofix.judge;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.github.geofix.core.geodesy.LatLng;
import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Finds the decision in what a language model wrote. */
final class Decisions {

  /** An object longer than this is no decision; it bounds the work on nested braces. */
  private static final int MAX_OBJECT_CHARS = 10_000;

  /** Up to the last closing tag, since chat templates may leave out the opening one. */
  private static final Pattern THOUGHT = Pattern.compile("(?s)^.*</think(ing)?>");

  /** A thought that was cut off. */
  private static final Pattern THINKING = Pattern.compile("(?s)<think(ing)?>.*$");

  private Decisions() {}

  /** Returns the last decision that fits; empty if there is none. */
  static Optional<LatLng> last(String text, ChatJudge.Form form, List<LatLng> guesses) {
    String answer = THINKING.matcher(THOUGHT.matcher(text).replaceFirst("")).replaceFirst("");
    Optional<LatLng> last = Optional.empty();
    Deque<Integer> open = new ArrayDeque<>();
    for (int i = 0; i < answer.length(); i++) {
      if (answer.charAt(i) == '{') {
        open.push(i);
      } else if (answer.charAt(i) == '}' && !open.isEmpty()) {
        int start = open.pop();
        if (i - start < MAX_OBJECT_CHARS) {
          Optional<LatLng> decision = decision(answer.substring(start, i + 1), form, guesses);
          last = decision.isPresent() ? decision : last;
        }
      }
    }
    return last;
  }

  private static Optional<LatLng> decision(String json, ChatJudge.Form form, List<LatLng> guesses) {
    try {
      JsonObject object = JsonParser.parseString(json).getAsJsonObject();
      return switch (form) {
        case CHOOSE -> {
          int choice = number(object, "choice").intValueExact();
          yield choice >= 1 && choice <= guesses.size()
              ? Optional.of(guesses.get(choice - 1))
              : Optional.empty();
        }
        case FREE ->
            Optional.of(
                new LatLng(
                    number(object, "latitude", "lat").doubleValue(),
                    number(object, "longitude", "lng", "lon").doubleValue()));
      };
    } catch (JsonParseException
        | IllegalStateException
        | ArithmeticException
        | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Returns a number, or a text that holds nothing else, under the first of some names. */
  private static BigDecimal number(JsonObject object, String... names) {
    for (String name : names) {
      JsonElement value = object.get(name);
      if (value != null && value.isJsonPrimitive()) {
        return new BigDecimal(value.getAsString().strip());
      }
    }
    throw new IllegalArgumentException("no " + names[0]);
  }
}
