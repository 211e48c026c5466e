package io.github.geofix.serve;

import com.google.gson.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;

/** Ends a request with an error that the client can act on. */
final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String code;
  private final transient Map<String, String> headers = new LinkedHashMap<>();

  /**
   * Creates a refusal.
   *
   * @param status of HTTP
   * @param code the error in one word, for programs
   * @param message what was given, what fits, what to do
   */
  Refusal(int status, String code, String message) {
    super(message, null, false, false);
    this.status = status;
    this.code = code;
  }

  /** Adds a header to the answer. */
  Refusal with(String header, String value) {
    headers.put(header, value);
    return this;
  }

  /** Returns the answer: {@code {"error": {"code": ..., "message": ...}}}. */
  Reply reply() {
    JsonObject error = new JsonObject();
    error.addProperty("code", code);
    error.addProperty("message", getMessage());
    JsonObject tree = new JsonObject();
    tree.add("error", error);
    Reply reply = Reply.json(status, tree);
    headers.forEach(reply.headers()::put);
    return reply;
  }
}
