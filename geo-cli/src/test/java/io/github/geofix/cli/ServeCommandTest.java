package io.github.geofix.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.geofix.core.abstention.AnswerRule;
import io.github.geofix.core.abstention.AnswerRule.ErrorBound;
import io.github.geofix.core.abstention.AnswerRules;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.embed.EmbedConfig;
import io.github.geofix.models.embed.EmbedModel;
import io.github.geofix.models.io.ModelCard;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class ServeCommandTest {
  private static final Pattern ADDRESS = Pattern.compile("serving at (\\S+);");

  @TempDir private Path temp;

  private Path model() {
    Path folder = temp.resolve("small/model");
    ModelCard card =
        new ModelCard("two places", 2, 1, 1, 0, "2026", "test", "here", Map.of(), Optional.empty());
    List<LatLng> places = List.of(new LatLng(48, 2), new LatLng(-33, 151));
    try (EmbedModel model = EmbedModel.create(EmbedConfig.tiny(), places, 1)) {
      model.save(folder, card);
    }
    return folder;
  }

  @Test
  void servesUntilItIsInterrupted() throws Exception {
    Path small = model();
    // No answer has so little of its score within the distance of all places.
    new AnswerRules(
            List.of(
                new AnswerRule(
                    new ErrorBound(20_038, 0.9, 0.1),
                    Optional.of(0.5),
                    Collections.nCopies(30, 0.0))))
        .save(small);
    String folder = small.toString();
    StringWriter talk = new StringWriter();
    AtomicInteger code = new AtomicInteger(-1);
    Thread command =
        new Thread(
            () ->
                code.set(
                    Main.run(
                        new PrintWriter(new StringWriter()),
                        new PrintWriter(talk, true),
                        "serve",
                        "--port",
                        "0",
                        "--model",
                        folder,
                        "--model",
                        "other=" + folder)));
    command.start();
    URI address = address(talk, command);
    assertThat(get(address.resolve("/models")))
        .contains("\"name\":\"small\"", "\"name\":\"other\"")
        .contains("\"method\":\"embed\"", "\"data\":\"two places\"", "\"calibrated\":\"false\"");
    for (int i = 0; i < 19; i++) {
      assertThat(locate(address)).doesNotContain("drift");
    }
    locate(address);
    // The test runs in the background.
    while (!get(address.resolve("/metrics")).contains("geofix_drift_alarm{model=\"small\"} 1.0")) {
      Thread.sleep(5);
    }
    assertThat(locate(address))
        .contains("\"drift\":{\"photos\":21,\"distance\":1.0,", "\"alarm\":true");
    assertThat(get(address.resolve("/metrics")))
        .contains("geofix_drift_alarm{model=\"other\"} NaN");
    command.interrupt();
    command.join();
    assertThat(code).hasValue(0);
  }

  private static URI address(StringWriter talk, Thread command) throws InterruptedException {
    while (command.isAlive()) {
      Matcher matcher = ADDRESS.matcher(talk.toString());
      if (matcher.find()) {
        return URI.create(matcher.group(1));
      }
      Thread.sleep(20);
    }
    throw new AssertionError(talk);
  }

  private static String locate(URI server) throws IOException, InterruptedException {
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(40, 40, BufferedImage.TYPE_BYTE_GRAY), "png", png);
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(server.resolve("/locate"))
                .header("Content-Type", "image/png")
                .POST(BodyPublishers.ofByteArray(png.toByteArray()))
                .build(),
            BodyHandlers.ofString())
        .body();
  }

  private static String get(URI address) throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString())
        .body();
  }

  @Test
  void refusesOtherMachinesWithoutAToken() {
    Result result = Result.run("serve", "--host", "0.0.0.0", "--port", "0", "--model", "none");
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err())
        .startsWith("geofix: --host 0.0.0.0 lets other machines in: set GEOFIX_SERVE_TOKEN");
  }

  @Test
  void readsTheTokenFromAFile() throws IOException {
    Path secret = Files.writeString(temp.resolve("token"), "too-short\n");
    String[] serve = {
      "serve", "--host", "0.0.0.0", "--port", "0", "--model", "none", "--token-file", ""
    };
    serve[8] = secret.toString();
    assertThat(Result.run(serve).err()).contains("the token must have 16 characters or more");
    Files.writeString(secret, "0123456789abcdef\n");
    assertThat(Result.run(serve).err()).startsWith("geofix: no such model folder: none");
    Files.write(secret, new byte[5000]);
    assertThat(Result.run(serve).err()).contains("has more than 4096 bytes");
    serve[8] = temp.resolve("missing").toString();
    assertThat(Result.run(serve).err()).contains("cannot read the token in ");
  }

  @Test
  void namesAModelThatIsNotThere() {
    Result result = Result.run("serve", "--port", "0", "--model", temp.resolve("none").toString());
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).startsWith("geofix: no such model folder: ");
  }
}
