package io.github.geofix.train;

import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.Map;

/** The components of a record as text, by dotted names such as {@code batches.size}. */
final class NamedValues {
  private NamedValues() {}

  /** Returns the values in the order of the components. */
  static Map<String, String> of(Record record) {
    Map<String, String> values = new LinkedHashMap<>();
    add("", record, values);
    return values;
  }

  private static void add(String prefix, Record record, Map<String, String> values) {
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      String name = prefix + component.getName();
      Object value = value(record, component);
      if (value instanceof Record part) {
        if (component.getType().isSealed()) {
          values.put(name + ".type", part.getClass().getSimpleName());
        }
        add(name + ".", part, values);
      } else {
        values.put(name, String.valueOf(value));
      }
    }
  }

  private static Object value(Record record, RecordComponent component) {
    try {
      return component.getAccessor().invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
