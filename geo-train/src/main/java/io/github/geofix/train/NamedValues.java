package io.github.geofix.train;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.geofix.core.internal.JsonRecords;
import java.util.LinkedHashMap;
import java.util.Map;

/** The components of a record as text, by dotted names such as {@code batches.size}. */
final class NamedValues {
  private NamedValues() {}

  /** Returns the values in the order of the components, named and written as settings are. */
  static Map<String, String> of(Record record) {
    Map<String, String> values = new LinkedHashMap<>();
    add("", JsonRecords.write(record), values);
    return values;
  }

  private static void add(String prefix, JsonObject object, Map<String, String> values) {
    object
        .asMap()
        .forEach(
            (name, value) -> {
              if (value instanceof JsonObject part) {
                add(prefix + name + ".", part, values);
              } else {
                values.put(prefix + name, text(value));
              }
            });
  }

  private static String text(JsonElement value) {
    return value.isJsonPrimitive() ? value.getAsString() : value.toString();
  }
}
