package io.github.geofix.core.tile;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Paths and URLs with the placeholders {@code {z}}, {@code {x}} and {@code {y}}. */
final class TileTemplate {

  /** No more digits than fit an int. */
  private static final String NUMBER = "\\d{1,9}";

  private TileTemplate() {}

  /** Checks that every placeholder is there, once. */
  static void check(String template) {
    for (String placeholder : List.of("{z}", "{x}", "{y}")) {
      if (template.split(Pattern.quote(placeholder), -1).length != 2) {
        throw new IllegalArgumentException(
            "the template "
                + template
                + " must hold "
                + placeholder
                + " once; an example is {z}/{x}/{y}.jpg");
      }
    }
  }

  static String fill(String template, int zoom, int x, int y) {
    return template
        .replace("{z}", Integer.toString(zoom))
        .replace("{x}", Integer.toString(x))
        .replace("{y}", Integer.toString(y));
  }

  /** What one part of a path must look like. */
  static Pattern pattern(String segment) {
    StringBuilder regex = new StringBuilder();
    for (String part : segment.split("(?=\\{[zxy]})|(?<=\\{[zxy]})", -1)) {
      regex.append(
          switch (part) {
            case "{z}" -> "(?<z>" + NUMBER + ")";
            case "{x}", "{y}" -> NUMBER;
            default -> Pattern.quote(part);
          });
    }
    return Pattern.compile(regex.toString());
  }

  /** The zoom that a part of a path names; -1 if it names none. */
  static int zoom(Matcher matcher) {
    return matcher.pattern().pattern().contains("(?<z>")
        ? Integer.parseInt(matcher.group("z"))
        : -1;
  }
}
