package io.github.geofix.cli;

import static io.github.geofix.cli.Result.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpServer;
import io.github.geofix.core.Manifest;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.embed.EmbedConfig;
import io.github.geofix.models.embed.EmbedModel;
import io.github.geofix.models.gallery.GalleryModel;
import io.github.geofix.models.io.ModelCard;
import io.github.geofix.models.recombine.RecombineConfig;
import io.github.geofix.models.recombine.RecombineModel;
import io.github.geofix.models.token.RewardScorer;
import io.github.geofix.models.token.TokenConfig;
import io.github.geofix.models.token.TokenModel;
import io.github.geofix.models.zoom.ZoomConfig;
import io.github.geofix.models.zoom.ZoomModel;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Judges and reward scorers as stages of {@code --then}. */
final class CascadeStagesTest {
  @TempDir private Path folder;

  private final List<String> questions = Collections.synchronizedList(new ArrayList<>());
  private HttpServer server;

  @BeforeEach
  void write() throws IOException {
    noise(32, 32, "photo");
    noise(128, 64, "map");
    try (TokenModel token = TokenModel.create(TokenConfig.tiny(), 1)) {
      token.save(folder.resolve("token"), ModelCard.untrained("a test", 1));
      try (RewardScorer scorer = RewardScorer.create(token, 1)) {
        token.setRewardScorer(scorer);
        token.save(folder.resolve("rewarded"), ModelCard.untrained("a test", 1));
      }
    }
    List<LatLng> places = List.of(new LatLng(50, 10), new LatLng(-20, 130), new LatLng(0, -60));
    try (EmbedModel embed = EmbedModel.create(EmbedConfig.tiny(), places, 1)) {
      embed.save(folder.resolve("embed"), ModelCard.untrained("a test", 1));
    }
    try (ZoomModel zoom = ZoomModel.create(ZoomConfig.tiny(in("map.png")), 1)) {
      zoom.save(folder.resolve("zoom"), ModelCard.untrained("a test", 1));
    }
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/v1/chat/completions",
        exchange -> {
          questions.add(
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          byte[] reply =
              "{\"choices\":[{\"message\":{\"content\":\"{\\\"choice\\\": 2}\"}}]}"
                  .getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, reply.length);
          exchange.getResponseBody().write(reply);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void noise(int width, int height, String name) throws IOException {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Random random = new Random(5);
    for (int i = 0; i < width * height; i++) {
      image.setRGB(i % width, i / width, random.nextInt());
    }
    ImageIO.write(image, "png", folder.resolve(name + ".png").toFile());
  }

  private String in(String name) {
    return folder.resolve(name).toString();
  }

  private Result locate(String model, String... more) {
    List<String> arguments = new ArrayList<>(List.of("locate", "--model", in(model)));
    arguments.addAll(List.of("--format", "json", in("photo.png")));
    arguments.addAll(List.of(more));
    return run(arguments.toArray(String[]::new));
  }

  private Result judged(String model, String... more) {
    List<String> arguments = new ArrayList<>(List.of(more));
    String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
    arguments.addAll(List.of("--judge-url", url, "--judge-model", "m"));
    return locate(model, arguments.toArray(String[]::new));
  }

  private static String answer(Result result) {
    assertThat(result.code()).as(result.err()).isZero();
    return JsonParser.parseString(result.out()).toString();
  }

  @Test
  void aJudgeAtTheEndIsTheSameWithAndWithoutItsStage() {
    String last = answer(judged("embed"));
    assertThat(answer(judged("embed", "--then", "judge"))).isEqualTo(last);
    assertThat(last).isNotEqualTo(answer(locate("embed")));
    assertThat(answer(judged("embed", "--then", in("zoom"), "--then", "judge")))
        .isEqualTo(answer(judged("embed", "--then", in("zoom"))));
  }

  @Test
  void aJudgeBetweenModelsNarrowsWhatTheNextLooksAt() {
    String between = answer(judged("embed", "--then", "judge", "--then", in("zoom")));
    assertThat(questions).hasSize(1);
    assertThat(between).isNotEqualTo(answer(locate("embed", "--then", in("zoom"))));
    assertThat(judged("embed", "--then", "judge", "--then", in("zoom")).err())
        .contains("judge: 1 questions: 1 decisions");
  }

  @Test
  void aJudgeChoosesAmongTilesAndPhotosOfAGallery() throws IOException {
    RecombineConfig config = RecombineConfig.tiny().withMap(in("map.png"));
    List<LatLng> tiles = List.of(new LatLng(50, 10), new LatLng(-20, 130), new LatLng(0, -60));
    try (RecombineModel recombine = RecombineModel.create(config, tiles, 1)) {
      recombine.save(folder.resolve("recombine"), ModelCard.untrained("a test", 1));
    }
    List<Manifest.Entry> photos = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      noise(32, 32 + i, "photo-" + i);
      Path file = folder.resolve("photo-" + i + ".png");
      photos.add(new Manifest.Entry(file, new LatLng(10 * i, 7), Map.of()));
    }
    GalleryModel.build(folder.resolve("embed"), Manifest.of(photos), folder.resolve("gallery"));
    for (String model : List.of("recombine", "gallery")) {
      JsonArray candidates = candidates(locate(model));
      assertThat(candidates.size()).as(model).isGreaterThan(1);
      JsonObject judged = location(judged(model, "--then", "judge"));
      JsonObject second = candidates.get(1).getAsJsonObject();
      assertThat(judged.get("latitude")).as(model).isEqualTo(second.get("latitude"));
      assertThat(judged.get("longitude")).as(model).isEqualTo(second.get("longitude"));
    }
    assertThat(questions).hasSize(2);
    assertThat(locate("embed", "--then", in("gallery")).code()).isZero();
  }

  private static JsonArray candidates(Result result) {
    return location(result).getAsJsonArray("candidates");
  }

  private static JsonObject location(Result result) {
    return JsonParser.parseString(answer(result)).getAsJsonArray().get(0).getAsJsonObject();
  }

  @Test
  void aJudgeIsGivenEverySequenceDrawn() {
    String[] draw = {"--decode", "sampling", "--samples", "6", "--set", "selection=most-probable"};
    List<String> then = new ArrayList<>(List.of(draw));
    then.addAll(List.of("--then", "judge"));
    assertThat(answer(judged("token", then.toArray(String[]::new))))
        .isEqualTo(
            answer(judged("token", "--decode", "sampling", "--samples", "6", "--select", "judge")));
    assertThat(questions.get(0)).contains("3: ");
  }

  @Test
  void aRewardScorerIsAStageOfTokenModelsAlone() {
    String[] draw = {"--decode", "sampling", "--samples", "5"};
    assertThat(answer(locate("rewarded", "--then", "reward", draw[0], draw[1], draw[2], draw[3])))
        .isEqualTo(
            answer(locate("rewarded", "--select", "reward", draw[0], draw[1], draw[2], draw[3])));
    assertThat(locate("token", "--then", "reward").err()).contains("no reward scorer");
    assertThat(locate("embed", "--then", "reward").err())
        .contains("reads the states of a token model's decoder, and embed has none");
    assertThat(locate("rewarded", "--then", in("zoom"), "--then", "reward").err())
        .contains("must be the first --then");
    assertThat(locate("rewarded", "--then", "reward", "--select", "medoid").err())
        .contains("give one of them");
    assertThat(locate("embed", "--then", "judge").err())
        .contains("--then judge needs --judge-url and --judge-model");
  }
}
