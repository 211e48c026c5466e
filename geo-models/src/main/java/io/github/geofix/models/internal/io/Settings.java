package io.github.geofix.models.internal.io;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.github.geofix.core.internal.JsonRecords;
import io.github.geofix.core.internal.JsonTypes;
import io.github.geofix.core.internal.StrictJson;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Changes to a configuration record, given as text by name.
 *
 * <p>A name is that of a component, with dots into records, such as {@code head.layers}. A value is
 * a number, a word, or JSON such as {@code [2,4,5]}. The name {@code head.type} replaces a sealed
 * interface's record by another one with that one's {@code defaults()}; types are set first.
 */
public final class Settings {
  private static final String TYPE = JsonRecords.TYPE;

  /** Outer values first, and of one object its type. */
  private static final Comparator<String> OUTER_FIRST =
      Comparator.comparingInt((String name) -> (int) name.chars().filter(c -> c == '.').count())
          .thenComparing(name -> !isType(name));

  private Settings() {}

  /**
   * Returns a copy of a record with some components changed.
   *
   * @throws IllegalArgumentException if a name is unknown or a value does not fit; the message
   *     lists those that exist
   */
  public static <T extends Record> T apply(T config, Map<String, String> settings) {
    if (settings.isEmpty()) {
      return config;
    }
    @SuppressWarnings("unchecked")
    Class<T> type = (Class<T>) config.getClass();
    JsonObject tree = JsonRecords.write(config);
    settings.entrySet().stream()
        .sorted(Map.Entry.comparingByKey(OUTER_FIRST))
        .forEach(setting -> set(tree, type, setting.getKey(), setting.getValue()));
    return JsonRecords.read(tree, type);
  }

  private static boolean isType(String name) {
    return name.equals(TYPE) || name.endsWith("." + TYPE);
  }

  private static void set(JsonObject tree, Class<?> type, String setting, String value) {
    List<String> names = List.of(setting.split("\\.", -1));
    JsonObject owner = tree;
    Class<?> declared = type;
    for (int i = 0; ; i++) {
      String name = names.get(i);
      Type component = component(owner, declared, name, setting);
      Class<?> raw = JsonTypes.raw(component);
      boolean isLast = i == names.size() - 1;
      if (isLast || !(raw.isRecord() || raw.isSealed())) {
        if (!isLast) {
          throw unknown(setting, owner, declared);
        }
        owner.add(name, parse(value, component));
        return;
      }
      JsonElement inner = owner.get(name);
      if (raw.isSealed() && i == names.size() - 2 && names.get(i + 1).equals(TYPE)) {
        if (!(inner instanceof JsonObject before) || !isOfType(before, value)) {
          owner.add(name, alternative(raw, setting, value));
        }
        return;
      }
      if (inner == null && raw.isRecord()) {
        inner = defaults(raw);
        owner.add(name, inner);
      }
      if (!(inner instanceof JsonObject object)) {
        throw new IllegalArgumentException(
            "no setting " + setting + " without " + String.join(".", names.subList(0, i + 1)));
      }
      owner = object;
      declared = raw;
    }
  }

  private static boolean isOfType(JsonObject object, String type) {
    return object.get(TYPE) instanceof JsonPrimitive present && present.getAsString().equals(type);
  }

  /** Returns the type of a component, that of its content if it is optional. */
  private static Type component(JsonObject owner, Class<?> declared, String name, String setting) {
    Class<?> type = present(owner, declared);
    if (type != null) {
      for (RecordComponent component : type.getRecordComponents()) {
        if (component.getName().equals(name)) {
          Type generic = component.getGenericType();
          return JsonTypes.raw(generic) == Optional.class
              ? JsonTypes.argument(generic, 0)
              : generic;
        }
      }
    }
    throw unknown(setting, owner, declared);
  }

  /** Returns the record that an object stands for; null if it names none. */
  private static @Nullable Class<?> present(JsonObject owner, Class<?> declared) {
    return declared.isSealed() && owner.get(TYPE) instanceof JsonPrimitive type
        ? JsonTypes.alternatives(declared).get(type.getAsString())
        : declared.isRecord() ? declared : null;
  }

  private static IllegalArgumentException unknown(
      String setting, JsonObject owner, Class<?> declared) {
    Class<?> type = present(owner, declared);
    Stream<String> components =
        type == null
            ? Stream.of()
            : Stream.of(type.getRecordComponents()).map(RecordComponent::getName);
    return new IllegalArgumentException(
        "no setting "
            + setting
            + "; there are "
            + Stream.concat(declared.isSealed() ? Stream.of(TYPE) : Stream.of(), components)
                .collect(Collectors.joining(", ")));
  }

  private static JsonObject alternative(Class<?> sealed, String setting, String name) {
    Map<String, Class<?>> alternatives = JsonTypes.alternatives(sealed);
    Class<?> type = alternatives.get(name);
    if (type == null) {
      throw new IllegalArgumentException(
          setting
              + " has no value "
              + new JsonPrimitive(name)
              + "; there are "
              + String.join(", ", alternatives.keySet()));
    }
    JsonObject tree = new JsonObject();
    tree.addProperty(TYPE, name);
    defaults(type).asMap().forEach(tree::add);
    return tree;
  }

  /** Returns what a static method {@code defaults()} of the record returns, or nothing. */
  static JsonObject defaults(Class<?> type) {
    try {
      var method = type.getDeclaredMethod("defaults");
      method.setAccessible(true);
      return JsonRecords.write((Record) method.invoke(null));
    } catch (NoSuchMethodException e) {
      // The reader reports what is missing.
      return new JsonObject();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot create the defaults of " + type, e);
    }
  }

  private static JsonElement parse(String value, Type type) {
    JsonElement parsed;
    try {
      parsed = StrictJson.parse(value);
    } catch (IllegalArgumentException e) {
      return new JsonPrimitive(value);
    }
    Class<?> raw = JsonTypes.raw(type);
    boolean isText = raw == String.class || raw == Path.class || raw.isEnum();
    return isText && !parsed.isJsonObject() && !parsed.isJsonArray()
        ? new JsonPrimitive(value)
        : parsed;
  }
}
