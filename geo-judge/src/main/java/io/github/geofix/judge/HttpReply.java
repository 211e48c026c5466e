package io.github.geofix.judge;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/**
 * The response to one request.
 *
 * @param code of HTTP, or that of an error which a gateway reports with the code 200
 * @param body the response as JSON; an empty object if it is none
 * @param raw the response as text
 * @param retryAfter the wait that the server asks for
 * @param location where a redirect leads
 */
record HttpReply(
    int code,
    JsonObject body,
    String raw,
    Optional<Duration> retryAfter,
    Optional<String> location) {

  static final int NOT_FOUND = 404;

  private static final int FIRST_ERROR = 400;
  private static final int UNAUTHORIZED = 401;
  private static final int PAYMENT_REQUIRED = 402;
  private static final int FORBIDDEN = 403;
  private static final int REQUEST_TIMEOUT = 408;
  private static final int UNPROCESSABLE = 422;
  private static final int TOO_MANY_REQUESTS = 429;
  private static final int FIRST_SERVER_ERROR = 500;

  /** An answer is a few numbers; anything much longer is a mistake or an attack. */
  private static final int MAX_BYTES = 1 << 20;

  /** Nobody waits for a daily quota to be renewed. */
  private static final Duration MAX_WAIT = Duration.ofMinutes(2);

  static HttpReply read(HttpResponse<InputStream> response) {
    boolean zipped =
        response.headers().firstValue("Content-Encoding").filter("gzip"::equals).isPresent();
    try (InputStream stream = response.body();
        InputStream body = zipped ? new GZIPInputStream(stream) : stream) {
      byte[] bytes = body.readNBytes(MAX_BYTES);
      String raw = new String(bytes, StandardCharsets.UTF_8);
      JsonObject object = parse(raw);
      int code = response.statusCode();
      return new HttpReply(
          code < FIRST_ERROR && object.has("error") ? errorCode(object, code) : code,
          object,
          raw,
          response.headers().firstValue("Retry-After").flatMap(HttpReply::duration),
          code / 100 == 3 ? response.headers().firstValue("Location") : Optional.empty());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonObject parse(String raw) {
    try {
      return JsonParser.parseString(raw).getAsJsonObject();
    } catch (JsonParseException | IllegalStateException e) {
      return new JsonObject();
    }
  }

  /** Returns the code of an error object; gateways answer 200 when a provider of theirs fails. */
  private static int errorCode(JsonObject body, int code) {
    if (body.get("error").isJsonNull()) {
      return code;
    }
    return object(body.get("error"))
        .map(error -> error.get("code"))
        .filter(JsonElement::isJsonPrimitive)
        .map(JsonElement::getAsString)
        .filter(text -> text.matches("[45]\\d\\d"))
        .map(Integer::parseInt)
        .orElse(FIRST_SERVER_ERROR);
  }

  /** Reads both forms of Retry-After: seconds and a date. */
  private static Optional<Duration> duration(String retryAfter) {
    try {
      if (retryAfter.strip().matches("\\d{1,9}")) {
        return Optional.of(Duration.ofSeconds(Long.parseLong(retryAfter.strip())));
      }
      Instant until =
          ZonedDateTime.parse(retryAfter, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      Duration left = Duration.between(Instant.now(), until);
      return Optional.of(left.isNegative() ? Duration.ZERO : left);
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  boolean isSuccess() {
    return code / 100 == 2;
  }

  boolean isBadRequest() {
    return code == FIRST_ERROR || code == UNPROCESSABLE;
  }

  /** Returns whether the next attempt may do better. */
  boolean isWorthRetrying() {
    boolean busy =
        code == TOO_MANY_REQUESTS || code == REQUEST_TIMEOUT || code >= FIRST_SERVER_ERROR;
    return busy && retryAfter.filter(wait -> wait.compareTo(MAX_WAIT) > 0).isEmpty();
  }

  /** Returns whether the error is one of key, model or address, which no other photo changes. */
  boolean concernsAllPhotos() {
    return code == UNAUTHORIZED
        || code == PAYMENT_REQUIRED
        || code == FORBIDDEN
        || code == NOT_FOUND
        || location.isPresent();
  }

  /** Returns the code and the server's reason. */
  String problem() {
    String reason =
        object(body.get("error"))
            .map(error -> error.get("message"))
            .filter(JsonElement::isJsonPrimitive)
            .map(JsonElement::getAsString)
            .orElse(raw);
    String wait =
        retryAfter.map(time -> ", which asks to wait " + time.toSeconds() + " s").orElse("");
    return code + (reason.isBlank() ? "" : ": " + Excerpt.of(reason)) + wait;
  }

  /** Returns a count of tokens, such as of {@code prompt_tokens}; 0 if there is none. */
  long tokens(String name) {
    return object(body.get("usage"))
        .map(usage -> usage.get(name))
        .filter(JsonElement::isJsonPrimitive)
        .map(JsonElement::getAsString)
        .filter(text -> text.matches("\\d{1,15}"))
        .map(Long::parseLong)
        .orElse(0L);
  }

  /** Returns the content of the first choice. */
  ChatReply content() {
    if (!body.has("choices")) {
      return new ChatReply.Failure(
          "not a reply of an OpenAI-style chat endpoint: " + Excerpt.of(raw));
    }
    Optional<JsonObject> choice = array(body.get("choices")).flatMap(HttpReply::first);
    if (choice.isEmpty()) {
      return new ChatReply.Refusal("a reply without a choice, as content filters give");
    }
    JsonObject message = object(choice.get().get("message")).orElse(new JsonObject());
    String text = text(message.get("content"));
    if (!text.isBlank()) {
      return new ChatReply.Text(text);
    }
    String refusal = text(message.get("refusal"));
    String finish = text(choice.get().get("finish_reason"));
    if (!refusal.isBlank() || finish.equals("content_filter")) {
      return new ChatReply.Refusal(refusal.isBlank() ? "content filter" : Excerpt.of(refusal));
    }
    return new ChatReply.Text("");
  }

  /** Returns a text, or the texts of an array of parts; parts of other kinds hold thoughts. */
  private static String text(JsonElement content) {
    if (content instanceof JsonPrimitive) {
      return content.getAsString();
    }
    StringBuilder texts = new StringBuilder();
    for (JsonElement part : array(content).orElse(new JsonArray())) {
      object(part)
          .filter(one -> text(one.get("type")).equals("text"))
          .ifPresent(one -> texts.append(text(one.get("text"))));
    }
    return texts.toString();
  }

  private static Optional<JsonObject> first(JsonArray array) {
    return array.isEmpty() ? Optional.empty() : object(array.get(0));
  }

  private static Optional<JsonObject> object(JsonElement element) {
    return element instanceof JsonObject object ? Optional.of(object) : Optional.empty();
  }

  private static Optional<JsonArray> array(JsonElement element) {
    return element instanceof JsonArray array ? Optional.of(array) : Optional.empty();
  }
}
