package io.github.geofix.core.internal;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers of things, in sentences for people. */
public final class Count {
  private static final Pattern PLURAL = Pattern.compile("^(.*?\\w)s\\b( are\\b| have\\b| do\\b)?");

  private Count() {}

  /**
   * Returns for example {@code 1,200 images are missing}, and {@code 1 image is missing} of one.
   *
   * @param things what is counted, in the plural, and what is said of it by are, have or do; the
   *     first word that ends in s is the noun
   */
  public static String of(long number, String things) {
    return String.format(Locale.ROOT, "%,d %s", number, number == 1 ? singular(things) : things);
  }

  private static String singular(String things) {
    Matcher plural = PLURAL.matcher(things);
    if (!plural.find()) {
      return things;
    }
    String noun = plural.group(1);
    if (noun.endsWith("ie")) {
      noun = noun.substring(0, noun.length() - 2) + "y";
    } else if (noun.matches(".*(ch|sh|ss|x)e")) {
      noun = noun.substring(0, noun.length() - 1);
    }
    String verb = plural.group(2) == null ? "" : plural.group(2);
    return noun
        + switch (verb) {
          case " are" -> " is";
          case " have" -> " has";
          case " do" -> " does";
          default -> "";
        }
        + things.substring(plural.end());
  }
}
