package io.github.geofix.models.internal.io;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.geofix.models.Family;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SettingTest {

  private sealed interface Head {}

  private record Cosine(double temperature, Norm norm) implements Head {}

  private record Decoder(int layers) implements Head {
    static Decoder defaults() {
      return new Decoder(4);
    }
  }

  private sealed interface Norm {}

  private record Before(boolean bias) implements Norm {}

  private record Config(Head head, Optional<Decoder> more, List<Integer> levels, String map) {}

  @Test
  void listsWhatThereIsAndWhatThereWouldBe() {
    assertThat(
            Setting.of(
                new Config(
                    new Decoder(2), Optional.of(Decoder.defaults()), List.of(1, 2), "tiles")))
        .isEqualTo(
            Map.of(
                "",
                List.of(
                    new Setting("head.type", "cosine, decoder", "decoder"),
                    new Setting("head.layers", "whole number", "2"),
                    new Setting("more.layers", "whole number", "4"),
                    new Setting("levels", "list of whole numbers", "[1,2]"),
                    new Setting("map", "text", "tiles")),
                "head.type=cosine",
                List.of(
                    new Setting("head.temperature", "number", ""),
                    new Setting("head.norm.type", "before", "")),
                "head.type=cosine, head.norm.type=before",
                List.of(new Setting("head.norm.bias", "true, false", ""))));
  }

  @Test
  void showsTheDefaultsOfOtherAlternatives() {
    Head cosine = new Cosine(0.5, new Before(true));
    Map<String, List<Setting>> settings =
        Setting.of(new Config(cosine, Optional.empty(), List.of(), ""));
    assertThat(settings)
        .containsEntry(
            "head.type=decoder", List.of(new Setting("head.layers", "whole number", "4")))
        .containsOnlyKeys("", "head.type=decoder");
    assertThat(settings.get(""))
        .contains(
            new Setting("head.norm.bias", "true, false", "true"),
            new Setting("more.layers", "whole number", ""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"embed", "recombine", "token", "zoom"})
  void everySettingCanBeSetToItsValue(String method) {
    Family family = Family.named(method);
    for (String size : family.sizes()) {
      Record config = family.config(size, Map.of());
      List<Setting> settings = Setting.of(config).getOrDefault("", List.of());
      assertThat(settings).isNotEmpty();
      for (Setting setting : settings) {
        assertThat(family.config(size, Map.of(setting.name(), setting.value())))
            .as(setting.name())
            .isEqualTo(config);
      }
    }
  }
}
