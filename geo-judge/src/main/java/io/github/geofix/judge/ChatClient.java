package io.github.geofix.judge;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeException;
import dev.failsafe.FailsafeExecutor;
import dev.failsafe.RetryPolicy;
import io.github.geofix.judge.Judge.JudgeException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * A client of an OpenAI-style chat endpoint that asks one question about one photo at a time.
 *
 * <p>It asks for an answer in JSON by {@code response_format}; a server that refuses that is not
 * asked so again. Redirects are not followed, so that the key reaches no other server.
 *
 * <p>Built on the JDK's own HTTP client: the official library, openai-java, would add Kotlin,
 * OkHttp and Jackson for a single request. Thread-safe.
 */
public final class ChatClient {

  /** The environment variable that holds the key. */
  public static final String KEY_VARIABLE = "GEOFIX_JUDGE_KEY";

  /**
   * How a chat endpoint is used.
   *
   * @param endpoint the base address, such as {@code https://api.openai.com/v1}, to which {@code
   *     /chat/completions} is added in front of a query; or the whole address, which ends in it
   * @param model the name of the model
   * @param timeout for one attempt, from the request to the last byte of the answer
   * @param attempts for one question, at least 1; time-outs, lost connections and the codes 408,
   *     429 and 500 up are tried again
   * @param firstWait before the second attempt, doubled before each further one, unless the server
   *     asks for another by {@code Retry-After}
   * @param maxCalls the most requests of a client, 0 or more: a limit to what it can cost
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

    private static final String PATH = "/chat/completions";

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a value is out of range
     */
    public Options {
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

    /**
     * Returns a minute for an attempt, three attempts, 10,000 calls, photos of up to 768 pixels.
     */
    public static Options of(URI endpoint, String model) {
      return new Options(
          endpoint, model, Duration.ofMinutes(1), 3, Duration.ofSeconds(1), 10_000, 768);
    }

    /** Returns a copy with another time for one attempt. */
    public Options withTimeout(Duration timeout) {
      return new Options(endpoint, model, timeout, attempts, firstWait, maxCalls, photoSide);
    }

    /** Returns a copy with other attempts. */
    public Options withAttempts(int attempts, Duration firstWait) {
      return new Options(endpoint, model, timeout, attempts, firstWait, maxCalls, photoSide);
    }

    /** Returns a copy with another budget. */
    public Options withMaxCalls(int maxCalls) {
      return new Options(endpoint, model, timeout, attempts, firstWait, maxCalls, photoSide);
    }

    /** Returns a copy that sends photos of another size. */
    public Options withPhotoSide(int photoSide) {
      return new Options(endpoint, model, timeout, attempts, firstWait, maxCalls, photoSide);
    }

    /** Returns the address that questions are sent to. */
    URI address() {
      String whole = endpoint.toString().replaceFirst("#.*", "");
      int end = whole.indexOf('?') < 0 ? whole.length() : whole.indexOf('?');
      String base = whole.substring(0, end).replaceAll("/+$", "");
      return URI.create((base.endsWith(PATH) ? base : base + PATH) + whole.substring(end));
    }
  }

  private static final Gson JSON = new Gson();

  private final Options options;
  private final String key;
  private final URI address;
  private final HttpClient http;
  private final FailsafeExecutor<HttpReply> retrying;
  private final AtomicInteger callsLeft;
  private volatile boolean asksForJson = true;
  private volatile boolean hasAnswered;
  private final AtomicInteger requests = new AtomicInteger();
  private final LongAdder promptTokens = new LongAdder();
  private final LongAdder answerTokens = new LongAdder();
  private final LongAdder nanos = new LongAdder();

  /**
   * Creates a client.
   *
   * @param key blanks around it are removed; an empty one is not sent
   * @throws IllegalArgumentException if the key has characters that no key has; the message does
   *     not contain the key
   */
  public ChatClient(Options options, String key) {
    this.options = options;
    this.key = key.strip();
    if (!this.key.chars().allMatch(c -> c > ' ' && c <= '~')) {
      throw new IllegalArgumentException(
          "the key has blanks or other characters that no key has: give the key alone");
    }
    address = options.address();
    // Offered HTTP/2 without TLS, uvicorn loses the body (its issue 2722), and with it vLLM.
    http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(options.timeout())
            .build();
    retrying =
        Failsafe.with(
            RetryPolicy.<HttpReply>builder()
                .handle(IOException.class, TimeoutException.class)
                .handleResultIf(HttpReply::isWorthRetrying)
                .withMaxAttempts(options.attempts())
                .withDelayFn(
                    context -> waitBeforeNext(context.getLastResult(), context.getAttemptCount()))
                .build());
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

  /** Returns how many more requests may be made. */
  public int callsLeft() {
    return callsLeft.get();
  }

  /** Returns what all requests so far have cost. */
  public ChatCost cost() {
    return new ChatCost(requests.get(), promptTokens.sum(), answerTokens.sum(), nanos.sum() * 1e-9);
  }

  /**
   * Asks a question about a photo.
   *
   * @throws JudgeException if the endpoint refuses the key, has no such model, or is elsewhere, and
   *     has never answered before
   */
  ChatReply ask(String question, BufferedImage photo) {
    try {
      boolean json = asksForJson;
      String image =
          Base64.getEncoder().encodeToString(JpegPhoto.encode(photo, options.photoSide()));
      HttpReply reply = retrying.get(() -> send(request(question, image, json)));
      if (json && reply.isBadRequest()) {
        reply = retrying.get(() -> send(request(question, image, false)));
        asksForJson = !reply.isSuccess();
      }
      if (reply.isSuccess()) {
        hasAnswered = true;
        promptTokens.add(reply.tokens("prompt_tokens"));
        answerTokens.add(reply.tokens("completion_tokens"));
        return reply.content();
      }
      String problem = hidden(reply.problem());
      if (!hasAnswered && reply.concernsAllPhotos()) {
        throw new JudgeException(setUp(reply, problem));
      }
      return new ChatReply.Failure(problem);
    } catch (BudgetException e) {
      return new ChatReply.Failure("all " + options.maxCalls() + " calls have been made");
    } catch (FailsafeException e) {
      if (e.getCause() instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      return new ChatReply.Failure(failure(e.getCause()));
    }
  }

  private String failure(@Nullable Throwable cause) {
    if (cause instanceof TimeoutException) {
      return "no answer within " + options.timeout().toMillis() / 1000.0 + " s";
    }
    return "cannot reach " + shownAddress() + (cause == null ? "" : ": " + cause);
  }

  private String setUp(HttpReply reply, String problem) {
    if (reply.location().isPresent()) {
      return shownAddress() + " redirects to " + reply.location().get() + ": give that address";
    }
    if (reply.code() == HttpReply.NOT_FOUND) {
      return shownAddress()
          + " has no model "
          + options.model()
          + " ("
          + problem
          + "): check the name of the model and the address";
    }
    return shownAddress()
        + (key.isEmpty() ? " needs a key (" : " refuses the key (")
        + problem
        + "): put a valid one into the environment variable "
        + KEY_VARIABLE;
  }

  /** Returns the address without the query, which may hold a secret. */
  private String shownAddress() {
    return address.toString().replaceFirst("\\?.*", "");
  }

  /** Returns a text of the server without the key, should it have repeated it. */
  private String hidden(String text) {
    return key.isEmpty() ? text : text.replace(key, "***");
  }

  private Duration waitBeforeNext(@Nullable HttpReply last, int attempts) {
    Optional<Duration> asked = last == null ? Optional.empty() : last.retryAfter();
    return asked.orElse(options.firstWait().multipliedBy(1L << Math.min(attempts - 1, 20)));
  }

  /** Thrown if no call is left. */
  private static final class BudgetException extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /** The time-out of HttpClient ends with the headers; this one covers the body too. */
  private HttpReply send(HttpRequest request)
      throws IOException, InterruptedException, TimeoutException {
    if (callsLeft.getAndUpdate(left -> Math.max(0, left - 1)) == 0) {
      throw new BudgetException();
    }
    requests.incrementAndGet();
    long start = System.nanoTime();
    CompletableFuture<HttpResponse<InputStream>> sent =
        http.sendAsync(request, HttpResponse.BodyHandlers.ofInputStream());
    CompletableFuture<HttpReply> reply = sent.thenApplyAsync(HttpReply::read);
    try {
      return reply.get(options.timeout().toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw ioException(e.getCause());
    } finally {
      nanos.add(System.nanoTime() - start);
      if (!reply.isDone() && !sent.cancel(true) && !sent.isCompletedExceptionally()) {
        // The headers are there and the body is not: reading it ends with an error.
        close(sent.join());
      }
    }
  }

  private static IOException ioException(@Nullable Throwable cause) {
    Throwable inner = cause instanceof UncheckedIOException ? cause.getCause() : cause;
    return inner instanceof IOException io ? io : new IOException(inner);
  }

  private static void close(HttpResponse<InputStream> response) {
    try {
      response.body().close();
    } catch (IOException e) {
      // There is no answer, whatever becomes of the connection.
    }
  }

  private HttpRequest request(String question, String image, boolean json) {
    JsonObject text = new JsonObject();
    text.addProperty("type", "text");
    text.addProperty("text", question);
    JsonObject url = new JsonObject();
    url.addProperty("url", "data:image/jpeg;base64," + image);
    JsonObject photo = new JsonObject();
    photo.addProperty("type", "image_url");
    photo.add("image_url", url);
    JsonArray content = new JsonArray();
    content.add(text);
    content.add(photo);
    JsonObject message = new JsonObject();
    message.addProperty("role", "user");
    message.add("content", content);
    JsonArray messages = new JsonArray();
    messages.add(message);
    JsonObject body = new JsonObject();
    body.addProperty("model", options.model());
    body.add("messages", messages);
    if (json) {
      JsonObject format = new JsonObject();
      format.addProperty("type", "json_object");
      body.add("response_format", format);
    }
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(address)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(JSON.toJson(body)));
    if (!key.isEmpty()) {
      builder.header("Authorization", "Bearer " + key);
      if (address.getHost().endsWith(".azure.com")) {
        builder.header("api-key", key);
      }
    }
    return builder.build();
  }

  /**
   * What the requests of a {@link ChatClient} cost.
   *
   * @param requests the number of requests, repeated ones included
   * @param promptTokens the tokens that the endpoint counted in questions and photos; 0 if it
   *     counts none
   * @param answerTokens the tokens that the endpoint counted in answers; 0 if it counts none
   * @param seconds the time spent waiting for answers, over all threads
   */
  public record ChatCost(int requests, long promptTokens, long answerTokens, double seconds) {

    /** Returns the cost in words. */
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%,d requests, %,d tokens asked, %,d answered, %.1f s",
          requests,
          promptTokens,
          answerTokens,
          seconds);
    }
  }
}
