package io.github.geofix.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.geofix.core.Localizer;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.models.GeoModel.AnswerOptions;
import io.github.geofix.models.calibration.Calibration;
import io.github.geofix.models.io.ModelCard;
import io.github.geofix.models.io.ModelFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Model folders that are damaged, each refused with its name. */
final class ModelFolderTest {
  private static final ModelCard CARD =
      new ModelCard(
          "nothing",
          0,
          0,
          1,
          0,
          "2026-11-21T00:00:00Z",
          "test",
          "here",
          Map.of(),
          Optional.empty());

  @TempDir private Path parent;
  private Path folder;

  @BeforeEach
  void save() {
    folder = parent.resolve("model");
    try (GeoModel model = Family.named("token").create("tiny", Map.of(), List.of(), 1)) {
      model.save(folder, CARD);
    }
  }

  private void write(String file, String text) throws IOException {
    Files.writeString(folder.resolve(file), text, StandardCharsets.ISO_8859_1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{}",
        "\u00ff\u00fe",
        "{\"format\": 2}",
        "{\"format\": 2, \"method\": \"token\", \"config\": {}, \"more\": 1}",
        "{\"format\": 2, \"format\": 2, \"method\": \"token\", \"config\": {}}",
        "{\"format\": [1], \"method\": \"token\", \"config\": {}}",
        "{\"format\": 3, \"method\": \"token\", \"config\": {}}",
        "{\"format\": 1.5, \"method\": \"token\", \"config\": {}}",
        "{\"format\": 4294967297, \"method\": \"token\", \"config\": {}}",
        "{\"format\": 2, \"method\": \"nothing\", \"config\": {}}",
        "{\"format\": 2, \"method\": {}, \"config\": {}}",
        "{\"format\": 2, \"method\": \"token\", \"config\": null}",
        "{\"format\": 2, \"method\": \"token\", \"config\": 5}",
        "{\"format\": 2, \"method\": \"token\", \"config\": {}}",
        "{\"format\": 2, \"method\": \"embed\", \"config\": null}",
        "{\"format\": 2, \"method\": \"zoom\", \"config\": null}",
        "{\"format\": 2, \"method\": \"recombine\", \"config\": null}"
      })
  void refusesADamagedConfiguration(String text) throws IOException {
    write("config.json", text);
    assertThatThrownBy(() -> Localizer.load(folder))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining(folder.toString());
  }

  @Test
  void refusesAConfigurationNestedWithoutEnd() throws IOException {
    write("config.json", "[".repeat(1 << 20));
    assertThatThrownBy(() -> Localizer.load(folder)).isInstanceOf(ModelFormatException.class);
    write("config.json", "{\"a\":".repeat(1 << 20));
    assertThatThrownBy(() -> Localizer.load(folder)).isInstanceOf(ModelFormatException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{}", "[]", "5", "\u00ff", "{\"photos\": \"many\"}"})
  void refusesADamagedCard(String text) throws IOException {
    write("card.json", text);
    ModelFolder model = ModelFolder.open(folder);
    assertThatThrownBy(model::card)
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("card.json");
  }

  @Test
  void doesNotChangeTheNumbersOfACard() throws IOException {
    Path card = folder.resolve("card.json");
    String text = Files.readString(card);
    assertThat(text).contains("\"steps\": 0");
    for (String steps : List.of("2.7", "1e19", "\"7\"", "null")) {
      Files.writeString(card, text.replace("\"steps\": 0", "\"steps\": " + steps));
      assertThatThrownBy(() -> ModelFolder.open(folder).card())
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining("card.json")
          .hasMessageContaining("steps has no value " + steps + "; needed is a whole number");
    }
  }

  @Test
  void saysWhichNumberOfAConfigurationDoesNotFit() throws IOException {
    Path config = folder.resolve("config.json");
    String text = Files.readString(config);
    Files.writeString(config, text.replaceFirst("\"heads\": \\d+", "\"heads\": 2.7"));
    assertThatThrownBy(() -> Localizer.load(folder))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("config.json")
        .hasMessageContaining("transformer.heads has no value 2.7; needed is a whole number from");
  }

  @Test
  void refusesAFolderOfTheFormatBefore() throws IOException {
    write("config.json", "{\"format\": 1, \"method\": \"token\", \"config\": {}}");
    assertThatThrownBy(() -> Localizer.load(folder))
        .isInstanceOf(ModelFormatException.class)
        .hasMessage(
            folder
                + " was written in format 1, by a version before 0.1.0; train or import it again");
  }

  @Test
  void keepsChangedAnswerOptions() {
    AnswerOptions options = new AnswerOptions(7.5, 3);
    Path changed = parent.resolve("changed");
    try (GeoModel model = Family.named("token").load(ModelFolder.open(folder))) {
      model.setAnswerOptions(options);
      model.save(changed, CARD);
    }
    try (GeoModel model = Family.named("token").load(ModelFolder.open(changed))) {
      assertThat(model.answerOptions()).isEqualTo(options);
      assertThat(model.calibration()).isEqualTo(Calibration.NONE);
      assertThat(changed.resolve("calibration.json")).doesNotExist();
    }
  }

  @Test
  void handsOutAnOptionMapThatCannotBeChanged() {
    assertThatThrownBy(() -> CARD.options().put("seed", "2"))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void changesTheConfigurationOfAnObjectAlone() {
    ModelFolder model = ModelFolder.open(folder);
    Family family = Family.of(model);
    try (GeoModel changed = family.load(model.with(Map.of("answer.candidates", "3")))) {
      assertThat(changed.answerOptions().candidates()).isEqualTo(3);
    }
    ModelFolder unknown = model.with(Map.of("answer.candidate", "3"));
    assertThatThrownBy(() -> family.load(unknown))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no setting answer.candidate; there are");
  }
}
