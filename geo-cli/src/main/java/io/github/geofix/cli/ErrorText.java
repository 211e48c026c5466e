package io.github.geofix.cli;

import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.internal.Printable;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import picocli.CommandLine.ParameterException;

/** The message of an error for users: one line that is safe to print. */
final class ErrorText {
  /** The longest that is still read; more comes from files of another kind. */
  private static final int MAX_CHARS = 2000;

  private static final Pattern USER = Pattern.compile("(?i)(https?://)[^/\\s@]+@");
  private static final Pattern QUERY = Pattern.compile("(?i)(https?://[^\\s?]*)\\?[^\\s,;:)\"']+");
  private static final String ONLY_ONE = "expected only one match but got ";

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

  /** Returns what is wrong with a command line. */
  static String ofUsage(ParameterException exception) {
    String message = String.valueOf(exception.getMessage()).replaceFirst("^Error: ", "");
    if (message.startsWith(ONLY_ONE)) {
      // It goes on as "(--a | --b)={--a=1} and (--a | --b)={--b=2}", and what else was given; with
      // brackets where none has to be given.
      String group = message.substring(ONLY_ONE.length(), message.indexOf("={"));
      message = "give only one of (" + group.substring(1, group.length() - 1) + ")";
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
