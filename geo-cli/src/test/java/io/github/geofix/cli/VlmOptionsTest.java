package io.github.geofix.cli;

import static io.github.geofix.cli.MainTest.assertOneLine;
import static io.github.geofix.cli.Result.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A vision-language model in place of a model folder, behind a server on this machine. */
final class VlmOptionsTest {
  private static final String REPLY =
      "{\"choices\": [{\"message\": {\"content\": \"{\\\"latitude\\\": 48.5, \\\"longitude\\\":"
          + " 2.5}\"}}], \"usage\": {\"prompt_tokens\": 700, \"completion_tokens\": 20}}";

  @TempDir private static Path folder;

  private static HttpServer server;

  @BeforeAll
  static void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/v1/chat/completions",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          byte[] reply = REPLY.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, reply.length);
          exchange.getResponseBody().write(reply);
          exchange.close();
        });
    server.start();
    BufferedImage photo = new BufferedImage(32, 32, BufferedImage.TYPE_3BYTE_BGR);
    ImageIO.write(photo, "png", folder.resolve("photo.png").toFile());
    Files.writeString(
        folder.resolve("photos.csv"), "image,latitude,longitude\nphoto.png,48.6,2.5\n");
  }

  @AfterAll
  static void stop() {
    server.stop(0);
  }

  private static String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
  }

  @Test
  void locates() {
    Result located =
        run(
            "locate",
            "--vlm-url",
            url(),
            "--vlm-model",
            "vlm-1",
            "--vlm-samples",
            "3",
            folder.resolve("photo.png").toString());
    assertThat(located.code()).as(located.err()).isZero();
    assertThat(located.out()).contains("48.500000,2.500000", "score 1.000");
    assertThat(located.err())
        .contains(
            "vlm-1: 3 questions: 3 decisions",
            "vlm-1: 3 requests, 2,100 tokens asked, 60 answered");
  }

  @Test
  void isEvaluatedAsAnyModel() {
    Path json = folder.resolve("report.json");
    Result evaluated =
        run(
            "evaluate",
            "--vlm-url",
            url(),
            "--vlm-model",
            "vlm-1",
            "--data",
            folder.resolve("photos.csv").toString(),
            "--json",
            json.toString());
    assertThat(evaluated.code()).as(evaluated.err()).isZero();
    assertThat(evaluated.out()).contains("| 25 km | 100.0 %");
    assertThat(json).content().contains("vlm-1");
  }

  @Test
  void isNoModelFolder() {
    Result set =
        run(
            "locate",
            "--vlm-url",
            url(),
            "--vlm-model",
            "vlm-1",
            "--set",
            "a=b",
            folder.resolve("photo.png").toString());
    assertOneLine(set, "--set, --then, --fallback, --tiles and --vectors are for model folders");
  }
}
