package io.github.geofix.core.internal;

import java.util.Locale;
import java.util.regex.Pattern;

/** Text from outside, such as a file name, made safe to print on a terminal or in a log. */
public final class Printable {

  /** Control characters, line and paragraph separators, and marks that reorder what follows. */
  private static final Pattern UNSAFE =
      Pattern.compile("[\\p{Cc}\\u2028\\u2029\\u200E\\u200F\\u202A-\\u202E\\u2066-\\u2069]");

  private Printable() {}

  /** Returns the text with control and reordering characters as {@code \}{@code u001b}. */
  public static String of(Object text) {
    return UNSAFE
        .matcher(text.toString())
        .replaceAll(
            match -> String.format(Locale.ROOT, "\\\\u%04x", (int) match.group().charAt(0)));
  }
}
