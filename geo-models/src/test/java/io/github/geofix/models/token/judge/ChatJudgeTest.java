package io.github.geofix.models.token.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.drew.imaging.ImageMetadataReader;
import com.drew.metadata.exif.GpsDirectory;
import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.geofix.core.Location;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.image.Photos;
import io.github.geofix.models.token.BeamSearch;
import io.github.geofix.models.token.Sampling;
import io.github.geofix.models.token.TokenModel;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Judges behind a real server on this machine, which also misbehaves. */
class ChatJudgeTest {
  private static final List<LatLng> GUESSES =
      List.of(new LatLng(48.8584, 2.2945), new LatLng(-33.8568, 151.2153), new LatLng(0, 0));
  private static final BufferedImage PHOTO =
      new BufferedImage(1600, 900, BufferedImage.TYPE_INT_ARGB);

  /** What the server does with the n-th request. */
  @FunctionalInterface
  private interface Behavior {
    void answer(int request, HttpExchange exchange) throws IOException, InterruptedException;
  }

  private final List<JsonObject> bodies = Collections.synchronizedList(new ArrayList<>());
  private final List<String> keys = Collections.synchronizedList(new ArrayList<>());
  private final List<String> upgrades = Collections.synchronizedList(new ArrayList<>());
  private final CountDownLatch testIsOver = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private volatile Behavior behavior = (request, exchange) -> {};
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/v1/chat/completions",
        exchange -> {
          String body =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          int request;
          synchronized (bodies) {
            bodies.add(JsonParser.parseString(body).getAsJsonObject());
            keys.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            upgrades.addAll(exchange.getRequestHeaders().getOrDefault("Upgrade", List.of()));
            request = bodies.size();
          }
          try (exchange) {
            behavior.answer(request, exchange);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    server.start();
  }

  @AfterEach
  void stop() {
    testIsOver.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  private ChatClient.Options options() {
    URI endpoint = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/v1/");
    return ChatClient.Options.of(endpoint, "judge-1").withAttempts(3, Duration.ofMillis(10));
  }

  private ChatJudge judge(ChatJudge.Form form) {
    return new ChatJudge(new ChatClient(options(), "secret"), form);
  }

  private static void send(HttpExchange exchange, int code, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(code, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private static String completion(String content) {
    return "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":"
        + new Gson().toJson(content)
        + "}}]}";
  }

  private void answers(String content) {
    behavior = (request, exchange) -> send(exchange, 200, completion(content));
  }

  @Test
  void choosesFromTheGuesses() {
    answers(" {\"choice\": 2}\n");
    assertThat(judge(ChatJudge.Form.CHOOSE).decide(PHOTO, GUESSES)).contains(GUESSES.get(1));
    assertThat(keys).containsExactly("Bearer secret");
    JsonObject body = bodies.get(0);
    assertThat(body.get("model").getAsString()).isEqualTo("judge-1");
    assertThat(content(body, 0).get("text").getAsString()).contains("2: -33.8568, 151.2153");
  }

  @Test
  void sendsAKeyThatWasReadWithTheEndOfItsLine() {
    answers("{\"choice\": 1}");
    ChatJudge judge = new ChatJudge(new ChatClient(options(), "secret\n"), ChatJudge.Form.CHOOSE);
    assertThat(judge.decide(PHOTO, GUESSES)).contains(GUESSES.get(0));
    assertThat(keys).containsExactly("Bearer secret");
  }

  @ParameterizedTest
  @ValueSource(strings = {"two\nlines", "schl\u00fcssel\u0000"})
  void refusesAKeyThatNoHeaderCanHold(String key) {
    assertThatThrownBy(() -> new ChatClient(options(), key))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("key")
        .hasMessageNotContaining(key);
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost:8080/v1", "api.example.com", "file:///tmp/x", "http:///v1"})
  void refusesAnEndpointThatIsNoWebAddress(String endpoint) {
    assertThatThrownBy(() -> ChatClient.Options.of(URI.create(endpoint), "judge-1"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(endpoint)
        .hasMessageContaining("https://");
  }

  /** Uvicorn, and so vLLM, loses the body of a request that offers HTTP/2. */
  @Test
  void asksForNoOtherProtocol() {
    answers("{\"choice\": 1}");
    assertThat(judge(ChatJudge.Form.CHOOSE).decide(PHOTO, GUESSES)).isPresent();
    assertThat(upgrades).isEmpty();
  }

  @Test
  void answersFreely() {
    answers("{\"latitude\": 12.5, \"longitude\": -70}");
    assertThat(judge(ChatJudge.Form.FREE).decide(PHOTO, GUESSES)).contains(new LatLng(12.5, -70));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "2",
        "I choose {\"choice\": 2}",
        "{\"choice\": 2} because",
        "{\"choice\": 0}",
        "{\"choice\": 4}",
        "{\"choice\": 1.5}",
        "{\"choice\": \"2\"}",
        "{\"choice\": null}",
        "{\"choice\": 99999999999999999999}",
        "{\"choice\": 1e999999999}",
        "{\"choice\": 2, \"why\": \"x\"}",
        "{choice: 2}",
        "[2]"
      })
  void anyOtherAnswerIsNoDecision(String answer) {
    answers(answer);
    assertThat(judge(ChatJudge.Form.CHOOSE).decide(PHOTO, GUESSES)).isEmpty();
    assertThat(bodies).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"latitude\": 95, \"longitude\": 0}",
        "{\"latitude\": NaN, \"longitude\": 0}",
        "{\"latitude\": 1e400, \"longitude\": 0}",
        "{\"latitude\": 5}",
        "{\"longitude\": 5, \"choice\": 1}"
      })
  void impossiblePositionsAreNoDecision(String answer) {
    answers(answer);
    assertThat(judge(ChatJudge.Form.FREE).decide(PHOTO, GUESSES)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "no JSON", "{}", "{\"choices\":[]}", "{\"choices\":[{\"message\":{}}]}"})
  void aResponseOfAnotherFormIsNoDecision(String body) {
    behavior = (request, exchange) -> send(exchange, 200, body);
    assertThat(judge(ChatJudge.Form.CHOOSE).decide(PHOTO, GUESSES)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 429, 500, 503})
  void triesAgainWhenTheServerIsBusy(int code) {
    behavior =
        (request, exchange) ->
            send(exchange, request < 3 ? code : 200, completion("{\"choice\": 1}"));
    assertThat(judge(ChatJudge.Form.CHOOSE).decide(PHOTO, GUESSES)).contains(GUESSES.get(0));
    assertThat(bodies).hasSize(3);
  }

  @Test
  void doesNotTryAgainWhatIsRefused() {
    behavior = (request, exchange) -> send(exchange, 401, "no");
    assertThat(judge(ChatJudge.Form.CHOOSE).decide(PHOTO, GUESSES)).isEmpty();
    assertThat(bodies).hasSize(1);
  }

  @Test
  void givesUpOnAServerThatDoesNotAnswer() {
    behavior = (request, exchange) -> testIsOver.await(1, TimeUnit.MINUTES);
    ChatClient client =
        new ChatClient(
            options().withTimeout(Duration.ofMillis(200)).withAttempts(2, Duration.ZERO), "");
    long start = System.nanoTime();
    assertThat(new ChatJudge(client, ChatJudge.Form.CHOOSE).decide(PHOTO, GUESSES)).isEmpty();
    assertThat((System.nanoTime() - start) / 1e9).isLessThan(20);
    assertThat(bodies).hasSize(2);
    assertThat(keys).containsOnly("null");
  }

  @Test
  void givesUpOnAServerThatNeverEndsItsAnswer() {
    behavior =
        (request, exchange) -> {
          exchange.sendResponseHeaders(200, 0);
          exchange.getResponseBody().write('{');
          exchange.getResponseBody().flush();
          testIsOver.await(1, TimeUnit.MINUTES);
        };
    ChatClient client =
        new ChatClient(
            options().withTimeout(Duration.ofMillis(200)).withAttempts(1, Duration.ZERO), "");
    assertThat(client.ask("where?", PHOTO)).isEmpty();
  }

  @Test
  void givesUpWhereThereIsNoServer() {
    ChatClient.Options options = options();
    server.stop(0);
    assertThat(new ChatClient(options, "").ask("where?", PHOTO)).isEmpty();
  }

  @Test
  void makesNoMoreCallsThanItMay() {
    answers("{\"choice\": 1}");
    ChatClient client = new ChatClient(options().withMaxCalls(2), "");
    ChatJudge judge = new ChatJudge(client, ChatJudge.Form.CHOOSE);
    assertThat(judge.decide(PHOTO, GUESSES)).isPresent();
    assertThat(client.callsLeft()).isEqualTo(1);
    assertThat(judge.decide(PHOTO, GUESSES)).isPresent();
    assertThat(judge.decide(PHOTO, GUESSES)).isEmpty();
    assertThat(client.callsLeft()).isZero();
    assertThat(bodies).hasSize(2);
  }

  @Test
  void sendsAReducedPhotoWithoutMetadata() throws Exception {
    answers("{\"choice\": 1}");
    byte[] file = ChatJudgeTest.class.getResourceAsStream("/photos/turned.jpg").readAllBytes();
    BufferedImage photo = Photos.decode(file, "turned.jpg", Photos.Options.defaults());
    judge(ChatJudge.Form.CHOOSE).decide(photo, GUESSES);
    judge(ChatJudge.Form.CHOOSE).decide(PHOTO, GUESSES);
    byte[] first = sent(bodies.get(0));
    assertThat(
            ImageMetadataReader.readMetadata(new ByteArrayInputStream(first))
                .getDirectoriesOfType(com.drew.metadata.exif.ExifDirectoryBase.class))
        .isEmpty();
    assertThat(
            ImageMetadataReader.readMetadata(new ByteArrayInputStream(first))
                .getDirectoriesOfType(GpsDirectory.class))
        .isEmpty();
    BufferedImage second = ImageIO.read(new ByteArrayInputStream(sent(bodies.get(1))));
    assertThat(second.getWidth()).isEqualTo(768);
    assertThat(second.getHeight()).isEqualTo(432);
  }

  private static JsonObject content(JsonObject body, int part) {
    return body.getAsJsonArray("messages")
        .get(0)
        .getAsJsonObject()
        .getAsJsonArray("content")
        .get(part)
        .getAsJsonObject();
  }

  private static byte[] sent(JsonObject body) {
    String url = content(body, 1).getAsJsonObject("image_url").get("url").getAsString();
    String prefix = "data:image/jpeg;base64,";
    assertThat(url).startsWith(prefix);
    return Base64.getDecoder().decode(url.substring(prefix.length()));
  }

  @Test
  void needsAKeyInTheEnvironment() {
    assertThat(System.getenv()).doesNotContainKey(ChatClient.KEY_VARIABLE);
    assertThatThrownBy(() -> ChatClient.fromEnvironment(options()))
        .hasMessageContaining(ChatClient.KEY_VARIABLE);
  }

  @Test
  void theLikeliestWordStandsInForAJudgeThatDoesNotDecide() {
    BufferedImage photo = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
    try (TokenModel model = TokenModel.create(TokenModel.Config.tiny(), 1)) {
      Location plain =
          new JudgedLocalizer(model, BeamSearch.ofWidth(5), (p, guesses) -> Optional.empty())
              .locate(photo);
      assertThat(plain.latLng()).isEqualTo(plain.candidates().get(0).latLng());
      Location judged =
          new JudgedLocalizer(
                  model,
                  Sampling.of(30, 1),
                  (p, guesses) -> Optional.of(guesses.get(guesses.size() - 1)))
              .locate(photo);
      assertThat(judged.candidates().stream().map(c -> c.cell()).distinct().count())
          .isEqualTo(judged.candidates().size());
      LatLng greedy =
          model
              .location(
                  model.pools(List.of(photo), BeamSearch.greedy(), false).get(0),
                  pool -> pool.latLng(0))
              .latLng();
      LatLng[] first = new LatLng[1];
      new JudgedLocalizer(
              model,
              Sampling.of(30, 1),
              (p, guesses) -> {
                first[0] = guesses.get(0);
                return Optional.empty();
              })
          .locate(photo);
      assertThat(first[0]).isEqualTo(greedy);
    }
  }
}
