package io.github.geofix.judge;

/** The beginning of what a server wrote, fit for a message of one line. */
final class Excerpt {
  private static final int MAX_CHARS = 160;

  private Excerpt() {}

  static String of(String text) {
    String line = text.strip().replaceAll("[\\s\\p{Cntrl}]+", " ");
    return line.length() <= MAX_CHARS ? line : line.substring(0, MAX_CHARS) + "...";
  }
}
