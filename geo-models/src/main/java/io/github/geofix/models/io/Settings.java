package io.github.geofix.models.io;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Changes to a configuration record, given as text by name. */
public final class Settings {
  private static final Gson JSON = new Gson();

  private Settings() {}

  /**
   * Returns a copy of a record with some components changed.
   *
   * @param settings component name to value: a number, a word, or JSON such as {@code [2,4,5]}; a
   *     dot leads into a component that is a record itself, as in {@code image.height}
   * @throws IllegalArgumentException if a name is unknown or a value does not fit; the message says
   *     which there are
   */
  public static <T extends Record> T apply(T config, Map<String, String> settings) {
    if (settings.isEmpty()) {
      return config;
    }
    @SuppressWarnings("unchecked")
    Class<T> type = (Class<T>) config.getClass();
    return read(apply(JSON.toJsonTree(config).getAsJsonObject(), settings), type);
  }

  /**
   * Reads a record.
   *
   * @throws IllegalArgumentException if a value does not fit; the message names it
   */
  static <T extends Record> T read(JsonObject tree, Class<T> type) {
    requireFitting(tree, type, "");
    try {
      return JSON.fromJson(tree, type);
    } catch (RuntimeException e) {
      // Gson wraps what the record's own check threw.
      Throwable reason = e.getCause() == null ? e : e.getCause();
      throw new IllegalArgumentException(String.valueOf(reason.getMessage()), e);
    }
  }

  /**
   * Refuses what Gson would change without a word: it cuts off fractions, wraps large numbers, and
   * reads what it does not know, or misses, as 0, false or null.
   *
   * @param type that of a record's component: a number, a word, an enumeration, a record, a list
   * @param name what the value is called in the error
   * @throws IllegalArgumentException if the value, or one within it, does not fit
   */
  static void requireFitting(@Nullable JsonElement given, Type type, String name) {
    if (given instanceof JsonObject tree && type instanceof Class<?> kind && kind.isRecord()) {
      for (RecordComponent component : kind.getRecordComponents()) {
        requireFitting(
            tree.get(component.getName()),
            component.getGenericType(),
            name.isEmpty() ? component.getName() : name + "." + component.getName());
      }
    } else if (given instanceof JsonArray values && isList(type)) {
      Type element = ((ParameterizedType) type).getActualTypeArguments()[0];
      values.forEach(value -> requireFitting(value, element, name));
    } else if (given == null || given.isJsonNull()) {
      // The record's own check knows whether it may be without an object.
      boolean optional = !(type instanceof Class<?> kind && (kind.isPrimitive() || kind.isEnum()));
      require(optional, given, type, name);
    } else {
      require(Need.of(type).met().test(given), given, type, name);
    }
  }

  private static void require(boolean fits, @Nullable JsonElement given, Type type, String name) {
    if (!fits) {
      throw new IllegalArgumentException(
          name
              + (given == null ? " is missing" : " has no value " + given)
              + "; "
              + Need.of(type).words());
    }
  }

  private static boolean isList(Type type) {
    return type instanceof ParameterizedType list && list.getRawType() == List.class;
  }

  /** What a value must be, in words and as a test of JSON other than null. */
  private record Need(String words, Predicate<JsonElement> met) {
    static Need of(Type type) {
      if (type == int.class || type == Integer.class) {
        return whole(Integer.MIN_VALUE, Integer.MAX_VALUE);
      }
      if (type == long.class || type == Long.class) {
        return whole(Long.MIN_VALUE, Long.MAX_VALUE);
      }
      if (type == float.class || type == Float.class) {
        return decimal(Float.MAX_VALUE);
      }
      if (type == double.class || type == Double.class) {
        return decimal(Double.MAX_VALUE);
      }
      if (type == boolean.class || type == Boolean.class) {
        return oneOf(List.of("true", "false"));
      }
      if (type == String.class) {
        return new Need("needed is a text", JsonElement::isJsonPrimitive);
      }
      if (type instanceof Class<?> kind && kind.isEnum()) {
        return oneOf(Stream.of(kind.getEnumConstants()).map(String::valueOf).toList());
      }
      if (type instanceof Class<?> kind && kind.isRecord()) {
        String parts =
            Stream.of(kind.getRecordComponents())
                .map(RecordComponent::getName)
                .collect(Collectors.joining(", "));
        return new Need("it consists of " + parts, JsonElement::isJsonObject);
      }
      return isList(type)
          ? new Need("needed is a list, such as [2,4]", JsonElement::isJsonArray)
          : new Need("", given -> true);
    }

    private static Need oneOf(List<String> words) {
      return new Need(
          "there are " + String.join(", ", words),
          given -> given.isJsonPrimitive() && words.contains(given.getAsString()));
    }

    private static Need decimal(double most) {
      return new Need(
          "needed is a number", given -> isNumber(given) && Math.abs(given.getAsDouble()) <= most);
    }

    private static Need whole(long least, long most) {
      return new Need(
          "needed is a whole number from " + least + " to " + most,
          given -> isNumber(given) && isWhole(given.getAsString(), least, most));
    }

    private static boolean isNumber(JsonElement given) {
      return given instanceof JsonPrimitive value && value.isNumber();
    }

    private static boolean isWhole(String number, long least, long most) {
      try {
        long value = new BigDecimal(number).longValueExact();
        return value >= least && value <= most;
      } catch (ArithmeticException | NumberFormatException e) {
        // A fraction, or beyond the numbers that Java has.
        return false;
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
