package io.github.geofix.serve;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The parts of a body of type {@code multipart/form-data} (RFC 7578), which is in memory. */
final class Multipart {
  private static final int MOST_PARTS = 20;
  private static final int MOST_HEADER = 4096;

  /** Of RFC 2046, 5.1.1, in quotes or not. */
  private static final Pattern BOUNDARY =
      Pattern.compile(
          ";\\s*boundary=(?:\"([^\"\\r\\n]{1,70})\"|([^\\s;\"]{1,70}))", Pattern.CASE_INSENSITIVE);

  private static final Pattern NAME = parameter("name");
  private static final Pattern FILE = parameter("filename");

  /**
   * A part.
   *
   * @param name of the form's field
   * @param file the name of the file; empty if it is none
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Part(String name, Optional<String> file, byte[] bytes) {

    String text() {
      return new String(bytes, StandardCharsets.UTF_8).strip();
    }
  }

  private Multipart() {}

  private static Pattern parameter(String name) {
    return Pattern.compile(
        "(?im)^content-disposition:[^\\n]*;\\s*" + name + "=(?:\"([^\"\\r\\n]*)\"|([^\\s;\"]+))");
  }

  /**
   * Returns the parts of a body.
   *
   * @param type the header Content-Type
   * @throws Refusal if it is not such a body
   */
  static List<Part> parse(byte[] body, String type) {
    Matcher matcher = BOUNDARY.matcher(type);
    if (!matcher.find()) {
      throw bad("Content-Type names no boundary");
    }
    byte[] delimiter = latin("\r\n--" + group(matcher));
    // The first one has no line before it.
    int at = startsWith(body, delimiter, 2) ? delimiter.length - 2 : end(body, delimiter, 0);
    List<Part> parts = new ArrayList<>();
    while (at >= 0 && !startsWith(body, latin("--"), 0, at)) {
      if (parts.size() == MOST_PARTS) {
        throw bad("more than " + MOST_PARTS + " parts");
      }
      int start = end(body, latin("\r\n\r\n"), at);
      int next = start < 0 ? -1 : end(body, delimiter, start - 2);
      if (next < 0) {
        throw bad("a part does not end");
      }
      if (start - at > MOST_HEADER) {
        throw bad("the header of a part has more than " + MOST_HEADER + " bytes");
      }
      String header = new String(body, at, start - at, StandardCharsets.UTF_8);
      byte[] bytes = Arrays.copyOfRange(body, start, Math.max(start, next - delimiter.length));
      Matcher name = NAME.matcher(header);
      if (!name.find()) {
        throw bad("a part has no name");
      }
      Matcher file = FILE.matcher(header);
      parts.add(
          new Part(group(name), file.find() ? Optional.of(group(file)) : Optional.empty(), bytes));
      at = next;
    }
    if (at < 0) {
      throw bad("it does not begin with its boundary");
    }
    return parts;
  }

  private static String group(Matcher matcher) {
    return matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
  }

  private static Refusal bad(String reason) {
    return new Refusal(400, "bad-form", "the body is not multipart/form-data: " + reason);
  }

  private static byte[] latin(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static boolean startsWith(byte[] body, byte[] what, int from) {
    return startsWith(body, Arrays.copyOfRange(what, from, what.length), 0, 0);
  }

  private static boolean startsWith(byte[] body, byte[] what, int from, int at) {
    return at + what.length - from <= body.length
        && Arrays.equals(body, at, at + what.length - from, what, from, what.length);
  }

  /** Returns where the next occurrence ends; -1 if there is none. */
  private static int end(byte[] body, byte[] what, int from) {
    for (int i = Math.max(0, from); i <= body.length - what.length; i++) {
      if (body[i] == what[0] && startsWith(body, what, 0, i)) {
        return i + what.length;
      }
    }
    return -1;
  }
}
