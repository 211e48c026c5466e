package io.github.geofix.core.tile;

import io.github.geofix.core.internal.tile.TileAddress;
import io.github.geofix.core.tile.TileSource.TileScheme;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A path or address of tiles with the placeholders {@code {z}}, {@code {x}} and {@code {y}}.
 *
 * <p>Two habits of other software are understood: {@code {-y}} counts rows from the south, and
 * {@code {r}}, Leaflet's mark of tiles for high-resolution screens, is left out. All other braces
 * are refused by name.
 *
 * @param text with exactly {@code {z}}, {@code {x}} and {@code {y}}, each once
 * @param scheme how the tiles are numbered
 */
record TileTemplate(String text, TileScheme scheme) {

  /** No more digits than fit an int. */
  private static final String NUMBER = "\\d{1,9}";

  private static final Pattern PLACEHOLDER = Pattern.compile("\\$?\\{([^{}]*)}");

  /**
   * Reads a template as a user writes it.
   *
   * @throws IllegalArgumentException if a placeholder is missing, doubled or unknown; the message
   *     holds no key
   */
  static TileTemplate parse(String source, TileScheme scheme) {
    Matcher matcher = PLACEHOLDER.matcher(source);
    while (matcher.find()) {
      requireKnown(matcher.group(), matcher.group(1), source);
    }
    TileScheme numbering = scheme;
    String text = source.replace("{r}", "");
    if (text.contains("{-y}")) {
      text = text.replace("{-y}", "{y}");
      numbering = scheme.rowsFromSouth();
    }
    for (String placeholder : new String[] {"{z}", "{x}", "{y}"}) {
      if (text.split(Pattern.quote(placeholder), -1).length != 2) {
        throw new IllegalArgumentException(
            "the template "
                + TileAddress.redacted(source)
                + " must hold "
                + placeholder
                + " once; an example is {z}/{x}/{y}.jpg");
      }
    }
    return new TileTemplate(text, numbering);
  }

  private static void requireKnown(String placeholder, String name, String source) {
    String advice =
        switch (name) {
          case "z", "x", "y", "-y", "r" ->
              placeholder.startsWith("$") ? "write {" + name + "} instead" : "";
          case "s" -> "write one of the server's subdomains instead, such as a";
          case "q", "quadkey" -> "tiles numbered by quadkeys cannot be read";
          default -> "there are {z}, {x}, {y} and {-y}";
        };
    if (!advice.isEmpty()) {
      throw new IllegalArgumentException(
          "the template " + TileAddress.redacted(source) + " holds " + placeholder + ": " + advice);
    }
  }

  /**
   * Returns the path or address of a tile.
   *
   * @param row from the north
   */
  String fill(int zoom, int column, int row) {
    return text.replace("{z}", Integer.toString(zoom))
        .replace("{x}", Integer.toString(column))
        .replace("{y}", Integer.toString(scheme.storedRow(zoom, row)));
  }

  /** Returns what one part of a path, such as {@code {y}.jpg}, must look like. */
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

  /** Returns the zoom that a part of a path names; -1 if it names none. */
  static int zoom(Matcher matcher) {
    return matcher.pattern().pattern().contains("(?<z>")
        ? Integer.parseInt(matcher.group("z"))
        : -1;
  }
}
