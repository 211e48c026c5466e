package io.github.geofix.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers of things, in sentences for people. */
final class Count {
  private static final Pattern PLURAL = Pattern.compile("^(.*?\\w)s\\b( are\\b| have\\b)?");

  private Count() {}

  /**
   * Returns for example {@code 1,200 images are missing}, and {@code 1 image is missing} of one.
   *
   * @param things what is counted, in the plural, and what is said of it; the first word that ends
   *     in s is the noun, which without it is the singular
   */
  static String of(long number, String things) {
    return String.format(Locale.ROOT, "%,d %s", number, number == 1 ? singular(things) : things);
  }

  private static String singular(String things) {
    Matcher plural = PLURAL.matcher(things);
    if (!plural.find()) {
      return things;
    }
    String verb = plural.group(2);
    return plural.group(1)
        + (verb == null ? "" : verb.equals(" are") ? " is" : " has")
        + things.substring(plural.end());
  }
}
