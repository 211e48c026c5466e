package io.github.geofix.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Photo;
import io.github.geofix.core.abstention.AnswerRule;
import io.github.geofix.core.abstention.AnswerRule.ErrorBound;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class LocateServerTest {
  private static final byte[] PHOTO = Client.photo(300);

  private static final Photo.Limits SMALL =
      Photo.Limits.server().withMaxFileBytes(100_000).withMaxPixels(10_000);

  private final FakeLocalizer localizer = new FakeLocalizer();
  private final FakeLocalizer other = new FakeLocalizer();
  private final LocateServer.Options options =
      LocateServer.Options.defaults()
          .withPort(0)
          .withLimits(LocateServer.Limits.defaults().withPhoto(SMALL));
  private LocateServer server = start(options);
  private Client client = new Client(server);

  private LocateServer start(LocateServer.Options options) {
    return LocateServer.start(
        List.of(LocateServer.Model.of("first", localizer), LocateServer.Model.of("second", other)),
        options);
  }

  private void restart(LocateServer.Options options) {
    server.close();
    server = start(options);
    client = new Client(server);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private HttpResponse<String> locate(byte[] photo) throws IOException, InterruptedException {
    return client.post("/locate", "image/png", photo);
  }

  @Test
  void locatesTheBytesOfAFile() throws Exception {
    HttpResponse<String> response =
        client.post("/locate?top=1&name=a%20b.png&model=second", "image/png", PHOTO);
    assertThat(response.statusCode()).isEqualTo(200);
    JsonObject answer = Client.json(response);
    assertThat(answer.get("latitude").getAsDouble()).isEqualTo(30);
    assertThat(answer.get("image").getAsString()).isEqualTo("a b.png");
    assertThat(answer.get("model").getAsString()).isEqualTo("second");
    assertThat(answer.getAsJsonArray("candidates")).hasSize(1);
    assertThat(answer.getAsJsonArray("regions")).hasSize(1);
    assertThat(answer.getAsJsonObject("millis").keySet())
        .containsExactly("queue", "decode", "locate");
    assertThat(response.headers().firstValue("Server-Timing").orElseThrow())
        .matches("queue;dur=[0-9.]+, decode;dur=[0-9.]+, locate;dur=[0-9.]+");
  }

  @Test
  void locatesAFormAndAnswersInGeoJson() throws Exception {
    byte[] form =
        MultipartTest.form(
            "x",
            "format",
            "geojson".getBytes(StandardCharsets.UTF_8),
            "photo\"; filename=\"<b>",
            PHOTO);
    HttpResponse<String> response =
        client.post("/locate?top=2", "multipart/form-data; boundary=x", form);
    assertThat(response.headers().firstValue("Content-Type")).hasValue("application/geo+json");
    JsonObject answer = Client.json(response);
    assertThat(answer.get("type").getAsString()).isEqualTo("FeatureCollection");
    assertThat(answer.getAsJsonArray("features")).hasSize(1 + 2 + 1);
    JsonObject best =
        answer.getAsJsonArray("features").get(0).getAsJsonObject().getAsJsonObject("properties");
    assertThat(best.get("image").getAsString()).isEqualTo("<b>");
    assertThat(best.get("rank").getAsInt()).isZero();
    assertThat(best.get("score").getAsDouble()).isBetween(0.0, 1.0);
  }

  /** Serves the first model with a test of drift. */
  private void watch(LocateServer.Drift.Test test) {
    AnswerRule rule =
        new AnswerRule(new ErrorBound(1, 0.9, 0.1), Optional.of(0.5), List.of(0.1, 0.2));
    server.close();
    server =
        LocateServer.start(
            List.of(
                LocateServer.Model.of("first", localizer)
                    .withDrift(new LocateServer.Drift(rule, false, test)),
                LocateServer.Model.of("second", other)),
            options.withLimits(options.limits().withPerMinute(0)));
    client = new Client(server);
  }

  /** Locates photos until a test of drift is due, and waits until metrics have a line. */
  private void locateUntil(String metric) throws Exception {
    for (int i = 0; i < DriftWindow.LEAST_PHOTOS - 1; i++) {
      assertThat(Client.json(locate(PHOTO)).has("drift")).isFalse();
    }
    locate(PHOTO);
    while (!client.get("/metrics").body().contains(metric)) {
      Thread.sleep(5);
    }
  }

  private static LocateServer.Drift.Result found(double pValue) {
    return new LocateServer.Drift.Result(0.5, pValue, OptionalDouble.of(0.125), pValue < 0.01);
  }

  @Test
  void watchesForPhotosOfAnotherKind() throws Exception {
    watch((masses, vectors) -> found(0.25));
    assertThat(client.get("/metrics").body())
        .contains("geofix_drift_photos{model=\"first\"} 0.0")
        .contains("geofix_drift_alarm{model=\"first\"} NaN");
    locateUntil("geofix_drift_alarm{model=\"first\"} 0.0");
    assertThat(client.get("/metrics").body())
        .contains("geofix_drift_p_value{model=\"first\"} 0.25")
        .contains("geofix_drift_vector_p_value{model=\"first\"} 0.125")
        .doesNotContain("geofix_drift_alarm{model=\"second\"}");
    JsonObject found = Client.json(locate(PHOTO)).getAsJsonObject("drift");
    assertThat(found.get("photos").getAsInt()).isEqualTo(21);
    assertThat(found.get("distance").getAsDouble()).isEqualTo(0.5);
    assertThat(found.get("vectorPValue").getAsDouble()).isEqualTo(0.125);
    assertThat(found.get("alarm").getAsBoolean()).isFalse();
    assertThat(Client.json(client.post("/locate?model=second", "image/png", PHOTO)).has("drift"))
        .isFalse();
  }

  @Test
  void answersWhileATestOfDriftRuns() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    watch(
        (masses, vectors) -> {
          begun.countDown();
          awaitUninterruptibly(goOn);
          return found(0.001);
        });
    for (int i = 0; i < DriftWindow.LEAST_PHOTOS; i++) {
      locate(PHOTO);
    }
    begun.await();
    for (int i = 0; i < 15; i++) {
      assertThat(Client.json(locate(PHOTO)).has("drift")).isFalse();
    }
    assertThat(client.get("/metrics").body())
        .contains("geofix_drift_photos{model=\"first\"} 35.0")
        .contains("geofix_drift_alarm{model=\"first\"} NaN");
    goOn.countDown();
    while (!client.get("/metrics").body().contains("geofix_drift_alarm{model=\"first\"} 1.0")) {
      Thread.sleep(5);
    }
  }

  @Test
  void closingEndsTheTestsOfDriftAndTheirThread() throws Exception {
    AtomicInteger tests = new AtomicInteger();
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    List<Thread> threads = new CopyOnWriteArrayList<>();
    watch(
        (masses, vectors) -> {
          tests.incrementAndGet();
          threads.add(Thread.currentThread());
          begun.countDown();
          awaitUninterruptibly(goOn);
          return found(0.25);
        });
    for (int i = 0; i < DriftWindow.LEAST_PHOTOS + 10; i++) {
      locate(PHOTO);
    }
    begun.await();
    Thread closing = new Thread(server::close);
    closing.start();
    closing.join(50);
    assertThat(closing.isAlive()).as("closing waits for the test").isTrue();
    assertThat(threads).singleElement().matches(Thread::isAlive);
    goOn.countDown();
    closing.join();
    assertThat(threads).singleElement().matches(thread -> !thread.isAlive());
    assertThat(tests).as("the test that waited is dropped").hasValue(1);
  }

  /** Closing interrupts the thread of tests; those of geo-eval run to their end. */
  private static void awaitUninterruptibly(CountDownLatch latch) {
    boolean interrupted = false;
    while (latch.getCount() > 0) {
      try {
        latch.await();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void explainsAnAnswer() throws Exception {
    JsonObject answer = Client.json(client.post("/locate?explain=true&top=1", "image/png", PHOTO));
    assertThat(answer.get("latitude").getAsDouble()).isEqualTo(30);
    JsonObject evidence = answer.getAsJsonObject("evidence");
    assertThat(evidence.get("kind").getAsString()).isEqualTo("candidates");
    assertThat(evidence.getAsJsonArray("candidates")).hasSize(2);
    assertThat(Client.json(client.post("/locate", "image/png", PHOTO)).has("evidence")).isFalse();
    assertError(client.post("/locate?explain=yes", "image/png", PHOTO), 400, "bad-explain");
    assertError(
        client.post("/locate?explain=true&format=geojson", "image/png", PHOTO), 400, "bad-explain");
  }

  @Test
  void saysWhatIsWrongWithARequest() throws Exception {
    assertError(client.post("/locate", "text/plain", PHOTO), 415, "wrong-type");
    assertError(client.post("/locate?model=third", "image/png", PHOTO), 404, "no-model");
    assertError(client.post("/locate?top=0", "image/png", PHOTO), 400, "bad-top");
    assertError(client.post("/locate?format=kml", "image/png", PHOTO), 400, "bad-format");
    assertError(client.post("/locate?name=%25zz", "image/png", new byte[9]), 422, "unreadable");
    assertError(locate(new byte[0]), 422, "unreadable");
    assertError(locate(Client.photo(1001)), 422, "unreadable");
    assertError(client.post("/locate", "multipart/form-data", PHOTO), 400, "bad-form");
    byte[] two = MultipartTest.form("x", "photo", PHOTO, "photo", PHOTO);
    assertError(client.post("/locate", "multipart/form-data; boundary=x", two), 400, "bad-form");
    byte[] none = MultipartTest.form("x", "image", PHOTO, "top", PHOTO);
    assertError(client.post("/locate", "multipart/form-data; boundary=x", none), 400, "bad-form");
    assertError(client.get("/locate"), 405, "wrong-method");
    assertError(client.get("/nothing"), 404, "not-found");
    assertError(client.get("/page/..%2fopenapi.json"), 404, "not-found");
    assertError(client.get("/page/x/serve.js"), 404, "not-found");
    assertError(client.get("/tiles/0/0/0"), 404, "not-found");
  }

  private static void assertError(HttpResponse<String> response, int status, String code) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(Client.code(response)).isEqualTo(code);
  }

  @Test
  void refusesTooManyBytesWithOrWithoutTheirNumber() throws Exception {
    byte[] large = new byte[300_000];
    assertError(locate(large), 413, "too-large");
    HttpResponse<String> chunked =
        client.send(
            client
                .request("/locate")
                .header("Content-Type", "image/png")
                .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(large))));
    assertError(chunked, 413, "too-large");
  }

  @Test
  void listsModelsHealthAndMetrics() throws Exception {
    assertThat(client.get("/models").body())
        .isEqualTo("{\"models\":[{\"name\":\"first\"},{\"name\":\"second\"}]}");
    assertThat(client.get("/health").body()).isEqualTo("{\"status\":\"ok\",\"photos\":0}");
    locate(PHOTO);
    locate(new byte[9]);
    assertThat(client.get("/metrics").body())
        .contains("geofix_photos_total{model=\"first\",outcome=\"located\"} 1.0")
        .contains("geofix_locate_seconds_count{model=\"first\"} 1")
        .contains("geofix_http_requests_seconds_count{route=\"/locate\",status=\"422\"} 1")
        .contains("jvm_memory_used_bytes");
  }

  @Test
  void theDocumentDescribesWhatTheServerAnswers() throws Exception {
    JsonObject document = Client.json(client.get("/openapi.json"));
    JsonObject paths = document.getAsJsonObject("paths");
    assertThat(paths.keySet())
        .containsExactly("/locate", "/models", "/health", "/metrics", "/openapi.json");
    for (String path : paths.keySet()) {
      int status = paths.getAsJsonObject(path).has("get") ? 200 : 405;
      assertThat(client.get(path).statusCode()).as(path).isEqualTo(status);
    }
    JsonObject location =
        document
            .getAsJsonObject("components")
            .getAsJsonObject("schemas")
            .getAsJsonObject("Location");
    watch((masses, vectors) -> found(0.25));
    locateUntil("geofix_drift_alarm{model=\"first\"} 0.0");
    assertThat(location.getAsJsonObject("properties").keySet())
        .isEqualTo(Client.json(client.post("/locate?explain=true", "image/png", PHOTO)).keySet());
    assertThat(location.getAsJsonArray("required"))
        .extracting(JsonElement::getAsString)
        .containsExactlyElementsOf(
            Client.json(client.post("/locate?model=second", "image/png", PHOTO)).keySet());
  }

  @Test
  void everyAnswerKeepsForeignScriptsOut() throws Exception {
    for (String path : List.of("/", "/page/serve.js", "/health", "/nothing")) {
      HttpResponse<String> response = client.get(path);
      assertThat(response.headers().firstValue("Content-Security-Policy"))
          .hasValueSatisfying(
              policy ->
                  assertThat(policy)
                      .startsWith("default-src 'none'")
                      .doesNotContain("unsafe", "*"));
      assertThat(response.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
    }
    assertThat(client.get("/").body()).contains("<title>GeoFix</title>");
  }

  @Test
  void refusesPagesOfOtherSites() throws Exception {
    assertError(
        client.send(client.request("/models").header("Origin", "https://example.org")),
        403,
        "wrong-origin");
    String own = server.uri().toString().replaceFirst("/$", "");
    assertThat(client.send(client.request("/models").header("Origin", own)).statusCode())
        .isEqualTo(200);
    assertThat(raw("GET /models HTTP/1.1\r\nHost: example.org\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 403 ")
        .contains("wrong-host");
  }

  /** The JDK's client sets the host itself. */
  private String raw(String request) throws IOException {
    try (Socket socket = new Socket(server.uri().getHost(), server.uri().getPort())) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void needsATokenWhereOthersReachIt() throws Exception {
    assertThatThrownBy(
            () ->
                new LocateServer.Options(
                    new InetSocketAddress("0.0.0.0", 0),
                    Optional.empty(),
                    LocateServer.Limits.defaults(),
                    Optional.empty(),
                    Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a token is needed");
    assertThatThrownBy(() -> options.withAddress(options.address(), "short"))
        .hasMessage("the token must have 16 characters or more");
    String token = "0123456789abcdef";
    restart(options.withAddress(options.address(), token));
    assertError(locate(PHOTO), 401, "token");
    assertError(client.get("/metrics"), 401, "token");
    assertThat(client.get("/health").statusCode()).isEqualTo(200);
    assertThat(client.get("/").statusCode()).isEqualTo(200);
    HttpResponse<String> wrong =
        client.send(client.request("/models").header("Authorization", "Bearer " + token + "0"));
    assertError(wrong, 401, "token");
    HttpResponse<String> right =
        client.send(client.request("/models").header("Authorization", "Bearer " + token));
    assertThat(right.statusCode()).isEqualTo(200);
  }

  @Test
  void limitsTheRate() throws Exception {
    restart(options.withLimits(options.limits().withPerMinute(2)));
    assertThat(locate(PHOTO).statusCode()).isEqualTo(200);
    assertThat(locate(PHOTO).statusCode()).isEqualTo(200);
    HttpResponse<String> third = locate(PHOTO);
    assertError(third, 429, "too-many");
    assertThat(third.headers().firstValue("Retry-After")).isPresent();
    assertThat(client.get("/health").statusCode()).isEqualTo(200);
  }

  @Test
  void refusesWhatTheQueueDoesNotHold() throws Exception {
    LocateServer.Limits small = new LocateServer.Limits(SMALL, 1, 0, 0, Duration.ofSeconds(30));
    restart(options.withLimits(small));
    CountedCalls calls = new CountedCalls();
    Future<HttpResponse<String>> first = calls.locateAndWait();
    HttpResponse<String> second = locate(PHOTO);
    assertError(second, 503, "busy");
    assertThat(second.headers().firstValue("Retry-After")).hasValue("1");
    assertThat(client.get("/health").body()).contains("\"photos\":1");
    calls.goOn();
    assertThat(first.get().statusCode()).isEqualTo(200);
    assertThat(locate(PHOTO).statusCode()).as("the place is free again").isEqualTo(200);
  }

  @Test
  void closingAnswersThePhotosInProgress() throws Exception {
    CountedCalls calls = new CountedCalls();
    Future<HttpResponse<String>> running = calls.locateAndWait();
    Thread closing = new Thread(server::close);
    closing.start();
    while (client.get("/health").statusCode() == 200) {
      Thread.onSpinWait();
    }
    assertError(locate(PHOTO), 503, "stopping");
    assertThat(localizer.closed).isFalse();
    calls.goOn();
    assertThat(running.get().statusCode()).isEqualTo(200);
    closing.join();
    assertThat(localizer.closed).isTrue();
    assertThat(other.closed).isTrue();
    assertThatThrownBy(() -> client.get("/health")).isInstanceOf(ConnectException.class);
    server.awaitClose();
  }

  /** A request that is being located until it may go on. */
  private final class CountedCalls {
    private final ExecutorService caller = Executors.newSingleThreadExecutor();

    Future<HttpResponse<String>> locateAndWait() throws InterruptedException {
      localizer.goOn = new CountDownLatch(1);
      Future<HttpResponse<String>> answer = caller.submit(() -> locate(PHOTO));
      localizer.begun.await();
      return answer;
    }

    void goOn() {
      localizer.goOn.countDown();
      caller.shutdown();
    }
  }

  @Test
  void answersManyAtOnceEachItsOwn() throws Exception {
    ExecutorService callers = Executors.newFixedThreadPool(16);
    try {
      List<Future<HttpResponse<String>>> answers = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        byte[] photo = Client.photo(10 + i);
        answers.add(callers.submit(() -> locate(photo)));
      }
      for (int i = 0; i < answers.size(); i++) {
        HttpResponse<String> response = answers.get(i).get();
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(Client.json(response).get("latitude").getAsDouble()).isEqualTo((10 + i) / 10.0);
      }
    } finally {
      callers.shutdown();
    }
  }

  @Test
  void refusesModelsThatCannotBeChosen() {
    Localizer any = new FakeLocalizer();
    assertThatThrownBy(() -> LocateServer.start(List.of(), options))
        .hasMessageStartingWith("one model or more is needed");
    assertThatThrownBy(() -> LocateServer.Model.of("a/b", any)).hasMessageContaining("a/b");
    LocateServer.Model model = LocateServer.Model.of("a", any);
    assertThatThrownBy(() -> LocateServer.start(List.of(model, model), options))
        .hasMessageContaining("each with its own name");
    InetSocketAddress taken = new InetSocketAddress(server.uri().getHost(), server.uri().getPort());
    assertThatThrownBy(() -> LocateServer.start(List.of(model), options.withPort(taken.getPort())))
        .hasMessageStartingWith("cannot listen on ");
  }

  @Test
  void theErrorsAreJson() throws Exception {
    assertThat(JsonParser.parseString(client.get("/%3Cscript%3E").body()).isJsonObject()).isTrue();
    assertThat(client.get("/%3Cscript%3E").body()).doesNotContain("<script>");
  }
}
