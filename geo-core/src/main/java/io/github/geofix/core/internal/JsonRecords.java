package io.github.geofix.core.internal;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Records as JSON, both ways and strictly. A record is an object with its components by name:
 * unknown, missing and null ones are refused, and so is a number that its type cannot hold.
 *
 * <p>Components are numbers, booleans, texts, paths, enums, records, sealed interfaces of records,
 * and lists, maps by text and optionals of these. An enum constant is lower-case with hyphens, such
 * as {@code all-cells}; its Java name is read, too. A record of a sealed interface has one more
 * property, {@value #TYPE}, its simple name in camel case. An empty optional is left out.
 *
 * <p>Errors name the value by its path, such as {@code head.layers}.
 */
public final class JsonRecords {

  /** The property that names the record of a sealed interface. */
  public static final String TYPE = "type";

  private JsonRecords() {}

  /**
   * Reads a record.
   *
   * @throws IllegalArgumentException if the JSON does not fit, or the record refuses its components
   */
  public static <T extends Record> T read(JsonElement json, Class<T> type) {
    return type.cast(value(json, type, ""));
  }

  /** Returns a record as JSON. */
  public static JsonObject write(Record value) {
    JsonObject object = new JsonObject();
    addComponents(object, value);
    return object;
  }

  // Reading

  private static Object value(@Nullable JsonElement json, Type type, String path) {
    Class<?> raw = JsonTypes.raw(type);
    if (raw == Optional.class) {
      return json == null
          ? Optional.empty()
          : Optional.of(value(json, JsonTypes.argument(type, 0), path));
    }
    if (json == null) {
      throw new IllegalArgumentException(path + " is missing; " + JsonTypes.needed(type));
    }
    if (raw == List.class && json instanceof JsonArray array) {
      Type element = JsonTypes.argument(type, 0);
      List<Object> values = new ArrayList<>();
      array.forEach(item -> values.add(value(item, element, path)));
      return List.copyOf(values);
    }
    if (json instanceof JsonObject object) {
      if (raw == JsonObject.class) {
        return object;
      }
      if (raw == Map.class && JsonTypes.argument(type, 0) == String.class) {
        Map<String, Object> values = new LinkedHashMap<>();
        object
            .asMap()
            .forEach(
                (key, item) ->
                    values.put(key, value(item, JsonTypes.argument(type, 1), at(path, key))));
        return values;
      }
      if (raw.isRecord()) {
        return record(object, raw, path, Set.of());
      }
      if (raw.isSealed()) {
        return alternative(object, raw, path);
      }
    }
    Object scalar = json instanceof JsonPrimitive primitive ? scalar(primitive, raw) : null;
    if (scalar == null) {
      throw misfit(json, type, path);
    }
    return scalar;
  }

  private static IllegalArgumentException misfit(JsonElement json, Type type, String path) {
    return new IllegalArgumentException(
        (path.isEmpty() ? "the JSON has no use for " : path + " has no value ")
            + json
            + "; "
            + JsonTypes.needed(type));
  }

  private static Object alternative(JsonObject object, Class<?> sealed, String path) {
    Map<String, Class<?>> alternatives = JsonTypes.alternatives(sealed);
    JsonElement name = object.get(TYPE);
    Class<?> type =
        name instanceof JsonPrimitive text && text.isString()
            ? alternatives.get(text.getAsString())
            : null;
    if (type == null) {
      throw new IllegalArgumentException(
          at(path, TYPE)
              + (name == null ? " is missing" : " has no value " + name)
              + "; there are "
              + String.join(", ", alternatives.keySet()));
    }
    return record(object, type, path, Set.of(TYPE));
  }

  private static Object record(JsonObject object, Class<?> type, String path, Set<String> more) {
    RecordComponent[] components = type.getRecordComponents();
    Set<String> unknown = new LinkedHashSet<>(object.keySet());
    unknown.removeAll(more);
    Class<?>[] types = new Class<?>[components.length];
    Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      String name = components[i].getName();
      unknown.remove(name);
      types[i] = components[i].getType();
      values[i] = value(object.get(name), components[i].getGenericType(), at(path, name));
    }
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "there is no "
              + at(path, unknown.iterator().next())
              + "; there are "
              + JsonTypes.names(type));
    }
    return create(type, types, values, path);
  }

  private static Object create(Class<?> type, Class<?>[] types, Object[] values, String path) {
    try {
      Constructor<?> constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException refused) {
        throw new IllegalArgumentException(
            (path.isEmpty() ? "" : path + ": ") + refused.getMessage(), refused);
      }
      throw new IllegalStateException("cannot create " + type, e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot create " + type, e);
    }
  }

  private static @Nullable Object scalar(JsonPrimitive json, Class<?> type) {
    if (json.isBoolean()) {
      return (type == boolean.class || type == Boolean.class) ? json.getAsBoolean() : null;
    }
    if (json.isNumber()) {
      return number(json, type);
    }
    String text = json.getAsString();
    if (type == Path.class) {
      return Path.of(text);
    }
    if (type.isEnum()) {
      Map<String, Enum<?>> constants = JsonTypes.constants(type);
      Enum<?> byName = constants.get(text);
      return byName != null
          ? byName
          : constants.values().stream()
              .filter(constant -> constant.name().equals(text))
              .findFirst()
              .orElse(null);
    }
    return type == String.class ? text : null;
  }

  private static @Nullable Object number(JsonPrimitive json, Class<?> type) {
    if (JsonTypes.isDecimal(type)) {
      double value = json.getAsDouble();
      boolean isFloat = type == float.class || type == Float.class;
      if (!(Math.abs(value) <= (isFloat ? Float.MAX_VALUE : Double.MAX_VALUE))) {
        return null;
      }
      if (isFloat) {
        return (float) value;
      }
      return value;
    }
    try {
      BigDecimal exact = new BigDecimal(json.getAsString());
      if (type == int.class || type == Integer.class) {
        return exact.intValueExact();
      }
      if (type == long.class || type == Long.class) {
        return exact.longValueExact();
      }
    } catch (ArithmeticException | NumberFormatException e) {
      // A fraction, or beyond the numbers that Java has.
      return null;
    }
    return null;
  }

  private static String at(String path, String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  // Writing

  private static void addComponents(JsonObject object, Record value) {
    for (RecordComponent component : value.getClass().getRecordComponents()) {
      Object part = component(component, value);
      if (!part.equals(Optional.empty())) {
        object.add(component.getName(), tree(part, component.getGenericType()));
      }
    }
  }

  private static Object component(RecordComponent component, Record owner) {
    Object part;
    try {
      Method accessor = component.getAccessor();
      accessor.setAccessible(true);
      part = accessor.invoke(owner);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot read " + component, e);
    }
    if (part == null) {
      throw new IllegalArgumentException(component + " must not be null");
    }
    return part;
  }

  private static JsonElement tree(Object value, Type declared) {
    Class<?> raw = JsonTypes.raw(declared);
    if (value instanceof Optional<?> optional) {
      return tree(optional.orElseThrow(), JsonTypes.argument(declared, 0));
    }
    if (value instanceof Record record) {
      JsonObject object = new JsonObject();
      if (raw.isSealed()) {
        object.addProperty(TYPE, JsonTypes.typeName(record.getClass()));
      }
      addComponents(object, record);
      return object;
    }
    if (value instanceof List<?> list) {
      JsonArray array = new JsonArray();
      list.forEach(item -> array.add(tree(item, JsonTypes.argument(declared, 0))));
      return array;
    }
    if (value instanceof Map<?, ?> map) {
      JsonObject object = new JsonObject();
      map.forEach(
          (key, item) -> object.add((String) key, tree(item, JsonTypes.argument(declared, 1))));
      return object;
    }
    if (value instanceof JsonElement json) {
      return json;
    }
    if (value instanceof Boolean flag) {
      return new JsonPrimitive(flag);
    }
    if (value instanceof Number number) {
      return new JsonPrimitive(number);
    }
    return new JsonPrimitive(
        value instanceof Enum<?> constant ? JsonTypes.constantName(constant) : value.toString());
  }
}
