package io.github.geofix.models.token.judge;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.github.geofix.models.image.Interpolation;
import io.github.geofix.models.image.Resampling;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.imageio.ImageIO;

/**
 * Asks an OpenAI-style chat endpoint one question about one photo. Whatever goes wrong, there is no
 * answer, never an exception: a judge may fail, locating may not.
 *
 * <p>Built on the JDK's own HTTP client: the official library, openai-java, would add Kotlin,
 * OkHttp and Jackson to every user of this module for a single request. Thread-safe.
 */
public final class ChatClient {

  /** The environment variable that holds the key. */
  public static final String KEY_VARIABLE = "GEOFIX_JUDGE_KEY";

  /** An answer is a few numbers; anything much longer is a mistake or an attack. */
  private static final int MAX_RESPONSE_BYTES = 1 << 20;

  private static final int TOO_MANY_REQUESTS = 429;
  private static final int REQUEST_TIMEOUT = 408;
  private static final int FIRST_SERVER_ERROR = 500;
  private static final int OK = 200;

  private static final Gson JSON = new Gson();

  /**
   * How the endpoint is used.
   *
   * @param endpoint the base address, such as {@code https://api.openai.com/v1}; {@code
   *     /chat/completions} is added
   * @param model the name of the model to ask
   * @param timeout for one attempt, from the request to the last byte of the answer
   * @param attempts for one question, at least 1; tried again are time-outs, lost connections, and
   *     the codes 408, 429 and 500 up
   * @param firstWait before the second attempt; doubled before each further one
   * @param maxCalls attempts in the client's life, 0 or more: a limit to what it can cost
   * @param photoSide the longer side of the photo sent, in pixels, at least 1
   */
  public record Options(
      URI endpoint,
      String model,
      Duration timeout,
      int attempts,
      Duration firstWait,
      int maxCalls,
      int photoSide) {

    /** Checks the ranges. */
    public Options {
      boolean web = "http".equals(endpoint.getScheme()) || "https".equals(endpoint.getScheme());
      if (!web || endpoint.getHost() == null) {
        throw new IllegalArgumentException(
            "endpoint " + endpoint + ": a web address such as https://api.openai.com/v1 needed");
      }
      if (timeout.isNegative() || timeout.isZero() || firstWait.isNegative()) {
        throw new IllegalArgumentException(
            "timeout " + timeout + " and wait " + firstWait + ": above 0 and at least 0 needed");
      }
      if (attempts < 1 || maxCalls < 0 || photoSide < 1) {
        throw new IllegalArgumentException(
            "attempts "
                + attempts
                + ", calls "
                + maxCalls
                + ", pixels "
                + photoSide
                + ": at least 1, 0 and 1 needed");
      }
    }

    /** A minute for an attempt, three attempts, 1,000 calls, photos of up to 768 pixels. */
    public static Options of(URI endpoint, String model) {
      return new Options(
          endpoint, model, Duration.ofMinutes(1), 3, Duration.ofSeconds(1), 1000, 768);
    }

    /** Returns a copy with another time for one attempt. */
    public Options withTimeout(Duration newTimeout) {
      return new Options(endpoint, model, newTimeout, attempts, firstWait, maxCalls, photoSide);
    }

    /** Returns a copy with other attempts. */
    public Options withAttempts(int newAttempts, Duration newFirstWait) {
      return new Options(endpoint, model, timeout, newAttempts, newFirstWait, maxCalls, photoSide);
    }

    /** Returns a copy with another budget. */
    public Options withMaxCalls(int newMaxCalls) {
      return new Options(endpoint, model, timeout, attempts, firstWait, newMaxCalls, photoSide);
    }
  }

  private final Options options;
  private final String key;
  private final HttpClient http;
  private final AtomicInteger callsLeft;

  /**
   * Creates a client.
   *
   * @param key without regard to blanks around it; an empty one is not sent
   * @throws IllegalArgumentException if the key has characters that no key has; the message does
   *     not tell the key
   */
  public ChatClient(Options options, String key) {
    this.options = options;
    this.key = key.strip();
    if (!this.key.chars().allMatch(c -> c > ' ' && c <= '~')) {
      throw new IllegalArgumentException(
          "the key has blanks or other characters that no key has: give the key alone");
    }
    // Offered HTTP/2 without TLS, uvicorn loses the body (its issue 2722), and with it vLLM.
    http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(options.timeout())
            .build();
    callsLeft = new AtomicInteger(options.maxCalls());
  }

  /**
   * Creates a client with the key in the environment variable {@value #KEY_VARIABLE}.
   *
   * @throws IllegalStateException if the variable is not set
   */
  public static ChatClient fromEnvironment(Options options) {
    String key = System.getenv(KEY_VARIABLE);
    if (key == null || key.isBlank()) {
      throw new IllegalStateException(
          "the environment variable " + KEY_VARIABLE + " is not set: put the endpoint's key there");
    }
    return new ChatClient(options, key);
  }

  /** Returns how many more calls may be made. */
  public int callsLeft() {
    return callsLeft.get();
  }

  /**
   * Asks a question about a photo.
   *
   * @return the text of the answer; empty if there is none in time, the budget is spent, or the
   *     thread is interrupted
   */
  public Optional<String> ask(String question, BufferedImage photo) {
    if (callsLeft() == 0) {
      return Optional.empty();
    }
    HttpRequest request = request(question, photo);
    long waitMillis = options.firstWait().toMillis();
    for (int attempt = 0; attempt < options.attempts(); attempt++) {
      try {
        if (attempt > 0) {
          TimeUnit.MILLISECONDS.sleep(waitMillis);
          waitMillis *= 2;
        }
        if (callsLeft.getAndUpdate(left -> Math.max(0, left - 1)) == 0) {
          return Optional.empty();
        }
        Reply reply = send(request);
        if (reply.code() == OK) {
          return content(reply.body());
        }
        boolean worthAnother =
            reply.code() == TOO_MANY_REQUESTS
                || reply.code() == REQUEST_TIMEOUT
                || reply.code() >= FIRST_SERVER_ERROR;
        if (!worthAnother) {
          return Optional.empty();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return Optional.empty();
      } catch (ExecutionException | TimeoutException e) {
        // The next attempt may do better, if one is left.
      }
    }
    return Optional.empty();
  }

  private record Reply(int code, String body) {}

  /** The time-out of HttpClient ends with the headers; this one covers the body too. */
  private Reply send(HttpRequest request)
      throws InterruptedException, ExecutionException, TimeoutException {
    CompletableFuture<HttpResponse<InputStream>> sent =
        http.sendAsync(request, HttpResponse.BodyHandlers.ofInputStream());
    CompletableFuture<Reply> reply = sent.thenApplyAsync(ChatClient::read);
    try {
      return reply.get(options.timeout().toMillis(), TimeUnit.MILLISECONDS);
    } finally {
      if (!reply.isDone() && !sent.cancel(true) && !sent.isCompletedExceptionally()) {
        // The headers are there and the body is not: reading it ends with an error.
        close(sent.join());
      }
    }
  }

  private static Reply read(HttpResponse<InputStream> response) {
    try (InputStream body = response.body()) {
      byte[] bytes = body.readNBytes(MAX_RESPONSE_BYTES + 1);
      boolean whole = bytes.length <= MAX_RESPONSE_BYTES;
      return new Reply(
          response.statusCode(), whole ? new String(bytes, StandardCharsets.UTF_8) : "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void close(HttpResponse<InputStream> response) {
    try {
      response.body().close();
    } catch (IOException e) {
      // There is no answer, whatever becomes of the connection.
    }
  }

  private HttpRequest request(String question, BufferedImage photo) {
    JsonObject text = new JsonObject();
    text.addProperty("type", "text");
    text.addProperty("text", question);
    JsonObject url = new JsonObject();
    url.addProperty(
        "url", "data:image/jpeg;base64," + Base64.getEncoder().encodeToString(jpeg(photo)));
    JsonObject image = new JsonObject();
    image.addProperty("type", "image_url");
    image.add("image_url", url);
    JsonArray content = new JsonArray();
    content.add(text);
    content.add(image);
    JsonObject message = new JsonObject();
    message.addProperty("role", "user");
    message.add("content", content);
    JsonArray messages = new JsonArray();
    messages.add(message);
    JsonObject body = new JsonObject();
    body.addProperty("model", options.model());
    body.add("messages", messages);
    String base = options.endpoint().toString().replaceAll("/+$", "");
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(URI.create(base + "/chat/completions"))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(JSON.toJson(body)));
    if (!key.isEmpty()) {
      builder.header("Authorization", "Bearer " + key);
    }
    return builder.build();
  }

  /** Encodes the pixels, and nothing but the pixels. */
  private byte[] jpeg(BufferedImage photo) {
    double scale =
        Math.min(1, (double) options.photoSide() / Math.max(photo.getWidth(), photo.getHeight()));
    int width = Math.max(1, (int) Math.round(photo.getWidth() * scale));
    int height = Math.max(1, (int) Math.round(photo.getHeight() * scale));
    BufferedImage resized = Resampling.resize(photo, width, height, Interpolation.BILINEAR);
    BufferedImage opaque = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = opaque.createGraphics();
    graphics.drawImage(resized, 0, 0, null);
    graphics.dispose();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(opaque, "jpg", bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** Returns the text of the first choice. */
  private static Optional<String> content(String body) {
    try {
      JsonElement content =
          JsonParser.parseString(body)
              .getAsJsonObject()
              .getAsJsonArray("choices")
              .get(0)
              .getAsJsonObject()
              .getAsJsonObject("message")
              .get("content");
      return content != null && content.isJsonPrimitive()
          ? Optional.of(content.getAsString())
          : Optional.empty();
    } catch (JsonParseException
        | IllegalStateException
        | ClassCastException
        | NullPointerException
        | IndexOutOfBoundsException e) {
      return Optional.empty();
    }
  }
}
