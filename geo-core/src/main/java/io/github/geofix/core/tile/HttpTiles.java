package io.github.geofix.core.tile;

import com.google.common.hash.Hashing;
import io.github.geofix.core.internal.AtomicFiles;
import io.github.geofix.core.internal.tile.TileAddress;
import io.github.geofix.core.tile.TileSource.TileScheme;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Tiles of an HTTP server, cached on disk. */
final class HttpTiles implements TileReader {

  /** The longest pause that a server can request. */
  private static final Duration MAX_PAUSE = Duration.ofSeconds(60);

  private static final int NO_ANSWER = 0;

  private static final Set<Integer> NOT_THERE = Set.of(204, 404, 410);

  /** Temporary failures, which are retried. */
  private static final Set<Integer> PASSING = Set.of(NO_ANSWER, 408, 425, 429, 500, 502, 503, 504);

  private final TileTemplate template;
  private final Path cache;
  private final TileSource.HttpOptions options;
  private final HttpClient client;
  private final Ticker ticker;
  private final Object turnstile = new Object();
  private long nextRequestNanos;

  private HttpTiles(
      TileTemplate template, Path cache, TileSource.HttpOptions options, Ticker ticker) {
    this.template = template;
    this.cache = cache;
    this.options = options;
    this.ticker = ticker;
    this.nextRequestNanos = ticker.nanos();
    this.client =
        HttpClient.newBuilder()
            .connectTimeout(options.timeout())
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build();
  }

  static TileSource open(String source, Path cacheFolder, TileSource.HttpOptions options) {
    return open(source, cacheFolder, options, Ticker.SYSTEM);
  }

  static TileSource open(
      String source, Path cacheFolder, TileSource.HttpOptions options, Ticker ticker) {
    TileScheme scheme = options.tiles().scheme();
    TileTemplate template = TileTemplate.parse(source, scheme);
    if (!TileAddress.isRemote(source)) {
      throw new IllegalArgumentException("not an http or https address: " + source);
    }
    requireAddress(source, template.fill(0, 0, 0));
    // One folder a server, so that two of them can share a cache.
    Path cache = cacheFolder.resolve(digest(source));
    List<PyramidLevel> levels =
        IntStream.rangeClosed(options.minZoom(), options.maxZoom())
            .mapToObj(zoom -> scheme.level(zoom, options.tileSize()))
            .toList();
    HttpTiles tiles = new HttpTiles(template, cache, options, ticker);
    return new Pyramid(scheme.projection(), levels, tiles, options.tiles(), "");
  }

  /** Fails now rather than at the first tile. */
  private static void requireAddress(String source, String first) {
    try {
      if (new URI(first).getHost() != null) {
        return;
      }
    } catch (URISyntaxException e) {
      // The exception holds the whole address, with its key.
    }
    throw new IllegalArgumentException("not an address: " + TileAddress.redacted(source));
  }

  private static String digest(String template) {
    return Hashing.sha256()
        .hashString(template, StandardCharsets.UTF_8)
        .toString()
        .substring(0, 16);
  }

  @Override
  public @Nullable TilePixels read(PyramidLevel level, int column, int row) throws IOException {
    Path file = cache.resolve(level.zoom() + "/" + column + "/" + row);
    if (Files.isRegularFile(file) && Files.size(file) <= TileImage.MAX_BYTES) {
      try {
        return TileImage.checked(TileImage.decode(Files.readAllBytes(file)), level);
      } catch (IOException e) {
        // The copy on disk is damaged: the server still has the tile.
        Files.deleteIfExists(file);
      }
    }
    byte[] bytes = fetch(URI.create(address(level, column, row)));
    if (bytes == null) {
      return null;
    }
    TilePixels tile = TileImage.checked(TileImage.decode(bytes), level);
    AtomicFiles.writeCached(file, bytes);
    return tile;
  }

  /** Fetches a tile with retries; null if the server has none. */
  private byte @Nullable [] fetch(URI uri) throws IOException {
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .timeout(options.timeout())
            .header("User-Agent", options.userAgent())
            .build();
    Duration pause = options.backOff();
    for (int attempt = 1; ; attempt++) {
      awaitTurn();
      Answer answer = send(request);
      if (answer.status == 200) {
        return answer.body;
      }
      if (NOT_THERE.contains(answer.status)) {
        return null;
      }
      if (!PASSING.contains(answer.status)) {
        throw new IOException(answer.problem);
      }
      if (attempt > options.retries()) {
        throw new IOException("%s, after %d attempts".formatted(answer.problem, attempt));
      }
      sleep(answer.retryAfter.compareTo(pause) > 0 ? answer.retryAfter : pause);
      pause = pause.multipliedBy(2);
    }
  }

  private Answer send(HttpRequest request) throws InterruptedIOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    CompletableFuture<HttpResponse<Void>> exchange =
        client.sendAsync(
            request, BodyHandlers.ofByteArrayConsumer(part -> part.ifPresent(p -> add(p, body))));
    try {
      // The time-out of the request ends with its headers; this one covers the body too.
      HttpResponse<Void> response = exchange.get(options.timeout().toNanos(), TimeUnit.NANOSECONDS);
      return new Answer(
          response.statusCode(),
          body.toByteArray(),
          retryAfter(response),
          "the server answers " + response.statusCode());
    } catch (TimeoutException e) {
      exchange.cancel(true);
      return Answer.none("no answer within " + options.timeout().toMillis() + " ms");
    } catch (ExecutionException e) {
      return Answer.none("no answer: " + Objects.requireNonNullElse(e.getCause(), e));
    } catch (InterruptedException e) {
      exchange.cancel(true);
      throw interrupted();
    }
  }

  /** Keeps one byte more than is read, by which the decoder finds that a tile is too large. */
  private static void add(byte[] part, ByteArrayOutputStream body) {
    body.write(part, 0, Math.min(part.length, TileImage.MAX_BYTES + 1 - body.size()));
  }

  /** Returns the pause in seconds that the server requests; a date is ignored. */
  private static Duration retryAfter(HttpResponse<?> response) {
    String seconds = response.headers().firstValue("Retry-After").orElse("");
    if (!seconds.matches("\\d{1,9}")) {
      return Duration.ZERO;
    }
    Duration asked = Duration.ofSeconds(Long.parseLong(seconds));
    return asked.compareTo(MAX_PAUSE) > 0 ? MAX_PAUSE : asked;
  }

  /** Waits until the next request may be sent. */
  private void awaitTurn() throws InterruptedIOException {
    long wait;
    synchronized (turnstile) {
      long now = ticker.nanos();
      long turn = Math.max(now, nextRequestNanos);
      nextRequestNanos = turn + (long) (1e9 / options.requestsPerSecond());
      wait = turn - now;
    }
    sleep(Duration.ofNanos(wait));
  }

  private void sleep(Duration pause) throws InterruptedIOException {
    try {
      ticker.sleep(pause);
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  private static InterruptedIOException interrupted() {
    Thread.currentThread().interrupt();
    return new InterruptedIOException("interrupted while fetching a tile");
  }

  private String address(PyramidLevel level, int column, int row) {
    return template.fill(level.zoom(), column, row);
  }

  @Override
  public String describe(PyramidLevel level, int column, int row) {
    String address = TileAddress.redacted(address(level, column, row));
    return level.zoom() + "/" + column + "/" + row + " (" + address + ")";
  }

  @Override
  public void close() throws IOException {
    // From Java 21 on a client can be closed; before, it ends when it is collected.
    if (client instanceof AutoCloseable closeable) {
      try {
        closeable.close();
      } catch (Exception e) {
        throw new IOException("cannot close the connections: " + e.getMessage(), e);
      }
    }
  }

  /** A response; status 0 if there was none. */
  private static final class Answer {
    final int status;
    final byte[] body;
    final Duration retryAfter;
    final String problem;

    Answer(int status, byte[] body, Duration retryAfter, String problem) {
      this.status = status;
      this.body = body;
      this.retryAfter = retryAfter;
      this.problem = problem;
    }

    static Answer none(String problem) {
      return new Answer(NO_ANSWER, new byte[0], Duration.ZERO, problem);
    }
  }
}
