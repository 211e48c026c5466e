package io.github.geofix.core.tile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.geofix.core.cell.Tile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a real server on loopback that misbehaves as told. */
class HttpTilesTest {

  private static final int TILE = 16;
  private static final Tile WORLD = Tile.parse("0/0/0");
  private static final byte[] PNG = Pictures.encode(Pictures.plain(TILE, 0x123456), "png");

  private static final TileSource.HttpOptions OPTIONS =
      TileSource.HttpOptions.defaults()
          .withZooms(0, 1)
          .withTileSize(TILE)
          .withRetries(2, Duration.ofMillis(1))
          .withRequestsPerSecond(1e6);

  /** Answers one request. */
  private interface Answer {
    void to(HttpExchange exchange) throws IOException;
  }

  private final Path cache;
  private final HttpServer server;
  private final Queue<Answer> script = new ConcurrentLinkedQueue<>();
  private final List<HttpExchange> requests = new CopyOnWriteArrayList<>();
  private final CountDownLatch end = new CountDownLatch(1);

  HttpTilesTest(@TempDir Path cache) throws IOException {
    this.cache = cache;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          requests.add(exchange);
          Answer answer = script.poll();
          try (exchange) {
            (answer == null ? tile(PNG) : answer).to(exchange);
          }
        });
    server.setExecutor(
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task);
              thread.setDaemon(true);
              return thread;
            }));
    server.start();
  }

  @AfterEach
  void stop() {
    end.countDown();
    server.stop(0);
  }

  @Test
  void passingTroublesAreTriedAgain() {
    script.add(status(503));
    script.add(status(429));
    assertThat(color(OPTIONS)).isEqualTo(0xff123456);
    assertThat(requests).hasSize(3);
    assertThat(requests.get(0).getRequestHeaders().getFirst("User-Agent")).contains("GeoFix");
  }

  @Test
  void lastingTroublesEndWithTheReason() {
    for (int i = 0; i < 3; i++) {
      script.add(status(500));
    }
    assertThatThrownBy(() -> color(OPTIONS))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("0/0/0")
        .hasMessageContaining("the server answers 500, after 3 attempts");
    // The trouble is not remembered.
    assertThat(color(OPTIONS)).isEqualTo(0xff123456);
  }

  @Test
  void aRefusalIsNotTriedAgain() {
    script.add(status(403));
    assertThatThrownBy(() -> color(OPTIONS)).hasMessageContaining("the server answers 403");
    assertThat(requests).hasSize(1);
  }

  @Test
  void aSilentServerRunsIntoTheTimeOut() {
    for (int i = 0; i < 2; i++) {
      script.add(this::silence);
    }
    TileSource.HttpOptions impatient =
        OPTIONS.withTimeout(Duration.ofMillis(150)).withRetries(1, Duration.ZERO);
    assertThatThrownBy(() -> color(impatient))
        .hasMessageContaining("no answer")
        .hasMessageContaining("after 2 attempts");
  }

  @Test
  void aBodyThatNeverEndsRunsIntoTheTimeOut() {
    script.add(
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          exchange.getResponseBody().write(PNG, 0, 10);
          exchange.getResponseBody().flush();
          silence(exchange);
        });
    TileSource.HttpOptions impatient =
        OPTIONS.withTimeout(Duration.ofMillis(150)).withRetries(0, Duration.ZERO);
    assertThatThrownBy(() -> color(impatient)).hasMessageContaining("no answer within 150 ms");
  }

  @Test
  void aTileIsFetchedOnceAndKept() throws IOException {
    assertThat(color(OPTIONS)).isEqualTo(0xff123456);
    assertThat(color(OPTIONS)).isEqualTo(0xff123456);
    assertThat(requests).hasSize(1);

    Files.write(keptTile(), new byte[] {1, 2, 3});
    assertThat(color(OPTIONS)).isEqualTo(0xff123456);
    assertThat(requests).hasSize(2);
  }

  @Test
  void whatIsNoTileIsNotKept() throws IOException {
    script.add(tile("<html>out of order</html>".getBytes(StandardCharsets.UTF_8)));
    assertThatThrownBy(() -> color(OPTIONS)).hasMessageContaining("not an image");
    try (Stream<Path> files = Files.walk(cache)) {
      assertThat(files.filter(Files::isRegularFile)).isEmpty();
    }
    assertThat(color(OPTIONS)).isEqualTo(0xff123456);
  }

  /** A clock that stands still until somebody waits. */
  private static final class FakeTicker implements Ticker {
    private final List<Duration> pauses = new ArrayList<>();
    private final List<Duration> wakings = new ArrayList<>();
    private long now;

    @Override
    public synchronized long nanos() {
      return now;
    }

    @Override
    public synchronized void sleep(Duration pause) {
      pauses.add(pause);
      now += pause.toNanos();
      wakings.add(Duration.ofNanos(now));
    }
  }

  @Test
  void requestsKeepTheirDistance() {
    FakeTicker ticker = new FakeTicker();
    TileSource.HttpOptions options = OPTIONS.withRequestsPerSecond(50);
    try (TileSource source = HttpTiles.open(Stores.template(server), cache, options, ticker)) {
      assertThat(source.view(WORLD, 2 * TILE, 2 * TILE).getWidth()).isEqualTo(2 * TILE);
    }
    assertThat(requests).hasSize(4);
    assertThat(ticker.wakings)
        .containsExactly(
            Duration.ZERO, Duration.ofMillis(20), Duration.ofMillis(40), Duration.ofMillis(60));
  }

  @Test
  void pausesDoubleAndAreAsLongAsTheServerAsks() {
    script.add(status(503));
    script.add(status(503));
    script.add(
        exchange -> {
          exchange.getResponseHeaders().add("Retry-After", "7");
          exchange.sendResponseHeaders(429, -1);
        });
    script.add(
        exchange -> {
          exchange.getResponseHeaders().add("Retry-After", "3600");
          exchange.sendResponseHeaders(503, -1);
        });
    FakeTicker ticker = new FakeTicker();
    TileSource.HttpOptions options = OPTIONS.withRetries(4, Duration.ofMillis(500));
    try (TileSource source = HttpTiles.open(Stores.template(server), cache, options, ticker)) {
      assertThat(source.view(WORLD, TILE, TILE).getRGB(3, 3)).isEqualTo(0xff123456);
    }
    assertThat(ticker.pauses.stream().filter(pause -> !pause.isZero()))
        .containsExactly(
            Duration.ofMillis(500),
            Duration.ofSeconds(1),
            Duration.ofSeconds(7),
            Duration.ofSeconds(60));
  }

  @Test
  void anAddressThatIsNoneIsRefused() {
    assertThatThrownBy(() -> TileSource.http("ftp://x/{z}/{x}/{y}", cache, OPTIONS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not an http");
    assertThatThrownBy(() -> TileSource.http("http://x/{z}/{x}", cache, OPTIONS))
        .hasMessageContaining("{y}");
  }

  @Test
  void aServerWithoutTilesHasNoImagery() {
    server.removeContext("/");
    try (TileSource source = TileSource.http(Stores.template(server), cache, OPTIONS)) {
      assertThat(source.mapImage(WORLD, TILE, TILE).isMissing()).isTrue();
    }
  }

  @Test
  void rowsFromTheSouthAreAskedForByTheirNumber() {
    String template = Stores.template(server).replace("{y}", "{-y}");
    try (TileSource source = TileSource.http(template, cache, OPTIONS)) {
      assertThat(source.mapImage(Tile.parse("1/1/0"), TILE, TILE).coverage())
          .isCloseTo(1, within(1e-9));
    }
    assertThat(requests)
        .extracting(request -> request.getRequestURI().getPath())
        .containsExactly("/1/1/1.png");
  }

  @Test
  void keysAreSentAndNeverShown() {
    String template = Stores.template(server) + "?key=APIKEY42";
    script.add(status(403));
    try (TileSource source = TileSource.http(template, cache, OPTIONS)) {
      assertThatThrownBy(() -> source.view(WORLD, TILE, TILE))
          .hasMessageContaining("0/0/0.png?key=***")
          .hasMessageContaining("403")
          .satisfies(error -> assertThat(error.toString()).doesNotContain("APIKEY42"))
          .satisfies(
              error -> assertThat(String.valueOf(error.getCause())).doesNotContain("APIKEY42"));
    }
    assertThat(requests.get(0).getRequestURI().getQuery()).isEqualTo("key=APIKEY42");
    assertThatThrownBy(() -> TileSource.http("http://a b/{z}/{x}/{y}?key=APIKEY42", cache, OPTIONS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("not an address: http://a b/{z}/{x}/{y}?key=***");
  }

  private int color(TileSource.HttpOptions options) {
    try (TileSource source = TileSource.http(Stores.template(server), cache, options)) {
      return source.view(WORLD, TILE, TILE).getRGB(3, 3);
    }
  }

  private Path keptTile() throws IOException {
    try (Stream<Path> files = Files.walk(cache)) {
      return files.filter(Files::isRegularFile).findFirst().orElseThrow();
    }
  }

  private void silence(HttpExchange exchange) {
    try {
      end.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Answer status(int status) {
    return exchange -> exchange.sendResponseHeaders(status, -1);
  }

  private static Answer tile(byte[] bytes) {
    return exchange -> {
      exchange.sendResponseHeaders(200, bytes.length);
      exchange.getResponseBody().write(bytes);
    };
  }
}
