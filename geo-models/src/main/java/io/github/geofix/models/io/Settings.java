package io.github.geofix.models.io;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Changes to a configuration record, given as text by name. */
public final class Settings {
  private static final Gson JSON = new Gson();

  private Settings() {}

  /**
   * Returns a copy of a record with some components changed.
   *
   * @param settings component name to value: a number, a word, or JSON such as {@code [2,4,5]}; a
   *     dot leads into a component that is a record itself, as in {@code image.height}
   * @throws IllegalArgumentException if a name is unknown or a value does not fit; the message
   *     lists the names
   */
  public static <T extends Record> T apply(T config, Map<String, String> settings) {
    if (settings.isEmpty()) {
      return config;
    }
    JsonObject tree = apply(JSON.toJsonTree(config).getAsJsonObject(), settings);
    try {
      @SuppressWarnings("unchecked")
      Class<T> type = (Class<T>) config.getClass();
      return read(tree, type);
    } catch (JsonParseException e) {
      throw new IllegalArgumentException(
          "a setting does not fit: " + settings + ": " + e.getMessage(), e);
    }
  }

  /**
   * Reads a record.
   *
   * @throws JsonParseException if the JSON has another form
   * @throws IllegalArgumentException if a value does not fit
   */
  static <T extends Record> T read(JsonObject tree, Class<T> type) {
    requireWords(tree, type, "");
    try {
      return JSON.fromJson(tree, type);
    } catch (JsonParseException e) {
      throw e;
    } catch (RuntimeException e) {
      // Gson wraps what the record's own check threw.
      Throwable reason = e.getCause() == null ? e : e.getCause();
      throw new IllegalArgumentException(String.valueOf(reason.getMessage()), e);
    }
  }

  /** Gson would read any other word as null. */
  private static void requireWords(JsonObject tree, Class<?> type, String path) {
    for (RecordComponent component : type.getRecordComponents()) {
      JsonElement given = tree.get(component.getName());
      Class<?> kind = component.getType();
      if (kind.isRecord() && given != null && given.isJsonObject()) {
        requireWords(given.getAsJsonObject(), kind, path + component.getName() + ".");
      } else if (kind.isEnum()) {
        List<String> words = Stream.of(kind.getEnumConstants()).map(String::valueOf).toList();
        if (given == null || !given.isJsonPrimitive() || !words.contains(given.getAsString())) {
          throw new IllegalArgumentException(
              path
                  + component.getName()
                  + " has no value "
                  + given
                  + "; there are "
                  + String.join(", ", words));
        }
      }
    }
  }

  /** As {@link #apply(Record, Map)}, for a record written as JSON; returns a copy. */
  static JsonObject apply(JsonObject config, Map<String, String> settings) {
    JsonObject changed = config.deepCopy();
    settings.forEach(
        (name, value) -> {
          JsonObject owner = changed;
          String rest = name;
          for (int dot = rest.indexOf('.'); dot > 0; dot = rest.indexOf('.')) {
            JsonElement inner = owner.get(rest.substring(0, dot));
            if (inner == null || !inner.isJsonObject()) {
              break;
            }
            owner = inner.getAsJsonObject();
            rest = rest.substring(dot + 1);
          }
          if (!owner.has(rest)) {
            throw new IllegalArgumentException(
                "no setting " + name + "; there are " + String.join(", ", owner.keySet()));
          }
          owner.add(rest, parse(value));
        });
    return changed;
  }

  private static JsonElement parse(String value) {
    try {
      JsonElement parsed = JsonParser.parseString(value);
      return parsed.isJsonNull() ? new JsonPrimitive(value) : parsed;
    } catch (JsonParseException e) {
      return new JsonPrimitive(value);
    }
  }
}
