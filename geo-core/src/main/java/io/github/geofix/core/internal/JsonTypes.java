package io.github.geofix.core.internal;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The types of record components that {@link JsonRecords} reads and writes. */
public final class JsonTypes {

  private JsonTypes() {}

  /**
   * Returns the records that a sealed interface permits, by the name they have in {@value
   * JsonRecords#TYPE}.
   */
  public static Map<String, Class<?>> alternatives(Class<?> sealed) {
    // Without a permits clause, the order of the class file is none that a reader expects.
    Map<String, Class<?>> alternatives = new TreeMap<>();
    for (Class<?> permitted : sealed.getPermittedSubclasses()) {
      if (permitted.isSealed()) {
        alternatives.putAll(alternatives(permitted));
      } else {
        alternatives.put(typeName(permitted), permitted);
      }
    }
    return alternatives;
  }

  /** Returns the name of a sealed interface's record, such as {@code childCosine}. */
  public static String typeName(Class<?> alternative) {
    String name = alternative.getSimpleName();
    return Character.toLowerCase(name.charAt(0)) + name.substring(1);
  }

  /** Returns the name of an enum constant, such as {@code all-cells}. */
  public static String constantName(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Returns the names of an enum's constants, in order. */
  public static List<String> constantNames(Class<?> type) {
    return List.copyOf(constants(type).keySet());
  }

  /** Returns what a value must be, such as {@code needed is a number}. */
  public static String needed(Type type) {
    Class<?> raw = raw(type);
    if (raw == Optional.class) {
      return needed(argument(type, 0));
    }
    if (raw == int.class || raw == Integer.class) {
      return "needed is a whole number from " + Integer.MIN_VALUE + " to " + Integer.MAX_VALUE;
    }
    if (raw == long.class || raw == Long.class) {
      return "needed is a whole number from " + Long.MIN_VALUE + " to " + Long.MAX_VALUE;
    }
    if (isDecimal(raw)) {
      return "needed is a number";
    }
    if (raw == boolean.class || raw == Boolean.class) {
      return "there are true, false";
    }
    if (raw == List.class) {
      return "needed is a list, such as " + (raw(argument(type, 0)).isRecord() ? "[]" : "[2,4]");
    }
    if (raw.isEnum()) {
      return "there are " + String.join(", ", constants(raw).keySet());
    }
    if (raw.isRecord()) {
      return "it consists of " + names(raw);
    }
    if (raw.isSealed()) {
      return "it consists of a type, one of "
          + String.join(", ", alternatives(raw).keySet())
          + ", and what that has";
    }
    return raw == String.class || raw == Path.class ? "needed is a text" : "needed is an object";
  }

  /**
   * Returns the class of a component's type, without its type arguments.
   *
   * @throws IllegalArgumentException if it has none, being generic itself
   */
  public static Class<?> raw(Type type) {
    if (type instanceof Class<?> raw) {
      return raw;
    }
    if (type instanceof ParameterizedType generic && generic.getRawType() instanceof Class<?> raw) {
      return raw;
    }
    throw new IllegalArgumentException("no component can be of the type " + type);
  }

  /** Returns a type argument, such as that of a list. */
  public static Type argument(Type type, int index) {
    if (type instanceof ParameterizedType generic) {
      return generic.getActualTypeArguments()[index];
    }
    throw new IllegalArgumentException("a component needs type arguments: " + type);
  }

  static boolean isDecimal(Class<?> type) {
    return type == double.class
        || type == Double.class
        || type == float.class
        || type == Float.class;
  }

  static Map<String, Enum<?>> constants(Class<?> type) {
    Map<String, Enum<?>> constants = new LinkedHashMap<>();
    for (Object constant : type.getEnumConstants()) {
      Enum<?> each = (Enum<?>) constant;
      constants.put(constantName(each), each);
    }
    return constants;
  }

  static String names(Class<?> record) {
    return Stream.of(record.getRecordComponents())
        .map(RecordComponent::getName)
        .collect(Collectors.joining(", "));
  }
}
