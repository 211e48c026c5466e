package io.github.geofix.judge;

import java.net.URI;
import java.time.Duration;

/**
 * How a chat endpoint is used.
 *
 * @param endpoint the base address, such as {@code https://api.openai.com/v1}, to which {@code
 *     /chat/completions} is added in front of a query; or the whole address, which ends in it
 * @param model the name of the model
 * @param timeout for one attempt, from the request to the last byte of the answer
 * @param attempts for one question, at least 1; time-outs, lost connections and the codes 408, 429
 *     and 500 up are tried again
 * @param firstWait before the second attempt, doubled before each further one, unless the server
 *     asks for another by {@code Retry-After}
 * @param maxCalls the most requests of a client, 0 or more: a limit to what it can cost
 * @param photoSide the longer side of the photo sent, in pixels, at least 1
 */
public record ChatOptions(
    URI endpoint,
    String model,
    Duration timeout,
    int attempts,
    Duration firstWait,
    int maxCalls,
    int photoSide) {

  private static final String PATH = "/chat/completions";

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if a value is out of range
   */
  public ChatOptions {
    boolean web = "http".equals(endpoint.getScheme()) || "https".equals(endpoint.getScheme());
    if (!web || endpoint.getHost() == null) {
      throw new IllegalArgumentException(
          "endpoint " + endpoint + ": a web address such as https://api.openai.com/v1 needed");
    }
    if (model.isBlank()) {
      throw new IllegalArgumentException("the name of the judge's model is empty");
    }
    if (timeout.isNegative() || timeout.isZero() || firstWait.isNegative()) {
      throw new IllegalArgumentException(
          "timeout " + timeout + " and wait " + firstWait + ": above 0 and at least 0 needed");
    }
    if (attempts < 1 || maxCalls < 0 || photoSide < 1) {
      throw new IllegalArgumentException(
          "attempts %d, calls %d, pixels %d: at least 1, 0 and 1 needed"
              .formatted(attempts, maxCalls, photoSide));
    }
  }

  /** Returns a minute for an attempt, three attempts, 10,000 calls, photos of up to 768 pixels. */
  public static ChatOptions of(URI endpoint, String model) {
    return new ChatOptions(
        endpoint, model, Duration.ofMinutes(1), 3, Duration.ofSeconds(1), 10_000, 768);
  }

  /** Returns a copy with another time for one attempt. */
  public ChatOptions withTimeout(Duration timeout) {
    return new ChatOptions(endpoint, model, timeout, attempts, firstWait, maxCalls, photoSide);
  }

  /** Returns a copy with other attempts. */
  public ChatOptions withAttempts(int attempts, Duration firstWait) {
    return new ChatOptions(endpoint, model, timeout, attempts, firstWait, maxCalls, photoSide);
  }

  /** Returns a copy with another budget. */
  public ChatOptions withMaxCalls(int maxCalls) {
    return new ChatOptions(endpoint, model, timeout, attempts, firstWait, maxCalls, photoSide);
  }

  /** Returns a copy that sends photos of another size. */
  public ChatOptions withPhotoSide(int photoSide) {
    return new ChatOptions(endpoint, model, timeout, attempts, firstWait, maxCalls, photoSide);
  }

  /** Returns the address that questions are sent to. */
  URI address() {
    String whole = endpoint.toString().replaceFirst("#.*", "");
    int end = whole.indexOf('?') < 0 ? whole.length() : whole.indexOf('?');
    String base = whole.substring(0, end).replaceAll("/+$", "");
    return URI.create((base.endsWith(PATH) ? base : base + PATH) + whole.substring(end));
  }
}
