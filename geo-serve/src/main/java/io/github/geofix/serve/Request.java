package io.github.geofix.serve;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** A request, read with limits. */
final class Request {
  private final HttpExchange exchange;
  private final Map<String, String> query;

  /**
   * Reads the query.
   *
   * @throws Refusal if it is not one
   */
  Request(HttpExchange exchange) {
    this.exchange = exchange;
    this.query = parse(exchange.getRequestURI().getRawQuery());
  }

  private static Map<String, String> parse(String raw) {
    Map<String, String> query = new LinkedHashMap<>();
    for (String pair : Objects.requireNonNullElse(raw, "").split("&", -1)) {
      if (!pair.isEmpty()) {
        int equals = pair.indexOf('=');
        String name = equals < 0 ? pair : pair.substring(0, equals);
        try {
          query.put(
              URLDecoder.decode(name, StandardCharsets.UTF_8),
              URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
          throw new Refusal(400, "bad-query", "the query is not percent-encoded: " + pair);
        }
      }
    }
    return query;
  }

  String path() {
    return exchange.getRequestURI().getPath();
  }

  Optional<String> query(String name) {
    return Optional.ofNullable(query.get(name));
  }

  Optional<String> header(String name) {
    return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name));
  }

  /** Returns the media type without parameters, in small letters. */
  String type() {
    return header("Content-Type")
        .orElse("")
        .replaceFirst(";.*", "")
        .strip()
        .toLowerCase(Locale.ROOT);
  }

  /** Returns the address of the client. */
  String client() {
    return exchange.getRemoteAddress().getAddress().getHostAddress();
  }

  /**
   * Reads the body.
   *
   * @throws Refusal if it is larger
   */
  byte[] body(int most) throws IOException {
    long length = header("Content-Length").map(Request::length).orElse(-1L);
    if (length > most) {
      throw tooLarge(most, length + " bytes");
    }
    InputStream in = exchange.getRequestBody();
    byte[] body = in.readNBytes(most);
    if (body.length == most && in.read() >= 0) {
      throw tooLarge(most, "more");
    }
    return body;
  }

  private static long length(String text) {
    try {
      return Long.parseLong(text.strip());
    } catch (NumberFormatException e) {
      throw new Refusal(400, "bad-length", "Content-Length is not a number");
    }
  }

  private static Refusal tooLarge(int most, String given) {
    return new Refusal(
        413,
        "too-large",
        "at most " + most + " bytes are read, this has " + given + ": send a smaller photo");
  }
}
