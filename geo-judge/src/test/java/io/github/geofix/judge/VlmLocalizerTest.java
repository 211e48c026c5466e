package io.github.geofix.judge;

import static io.github.geofix.judge.ChatServer.completion;
import static io.github.geofix.judge.ChatServer.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import io.github.geofix.core.Candidate;
import io.github.geofix.core.Localizer.PhotoOutcome;
import io.github.geofix.core.Location;
import io.github.geofix.core.NoAnswerException;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.judge.ChatClient.ChatCost;
import io.github.geofix.judge.Judge.JudgeException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A vision-language model behind a real server on this machine. */
final class VlmLocalizerTest {
  private static final BufferedImage PHOTO =
      new BufferedImage(64, 48, BufferedImage.TYPE_3BYTE_BGR);

  private ChatServer server;

  @BeforeEach
  void start() throws IOException {
    server = new ChatServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private VlmLocalizer localizer(VlmLocalizer.Options options) {
    ChatClient.Options chat =
        ChatClient.Options.of(server.address("/v1"), "vlm-1")
            .withAttempts(1, Duration.ofMillis(10));
    return new VlmLocalizer(new ChatClient(chat, ""), options, file -> PHOTO);
  }

  private void answersInTurn(String... contents) {
    server.behaves(
        (request, exchange) ->
            send(exchange, 200, completion(contents[(request - 1) % contents.length])));
  }

  @Test
  void asksForAPosition() {
    server.answers("It looks like Paris. {\"latitude\": 48.8584, \"longitude\": 2.2945}");
    try (VlmLocalizer localizer = localizer(VlmLocalizer.Options.defaults())) {
      Location location = localizer.locate(PHOTO);
      assertThat(GreatCircle.distanceKm(location.latLng(), new LatLng(48.8584, 2.2945)))
          .isLessThan(1e-6);
      assertThat(location.candidates()).hasSize(1);
      assertThat(location.score()).isEqualTo(1);
      assertThat(localizer.counts().decisions()).isEqualTo(1);
    }
    JsonObject body = server.requests().get(0).body();
    assertThat(body.get("model").getAsString()).isEqualTo("vlm-1");
    assertThat(body.toString()).contains("Where was this photo taken?", "data:image/jpeg;base64,");
  }

  @Test
  void answersWhereMostSamplesAgree() {
    answersInTurn(
        "{\"latitude\": 48.8, \"longitude\": 2.3}",
        "{\"latitude\": -33.9, \"longitude\": 151.2}",
        "{\"latitude\": 48.9, \"longitude\": 2.3}",
        "I cannot tell.");
    try (VlmLocalizer localizer = localizer(VlmLocalizer.Options.defaults().withSamples(4))) {
      Location location = localizer.locate(PHOTO);
      assertThat(location.latLng().latitude()).isCloseTo(48.85, within(1e-6));
      assertThat(location.candidates())
          .extracting(Candidate::score)
          .satisfiesExactly(
              best -> assertThat(best).isCloseTo(0.5, within(1e-9)),
              other -> assertThat(other).isCloseTo(0.25, within(1e-9)));
      assertThat(location.candidates().get(0).cell().radiusKm()).isBetween(25.0, 250.0);
      assertThat(localizer.counts().decisions()).isEqualTo(3);
      assertThat(localizer.counts().undecided()).isEqualTo(1);
    }
  }

  @Test
  void hasNoAnswerWhereTooFewSamplesAgree() {
    answersInTurn(
        "{\"latitude\": 48.8, \"longitude\": 2.3}",
        "{\"latitude\": -33.9, \"longitude\": 151.2}",
        "{\"latitude\": 10, \"longitude\": 10}");
    VlmLocalizer.Options two =
        VlmLocalizer.Options.defaults().withSamples(3).withMinAgreement(2 / 3.0);
    try (VlmLocalizer localizer = localizer(two)) {
      assertThatThrownBy(() -> localizer.locate(PHOTO))
          .isInstanceOf(NoAnswerException.class)
          .hasMessage("1 of 3 samples agree within 50.0 km, 2 are needed");
    }
  }

  @Test
  void goesOnAfterAPhotoWithoutAPosition() {
    answersInTurn(
        "I cannot tell.", "{\"latitude\": 95, \"longitude\": 0}", "{\"lat\": 1, \"lon\": 2}");
    List<PhotoOutcome> outcomes = new ArrayList<>();
    List<Path> photos = List.of(Path.of("a.jpg"), Path.of("b.jpg"), Path.of("c.jpg"));
    try (VlmLocalizer localizer = localizer(VlmLocalizer.Options.defaults())) {
      localizer.locateEach(photos, outcomes::add);
    }
    assertThat(outcomes.get(0))
        .isEqualTo(
            new PhotoOutcome.Unanswered(
                photos.get(0),
                "the model names no position: no position in the answer \"I cannot tell.\""));
    assertThat(outcomes.get(1)).isInstanceOf(PhotoOutcome.Unanswered.class);
    assertThat(outcomes.get(2))
        .isInstanceOfSatisfying(
            PhotoOutcome.Located.class,
            located ->
                assertThat(located.location().latLng().longitude()).isCloseTo(2, within(1e-9)));
  }

  @Test
  void reportsWhatItCosts() {
    String answer = completion("{\"latitude\": 1, \"longitude\": 2}");
    String counted =
        answer.substring(0, answer.lastIndexOf('}'))
            + ", \"usage\": {\"prompt_tokens\": 800, \"completion_tokens\": 20}}";
    server.behaves((request, exchange) -> send(exchange, 200, counted));
    try (VlmLocalizer localizer = localizer(VlmLocalizer.Options.defaults().withSamples(3))) {
      assertThat(localizer.locate(PHOTO).score()).isCloseTo(1, within(1e-9));
      ChatCost cost = localizer.cost();
      assertThat(cost.requests()).isEqualTo(3);
      assertThat(cost.promptTokens()).isEqualTo(2400);
      assertThat(cost.answerTokens()).isEqualTo(60);
      assertThat(cost.seconds()).isPositive();
      assertThat(cost.toString()).startsWith("3 requests, 2,400 tokens asked, 60 answered, ");
    }
  }

  @Test
  void endsWhereTheKeyIsRefused() {
    server.behaves((request, exchange) -> send(exchange, 401, "{}"));
    try (VlmLocalizer localizer = localizer(VlmLocalizer.Options.defaults())) {
      assertThatThrownBy(() -> localizer.locate(PHOTO)).isInstanceOf(JudgeException.class);
    }
  }

  @Test
  void refusesImpossibleOptions() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new VlmLocalizer.Options(0, 50, 0))
        .withMessageContaining("samples");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new VlmLocalizer.Options(1, Double.NaN, 0))
        .withMessageContaining("agreeKm");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new VlmLocalizer.Options(1, 50, 1.5))
        .withMessageContaining("minAgreement");
  }
}
