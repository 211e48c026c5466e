package io.github.geofix.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Arguments of a program as {@code name=value}, each with a default. */
final class Arguments {
  private final Map<String, String> values;
  private final String command;

  private Arguments(Map<String, String> values, String command) {
    this.values = values;
    this.command = command;
  }

  /**
   * Reads arguments.
   *
   * @param defaults the names there are, with what they are unless given
   * @throws IllegalArgumentException if a name is unknown
   */
  static Arguments of(Class<?> program, String[] args, Map<String, String> defaults) {
    Map<String, String> values = new TreeMap<>(defaults);
    for (String arg : args) {
      int equals = arg.indexOf('=');
      String name = equals < 0 ? arg : arg.substring(0, equals);
      if (equals < 0 || !values.containsKey(name)) {
        throw new IllegalArgumentException(
            "unknown argument " + arg + "; there are " + String.join("=, ", values.keySet()) + "=");
      }
      values.put(name, arg.substring(equals + 1));
    }
    String command = "java " + program.getName() + " " + String.join(" ", args);
    return new Arguments(values, command.strip());
  }

  /** Returns how the program was called. */
  String command() {
    return command;
  }

  String text(String name) {
    String value = values.get(name);
    if (value == null) {
      throw new IllegalStateException("no argument " + name);
    }
    return value;
  }

  int number(String name) {
    return Integer.parseInt(text(name));
  }

  double decimal(String name) {
    return Double.parseDouble(text(name));
  }

  /** Returns the parts of a value between commas; none of an empty one. */
  List<String> list(String name) {
    return text(name).isEmpty() ? List.of() : Arrays.asList(text(name).split(","));
  }
}
