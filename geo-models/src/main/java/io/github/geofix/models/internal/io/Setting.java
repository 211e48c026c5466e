package io.github.geofix.models.internal.io;

import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import io.github.geofix.core.internal.JsonRecords;
import io.github.geofix.core.internal.JsonTypes;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A setting of a configuration, as {@link Settings#apply} takes it.
 *
 * @param name the path to the component, such as {@code head.layers}
 * @param kind what it takes, such as {@code whole number} or {@code cosine, decoder}
 * @param value the present value as text; empty if there is none
 */
public record Setting(String name, String kind, String value) {

  /** What settings outside an alternative belong to. */
  private static final String ALWAYS = "";

  /**
   * Returns the settings of a configuration by what they need: those that there are now by an empty
   * text; then by {@code head.type=cosine} and the like those that there would be with that
   * alternative, with its default values.
   */
  public static Map<String, List<Setting>> of(Record config) {
    Map<String, List<Setting>> settings = new LinkedHashMap<>();
    settings.put(ALWAYS, new ArrayList<>());
    components(config.getClass(), JsonRecords.write(config), "", ALWAYS, settings);
    return settings;
  }

  /** Adds the settings of a record. */
  private static void components(
      Class<?> type,
      @Nullable JsonElement values,
      String path,
      String needs,
      Map<String, List<Setting>> settings) {
    for (RecordComponent component : type.getRecordComponents()) {
      String name = path + component.getName();
      Type content = component.getGenericType();
      if (JsonTypes.raw(content) == Optional.class) {
        content = JsonTypes.argument(content, 0);
      }
      JsonElement value = values == null ? null : values.getAsJsonObject().get(component.getName());
      Class<?> raw = JsonTypes.raw(content);
      if (raw.isSealed()) {
        alternatives(raw, value, name, needs, settings);
      } else if (raw.isRecord()) {
        components(raw, value, name + ".", needs, settings);
      } else {
        add(new Setting(name, kind(content), text(value)), needs, settings);
      }
    }
  }

  private static void alternatives(
      Class<?> sealed,
      @Nullable JsonElement values,
      String path,
      String needs,
      Map<String, List<Setting>> settings) {
    Map<String, Class<?>> alternatives = JsonTypes.alternatives(sealed);
    String type = path + "." + JsonRecords.TYPE;
    String present =
        values == null ? "" : values.getAsJsonObject().get(JsonRecords.TYPE).getAsString();
    add(new Setting(type, String.join(", ", alternatives.keySet()), present), needs, settings);
    alternatives.forEach(
        (name, alternative) -> {
          if (name.equals(present)) {
            components(alternative, values, path + ".", needs, settings);
          } else {
            String also = type + "=" + name;
            components(
                alternative,
                Settings.defaults(alternative),
                path + ".",
                needs.isEmpty() ? also : needs + ", " + also,
                settings);
          }
        });
  }

  private static void add(Setting setting, String needs, Map<String, List<Setting>> settings) {
    settings.computeIfAbsent(needs, added -> new ArrayList<>()).add(setting);
  }

  private static String text(@Nullable JsonElement value) {
    return value == null
        ? ""
        : value instanceof JsonPrimitive scalar ? scalar.getAsString() : value.toString();
  }

  private static String kind(Type type) {
    Class<?> raw = JsonTypes.raw(type);
    if (raw == List.class) {
      String element = kind(JsonTypes.argument(type, 0));
      return element.endsWith("number") ? "list of " + element + "s" : "list of " + element;
    }
    if (raw == boolean.class || raw == Boolean.class) {
      return "true, false";
    }
    if (raw.isEnum()) {
      return String.join(", ", JsonTypes.constantNames(raw));
    }
    if (raw == int.class || raw == Integer.class || raw == long.class || raw == Long.class) {
      return "whole number";
    }
    if (raw.isPrimitive() || Number.class.isAssignableFrom(raw)) {
      return "number";
    }
    return raw.isRecord() || raw.isSealed() || raw == Map.class ? "JSON object" : "text";
  }
}
