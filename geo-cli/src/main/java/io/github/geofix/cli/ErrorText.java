package io.github.geofix.cli;

import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.internal.Printable;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ParameterException;

/** The message of an error for users: one line that is safe to print. */
final class ErrorText {
  /** The longest that is still read; more comes from files of another kind. */
  private static final int MAX_CHARS = 2000;

  private static final Pattern USER = Pattern.compile("(?i)(https?://)[^/\\s@]+@");
  private static final Pattern QUERY = Pattern.compile("(?i)(https?://[^\\s?]*)\\?[^\\s,;:)\"']+");
  private static final String ONLY_ONE = "expected only one match but got ";
  private static final Pattern GROUP =
      Pattern.compile("([(\\[][^={]*(?:=[^{][^={]*)*)=\\{([^}]*)}");
  private static final Pattern CONSTANTS =
      Pattern.compile("expected (one of \\[[A-Z0-9_, -]+]) \\(case-insensitive\\)");

  private ErrorText() {}

  /** Returns the message of an error a user can act on; a defect of ours keeps its class name. */
  static String of(Exception exception) {
    String message = Objects.requireNonNullElse(exception.getMessage(), exception.toString());
    Throwable cause = exception.getCause();
    if (exception instanceof UncheckedIOException && cause != null && cause.getMessage() != null) {
      // Made of nothing but its cause it has the message "java.io.IOException: no such image".
      message = message.equals(cause.toString()) ? cause.getMessage() : message;
    }
    boolean expected =
        exception instanceof UncheckedIOException
            || exception instanceof IllegalArgumentException
            || exception instanceof IllegalStateException
            || exception instanceof ModelFormatException;
    return printable(expected ? message : exception.getClass().getSimpleName() + ": " + message);
  }

  /**
   * Returns the options of which more than one was given, out of such as {@code (--a | --b)={--a=1}
   * [--c | --d]={--c} and (--a | --b)={} [--c | --d]={--d}}: those of the group that is twice there
   * with an option.
   */
  private static String exclusive(String groups) {
    Set<String> seen = new HashSet<>();
    String first = "";
    Matcher group = GROUP.matcher(groups);
    while (group.find()) {
      String options = group.group(1).substring(1, group.group(1).length() - 1);
      first = first.isEmpty() ? options : first;
      if (!group.group(2).isBlank() && !seen.add(options)) {
        return options;
      }
    }
    return first;
  }

  /** Returns what is wrong with a command line. */
  static String ofUsage(ParameterException exception) {
    String message = String.valueOf(exception.getMessage()).replaceFirst("^Error: ", "");
    if (message.startsWith(ONLY_ONE)) {
      message = "give only one of (" + exclusive(message.substring(ONLY_ONE.length())) + ")";
    }
    // Picocli doubles the word, and writes enum constants in capitals.
    message = message.replace("Value for option option ", "Value for option ");
    Matcher constants = CONSTANTS.matcher(message);
    if (constants.find()) {
      message = constants.replaceFirst("expected " + constants.group(1).toLowerCase(Locale.ROOT));
    }
    return printable(message);
  }

  static String outOfMemory() {
    return String.format(
        Locale.ROOT,
        "out of memory: Java may use %d MB; give it more, such as GEOFIX_HEAP=4g",
        Runtime.getRuntime().maxMemory() >> 20);
  }

  /** Text from outside must neither control the terminal nor fill it, nor show a secret. */
  static String printable(String message) {
    String line =
        Printable.of(withoutSecrets(message).replaceAll("\\s*\\R\\s*", "; "))
            .replace('\uFFFD', '?');
    return line.length() <= MAX_CHARS ? line : line.substring(0, MAX_CHARS) + "...";
  }

  /** Returns a text without the queries, users and passwords of web addresses: keys are there. */
  static String withoutSecrets(String text) {
    return QUERY.matcher(USER.matcher(text).replaceAll("$1***@")).replaceAll("$1?***");
  }
}
