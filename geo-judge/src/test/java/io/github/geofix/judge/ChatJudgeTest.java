package io.github.geofix.judge;

import static io.github.geofix.judge.ChatServer.completion;
import static io.github.geofix.judge.ChatServer.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.judge.Judge.JudgeException;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Judges behind a real server on this machine, which also misbehaves. */
final class ChatJudgeTest {
  private static final List<LatLng> GUESSES =
      List.of(new LatLng(48.8584, 2.2945), new LatLng(-33.8568, 151.2153), new LatLng(0, 0));
  private static final BufferedImage PHOTO =
      new BufferedImage(1600, 900, BufferedImage.TYPE_INT_ARGB);

  private ChatServer server;

  @BeforeEach
  void start() throws IOException {
    server = new ChatServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private ChatClient.Options options() {
    return ChatClient.Options.of(server.address("/v1"), "judge-1")
        .withAttempts(3, Duration.ofMillis(10));
  }

  private ChatJudge judge(ChatJudge.Form form) {
    return new ChatJudge(new ChatClient(options(), "secret"), form);
  }

  private ChatJudge choosing(ChatClient.Options options) {
    return new ChatJudge(new ChatClient(options, "secret"), ChatJudge.Form.CHOOSE);
  }

  @Test
  void choosesFromTheGuesses() {
    server.answers(" {\"choice\": 2}\n");
    ChatJudge judge = judge(ChatJudge.Form.CHOOSE);
    assertThat(judge.decide(PHOTO, GUESSES)).contains(GUESSES.get(1));
    ChatServer.Request request = server.requests().get(0);
    assertThat(request.uri()).isEqualTo("/v1/chat/completions");
    assertThat(request.keys()).containsExactly("Bearer secret");
    assertThat(request.body().get("model").getAsString()).isEqualTo("judge-1");
    assertThat(request.body().getAsJsonObject("response_format").get("type").getAsString())
        .isEqualTo("json_object");
    assertThat(content(request.body(), 0).get("text").getAsString())
        .contains("2: -33.8568, 151.2153")
        .contains("JSON");
    assertThat(judge.counts())
        .hasToString("1 questions: 1 decisions, 0 undecided, 0 refusals, 0 failures");
  }

  @Test
  void sendsAKeyThatWasReadWithTheEndOfItsLine() {
    server.answers("{\"choice\": 1}");
    ChatJudge judge = new ChatJudge(new ChatClient(options(), "secret\n"), ChatJudge.Form.CHOOSE);
    assertThat(judge.decide(PHOTO, GUESSES)).contains(GUESSES.get(0));
    assertThat(server.requests().get(0).keys()).containsExactly("Bearer secret");
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

  @ParameterizedTest
  @CsvSource({
    "https://h/v1, https://h/v1/chat/completions",
    "https://h/v1/, https://h/v1/chat/completions",
    "https://h, https://h/chat/completions",
    "https://h/v1/chat/completions, https://h/v1/chat/completions",
    "https://h/v1/chat/completions/, https://h/v1/chat/completions",
    "https://h/openai/deployments/d?api-version=2024-10-21, "
        + "https://h/openai/deployments/d/chat/completions?api-version=2024-10-21",
    "https://h/d/chat/completions?api-version=1, https://h/d/chat/completions?api-version=1"
  })
  void completesTheAddress(String endpoint, String address) {
    assertThat(ChatClient.Options.of(URI.create(endpoint), "m").address()).hasToString(address);
  }

  @Test
  void keepsAQueryAtTheEndOfTheAddress() {
    server.answers("{\"choice\": 1}");
    ChatClient.Options azure =
        ChatClient.Options.of(server.address("/openai/d?api-version=2024-10-21"), "m");
    assertThat(choosing(azure).decide(PHOTO, GUESSES)).isPresent();
    assertThat(server.requests().get(0).uri())
        .isEqualTo("/openai/d/chat/completions?api-version=2024-10-21");
  }

  /** Uvicorn, and so vLLM, loses the body of a request that offers HTTP/2. */
  @Test
  void asksForNoOtherProtocol() {
    server.answers("{\"choice\": 1}");
    assertThat(judge(ChatJudge.Form.CHOOSE).decide(PHOTO, GUESSES)).isPresent();
    assertThat(server.requests().get(0).upgrades()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"choice\": 2}",
        "```json\n{\"choice\": 2}\n```",
        "```\n{\"choice\": 2}\n```",
        "<think>\nParis? {\"choice\": 1}\n</think>\n\n{\"choice\": 2}",
        "Paris? {\"choice\": 1}\n</think>{\"choice\": 2}",
        "I choose {\"choice\": 2}",
        "{\"choice\": 2} because",
        "{\"choice\": 2}.",
        "{\"choice\": \"2\"}",
        "{\"choice\": 2.0}",
        "{\"choice\": 2, \"why\": \"the {opera}\"}",
        "{\"scores\": {\"a\": 1}, \"choice\": 2}",
        "{'choice': 2}",
        "[{\"choice\": 2}]",
        "\uFEFF{\"choice\": 2}",
        "First {\"choice\": 1}, no: {\"choice\": 2}",
        "{\"choice\": 2} but not {\"choice\": 9}"
      })
  void findsTheDecisionInWhatModelsWrite(String answer) {
    server.answers(answer);
    ChatJudge judge = judge(ChatJudge.Form.CHOOSE);
    assertThat(judge.decide(PHOTO, GUESSES)).contains(GUESSES.get(1));
    assertThat(judge.counts().decisions()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"choices\":[{\"message\":{\"reasoning_content\":\"hm\","
            + "\"content\":\"{\\\"choice\\\": 2}\",\"tool_calls\":[]}}]}",
        "{\"choices\":[{\"message\":{\"content\":[{\"type\":\"thinking\",\"thinking\":["
            + "{\"type\":\"text\",\"text\":\"{\\\"choice\\\": 1}\"}]},"
            + "{\"type\":\"text\",\"text\":\"{\\\"choice\\\": 2}\"}]}}]}",
        "{\"error\":null,\"choices\":[{\"content_filter_results\":{},\"finish_reason\":\"stop\","
            + "\"message\":{\"content\":\"{\\\"choice\\\": 2}\",\"refusal\":null}}]}"
      })
  void readsTheFormsOfRepliesInUse(String body) {
    server.sends(body);
    assertThat(judge(ChatJudge.Form.CHOOSE).decide(PHOTO, GUESSES)).contains(GUESSES.get(1));
  }

  @Test
  void readsACompressedReply() {
    server.behaves(
        (request, exchange) -> {
          ByteArrayOutputStream bytes = new ByteArrayOutputStream();
          try (GZIPOutputStream zip = new GZIPOutputStream(bytes)) {
            zip.write(completion("{\"choice\": 2}").getBytes(StandardCharsets.UTF_8));
          }
          exchange.getResponseHeaders().set("Content-Encoding", "gzip");
          exchange.sendResponseHeaders(201, bytes.size());
          exchange.getResponseBody().write(bytes.toByteArray());
        });
    assertThat(judge(ChatJudge.Form.CHOOSE).decide(PHOTO, GUESSES)).contains(GUESSES.get(1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "2",
        "[2]",
        "{\"choice\": 0}",
        "{\"choice\": 4}",
        "{\"choice\": 1.5}",
        "{\"choice\": null}",
        "{\"choice\": true}",
        "{\"choice\": 99999999999999999999}",
        "{\"choice\": 1e999999999}",
        "<think>perhaps {\"choice\": 1}",
        "I do not know."
      })
  void countsAnswersWithoutADecision(String answer) {
    server.answers(answer);
    ChatJudge judge = judge(ChatJudge.Form.CHOOSE);
    assertThat(judge.decide(PHOTO, GUESSES)).isEmpty();
    assertThat(server.requests()).hasSize(1);
    assertThat(judge.counts().undecided()).isEqualTo(1);
    assertThat(judge.counts().lastProblem()).contains("no decision").contains(answer);
  }

  @Test
  void survivesBracesWithoutEnd() {
    server.answers("{\"choice\":".repeat(20_000) + "}".repeat(20_000));
    assertThat(judge(ChatJudge.Form.CHOOSE).decide(PHOTO, GUESSES)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"latitude\": 12.5, \"longitude\": -70}",
        "```json\n{\"latitude\": \"12.5\", \"longitude\": \"-70\", \"confidence\": 0.9}\n```",
        "{\"longitude\": -70, \"latitude\": 12.5}",
        "{\"lat\": 12.5, \"lng\": -70}",
        "{\"lat\": 12.5, \"lon\": -70}"
      })
  void answersFreely(String answer) {
    server.answers(answer);
    assertThat(judge(ChatJudge.Form.FREE).decide(PHOTO, GUESSES)).contains(new LatLng(12.5, -70));
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
    server.answers(answer);
    assertThat(judge(ChatJudge.Form.FREE).decide(PHOTO, GUESSES)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "no JSON",
        "{}",
        "<html>login</html>",
        "{\"model\":\"llava\",\"message\":{\"content\":\"{\\\"choice\\\": 2}\"},\"done\":true}"
      })
  void countsRepliesOfAnotherForm(String body) {
    server.sends(body);
    ChatJudge judge = judge(ChatJudge.Form.CHOOSE);
    assertThat(judge.decide(PHOTO, GUESSES)).isEmpty();
    assertThat(judge.counts().failures()).isEqualTo(1);
    assertThat(judge.counts().lastProblem()).contains("not a reply of an OpenAI-style");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"choices\":[{\"message\":{\"content\":null,\"refusal\":\"I can't help\"}}]}",
        "{\"choices\":[{\"message\":{\"content\":null},\"finish_reason\":\"content_filter\"}]}",
        "{\"choices\":[],\"prompt_filter_results\":[]}"
      })
  void countsRefusals(String body) {
    server.sends(body);
    ChatJudge judge = judge(ChatJudge.Form.CHOOSE);
    assertThat(judge.decide(PHOTO, GUESSES)).isEmpty();
    assertThat(judge.counts().refusals()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 429, 500, 503, 529})
  void triesAgainWhenTheServerIsBusy(int code) {
    server.behaves(
        (request, exchange) ->
            send(exchange, request < 3 ? code : 200, completion("{\"choice\": 1}")));
    assertThat(judge(ChatJudge.Form.CHOOSE).decide(PHOTO, GUESSES)).contains(GUESSES.get(0));
    assertThat(server.requests()).hasSize(3);
  }

  @Test
  void triesAgainWhenAGatewayReportsAnErrorAsSuccess() {
    server.behaves(
        (request, exchange) ->
            send(
                exchange,
                200,
                request < 2
                    ? "{\"error\":{\"message\":\"Provider returned error\",\"code\":502}}"
                    : completion("{\"choice\": 1}")));
    assertThat(judge(ChatJudge.Form.CHOOSE).decide(PHOTO, GUESSES)).contains(GUESSES.get(0));
  }

  /** Its own wait would let the test time out. */
  @Test
  void waitsAsLongAsTheServerAsks() {
    ChatClient.Options options = options().withAttempts(3, Duration.ofMinutes(20));
    String past =
        DateTimeFormatter.RFC_1123_DATE_TIME.format(Instant.EPOCH.atOffset(ZoneOffset.UTC));
    server.behaves(
        (request, exchange) -> {
          exchange.getResponseHeaders().set("Retry-After", request == 1 ? "0" : past);
          send(exchange, request < 3 ? 429 : 200, completion("{\"choice\": 1}"));
        });
    assertThat(choosing(options).decide(PHOTO, GUESSES)).contains(GUESSES.get(0));
    assertThat(server.requests()).hasSize(3);
  }

  @Test
  void doesNotWaitForTomorrow() {
    server.behaves(
        (request, exchange) -> {
          exchange.getResponseHeaders().set("Retry-After", "86400");
          send(exchange, 429, "{\"error\":{\"message\":\"daily quota\"}}");
        });
    ChatJudge judge = judge(ChatJudge.Form.CHOOSE);
    assertThat(judge.decide(PHOTO, GUESSES)).isEmpty();
    assertThat(server.requests()).hasSize(1);
    assertThat(judge.counts().lastProblem())
        .isEqualTo("429: daily quota, which asks to wait 86400 s");
  }

  @Test
  void asksWithoutAFormatWhereTheServerRefusesIt() {
    server.behaves(
        (request, exchange) ->
            send(
                exchange,
                server.requests().get(request - 1).body().has("response_format") ? 400 : 200,
                completion("{\"choice\": 1}")));
    ChatJudge judge = judge(ChatJudge.Form.CHOOSE);
    assertThat(judge.decide(PHOTO, GUESSES)).isPresent();
    assertThat(judge.decide(PHOTO, GUESSES)).isPresent();
    assertThat(server.requests()).hasSize(3);
  }

  @Test
  void countsAModelThatReadsNoPhotos() {
    server.behaves(
        (request, exchange) ->
            send(exchange, 400, "{\"error\":{\"message\":\"model is not multimodal\"}}"));
    ChatJudge judge = judge(ChatJudge.Form.CHOOSE);
    assertThat(judge.decide(PHOTO, GUESSES)).isEmpty();
    assertThat(judge.counts().failures()).isEqualTo(1);
    assertThat(judge.counts().lastProblem()).isEqualTo("400: model is not multimodal");
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403})
  void endsAtTheFirstQuestionWithAWrongKey(int code) {
    server.behaves(
        (request, exchange) ->
            send(exchange, code, "{\"error\":{\"message\":\"Incorrect key: secret\"}}"));
    assertThatThrownBy(() -> judge(ChatJudge.Form.CHOOSE).decide(PHOTO, GUESSES))
        .isInstanceOf(JudgeException.class)
        .hasMessage(
            server.address("/v1/chat/completions")
                + " refuses the key ("
                + code
                + ": Incorrect key: ***): put a valid one into the environment variable "
                + ChatClient.KEY_VARIABLE);
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void endsAtTheFirstQuestionWithAWrongModel() {
    server.behaves(
        (request, exchange) ->
            send(exchange, 404, "{\"error\":{\"message\":\"model not found\"}}"));
    assertThatThrownBy(() -> judge(ChatJudge.Form.CHOOSE).decide(PHOTO, GUESSES))
        .isInstanceOf(JudgeException.class)
        .hasMessageContaining("no model judge-1 (404: model not found)");
  }

  @Test
  void followsNoRedirect() {
    server.behaves(
        (request, exchange) -> {
          exchange.getResponseHeaders().set("Location", "https://elsewhere/v1");
          send(exchange, 307, "");
        });
    assertThatThrownBy(() -> judge(ChatJudge.Form.CHOOSE).decide(PHOTO, GUESSES))
        .isInstanceOf(JudgeException.class)
        .hasMessageContaining("redirects to https://elsewhere/v1");
  }

  @Test
  void countsAForbiddenPhotoAfterOthersWereAnswered() {
    server.behaves(
        (request, exchange) ->
            send(exchange, request == 1 ? 200 : 403, completion("{\"choice\": 1}")));
    ChatJudge judge = judge(ChatJudge.Form.CHOOSE);
    assertThat(judge.decide(PHOTO, GUESSES)).isPresent();
    assertThat(judge.decide(PHOTO, GUESSES)).isEmpty();
    assertThat(judge.counts().failures()).isEqualTo(1);
  }

  @Test
  void givesUpOnAServerThatDoesNotAnswer() {
    server.behaves((request, exchange) -> server.hang());
    ChatClient client =
        new ChatClient(
            options().withTimeout(Duration.ofMillis(200)).withAttempts(2, Duration.ZERO), "");
    ChatJudge judge = new ChatJudge(client, ChatJudge.Form.CHOOSE);
    assertThat(judge.decide(PHOTO, GUESSES)).isEmpty();
    assertThat(judge.counts().lastProblem()).isEqualTo("no answer within 0.2 s");
    assertThat(server.requests()).hasSize(2);
    assertThat(server.requests().get(0).keys()).isEmpty();
  }

  @Test
  void givesUpOnAServerThatNeverEndsItsAnswer() {
    server.behaves(
        (request, exchange) -> {
          exchange.sendResponseHeaders(200, 0);
          exchange.getResponseBody().write('{');
          exchange.getResponseBody().flush();
          server.hang();
        });
    ChatClient.Options options =
        options().withTimeout(Duration.ofMillis(200)).withAttempts(1, Duration.ZERO);
    assertThat(choosing(options).decide(PHOTO, GUESSES)).isEmpty();
  }

  @Test
  void givesUpWhereThereIsNoServer() {
    ChatJudge judge = choosing(options());
    server.close();
    assertThat(judge.decide(PHOTO, GUESSES)).isEmpty();
    assertThat(judge.counts().lastProblem()).startsWith("cannot reach http://127.0.0.1");
  }

  @Test
  void makesNoMoreCallsThanItMay() {
    server.answers("{\"choice\": 1}");
    ChatClient client = new ChatClient(options().withMaxCalls(2), "");
    ChatJudge judge = new ChatJudge(client, ChatJudge.Form.CHOOSE);
    assertThat(judge.decide(PHOTO, GUESSES)).isPresent();
    assertThat(client.callsLeft()).isEqualTo(1);
    assertThat(judge.decide(PHOTO, GUESSES)).isPresent();
    assertThat(judge.decide(PHOTO, GUESSES)).isEmpty();
    assertThat(client.callsLeft()).isZero();
    assertThat(server.requests()).hasSize(2);
    assertThat(judge.counts().lastProblem()).isEqualTo("all 2 calls have been made");
  }

  @Test
  void sendsAReducedPhotoOfNothingButPixels() throws Exception {
    server.answers("{\"choice\": 1}");
    BufferedImage gray = new BufferedImage(40, 20, BufferedImage.TYPE_BYTE_GRAY);
    for (int i = 0; i < 800; i++) {
      gray.getRaster().setSample(i % 40, i / 40, 0, 93);
    }
    judge(ChatJudge.Form.CHOOSE).decide(PHOTO, GUESSES);
    judge(ChatJudge.Form.CHOOSE).decide(gray, GUESSES);
    byte[] first = sent(server.requests().get(0).body());
    BufferedImage reduced = ImageIO.read(new ByteArrayInputStream(first));
    assertThat(reduced.getWidth()).isEqualTo(768);
    assertThat(reduced.getHeight()).isEqualTo(432);
    // Application segment 1 is where JPEG files hold EXIF and XMP.
    assertThat(new String(first, StandardCharsets.ISO_8859_1)).doesNotContain("\u00ff\u00e1");
    BufferedImage second =
        ImageIO.read(new ByteArrayInputStream(sent(server.requests().get(1).body())));
    assertThat(second.getWidth()).isEqualTo(40);
    assertThat(new Color(second.getRGB(20, 10)).getGreen()).isBetween(91, 95);
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
}
