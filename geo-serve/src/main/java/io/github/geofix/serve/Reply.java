package io.github.geofix.serve;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An answer.
 *
 * @param status of HTTP
 * @param type of the body
 * @param headers more headers; may be added to
 */
@SuppressWarnings("ArrayRecordComponent")
record Reply(int status, String type, byte[] body, Map<String, String> headers) {
  /** Escapes the characters that mean something in HTML. */
  private static final Gson GSON = new GsonBuilder().create();

  static Reply of(int status, String type, byte[] body) {
    return new Reply(status, type, body, new LinkedHashMap<>());
  }

  static Reply json(int status, JsonElement tree) {
    return json(status, "application/json", GSON.toJson(tree));
  }

  static Reply json(int status, String type, String text) {
    return of(status, type, text.getBytes(StandardCharsets.UTF_8));
  }

  Reply with(String header, String value) {
    headers.put(header, value);
    return this;
  }
}
