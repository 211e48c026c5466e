package io.github.geofix.judge;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.geofix.core.geodesy.LatLng;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.Test;

/**
 * Replies of any kind give a decision, or none, and never more. {@code -Dfuzz.seconds=600} tries
 * longer.
 */
final class ReplyFuzzTest {
  private static final int SECONDS = Integer.getInteger("fuzz.seconds", 1);

  private static final List<LatLng> GUESSES = List.of(new LatLng(1, 2), new LatLng(-3, 4));

  private static final List<String> PARTS =
      List.of(
          "{",
          "}",
          "[",
          "]",
          "\"",
          "\\\"",
          ":",
          ",",
          "null",
          "1e999999999",
          "-0",
          "{\\\"choice\\\": 2}",
          "{\\\"choice\\\": 3}",
          "{\\\"latitude\\\": 91, \\\"longitude\\\": 2}",
          "{\\\"latitude\\\": 10.5, \\\"longitude\\\": \\\"20\\\"}",
          "```json",
          "<think>",
          "</think>",
          "\\u0000",
          "\\ud800",
          "{\"type\": \"text\", \"text\": \"x\"}",
          "\"error\": {\"code\": \"429\"}",
          "\"refusal\": \"no\"",
          "\"choices\": []");

  private static final String GOOD =
      "{\"choices\": [{\"finish_reason\": \"stop\", \"message\": {\"role\": \"assistant\","
          + " \"content\": \"{\\\"choice\\\": 2}\"}}]}";

  private record Response(int statusCode, byte[] bytes, HttpHeaders headers)
      implements HttpResponse<InputStream> {
    @Override
    public InputStream body() {
      return new ByteArrayInputStream(bytes);
    }

    @Override
    public HttpRequest request() {
      return HttpRequest.newBuilder(uri()).build();
    }

    @Override
    public Optional<HttpResponse<InputStream>> previousResponse() {
      return Optional.empty();
    }

    @Override
    public Optional<SSLSession> sslSession() {
      return Optional.empty();
    }

    @Override
    public URI uri() {
      return URI.create("http://localhost/");
    }

    @Override
    public HttpClient.Version version() {
      return HttpClient.Version.HTTP_1_1;
    }
  }

  @Test
  void decidesOrDoesNot() {
    assertThat(decision(GOOD.getBytes(StandardCharsets.UTF_8), ChatJudge.Form.CHOOSE, 200))
        .contains(GUESSES.get(1));
    long seed = Long.getLong("fuzz.seed", System.nanoTime());
    long end = System.nanoTime() + SECONDS * 1_000_000_000L;
    int decided = 0;
    while (System.nanoTime() < end) {
      seed++;
      Random random = new Random(seed);
      byte[] body = random.nextBoolean() ? damaged(random) : spliced(random);
      for (ChatJudge.Form form : ChatJudge.Form.values()) {
        try {
          if (decision(body, form, 200 + 100 * random.nextInt(4)).isPresent()) {
            decided++;
          }
        } catch (RuntimeException | Error e) {
          throw new AssertionError(seed + ": " + new String(body, StandardCharsets.UTF_8), e);
        }
      }
    }
    assertThat(decided).isPositive();
  }

  /** Nested deeper than a recursive reader's stack, and longer than a pattern can go back. */
  @Test
  void survivesDepthAndLength() {
    for (String part : List.of("[", "{\"a\":", "{\"choices\":[", "<think>", "{", "\\\"")) {
      String many = part.repeat(900_000 / part.length());
      for (String raw : List.of(many, GOOD.replace("{\\\"choice\\\": 2}", many))) {
        for (ChatJudge.Form form : ChatJudge.Form.values()) {
          long start = System.nanoTime();
          decision(raw.getBytes(StandardCharsets.UTF_8), form, 200);
          assertThat(System.nanoTime() - start).isLessThan(20_000_000_000L);
        }
      }
    }
  }

  private static Optional<LatLng> decision(byte[] body, ChatJudge.Form form, int code) {
    HttpHeaders headers =
        HttpHeaders.of(Map.of("Retry-After", List.of("soon")), (name, value) -> true);
    HttpReply reply = HttpReply.read(new Response(code, body, headers));
    assertThat(reply.problem()).isNotNull();
    return reply.content() instanceof ChatReply.Text text
        ? Decisions.last(text.text(), form, GUESSES)
        : Optional.empty();
  }

  private static byte[] damaged(Random random) {
    byte[] bytes = GOOD.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i <= random.nextInt(3); i++) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }
    return bytes;
  }

  private static byte[] spliced(Random random) {
    StringBuilder body = new StringBuilder(GOOD);
    for (int i = 0; i <= random.nextInt(4); i++) {
      int at = random.nextInt(body.length());
      int end = Math.min(body.length(), at + random.nextInt(12));
      body.replace(at, end, PARTS.get(random.nextInt(PARTS.size())));
    }
    return body.toString().getBytes(StandardCharsets.UTF_8);
  }
}
