package io.github.geofix.models.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.geofix.models.embed.EmbedModel;
import io.github.geofix.models.recombine.RecombineModel;
import io.github.geofix.models.token.TokenModel;
import io.github.geofix.models.zoom.ZoomModel;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class SettingsTest {

  static Stream<Record> configurations() {
    return Stream.of(
        EmbedModel.Config.tiny(),
        RecombineModel.Config.tiny(),
        TokenModel.Config.tiny(),
        ZoomModel.Config.tiny());
  }

  private static Stream<String> enums(Class<?> type, String path) {
    return Stream.of(type.getRecordComponents())
        .flatMap(
            component -> {
              String name = path + component.getName();
              Class<?> kind = component.getType();
              return kind.isRecord()
                  ? enums(kind, name + ".")
                  : Stream.of(component)
                      .map(RecordComponent::getType)
                      .filter(Class::isEnum)
                      .map(c -> name);
            });
  }

  @ParameterizedTest
  @MethodSource("configurations")
  void refusesAWordThatIsNone(Record config) {
    List<String> names = enums(config.getClass(), "").toList();
    assertThat(names).anyMatch(name -> name.endsWith(".fit"));
    for (String name : names) {
      for (String word : List.of("NONSENSE", "null", "[]", "3")) {
        assertThatThrownBy(() -> Settings.apply(config, Map.of(name, word)))
            .as(name)
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining(name + " has no value ")
            .hasMessageContaining("; there are ");
      }
    }
  }

  @Test
  void changesValuesOfEveryKind() {
    TokenModel.Config changed =
        Settings.apply(
            TokenModel.Config.tiny(),
            Map.of(
                "answer", "MEDOID",
                "stages", "[8, 16]",
                "image.fit", "STRETCH",
                "dropout", "0.25"));
    assertThat(changed.answer()).isEqualTo(TokenModel.Answer.MEDOID);
    assertThat(changed.stages()).containsExactly(8, 16);
    assertThat(changed.image().fit()).hasToString("STRETCH");
    assertThat(changed.dropout()).isEqualTo(0.25);
    assertThat(changed.width()).isEqualTo(TokenModel.Config.tiny().width());
  }

  @Test
  void saysWhyASettingDoesNotFit() {
    TokenModel.Config config = TokenModel.Config.tiny();
    assertThatThrownBy(() -> Settings.apply(config, Map.of("stages", "8,16")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("stages=8,16")
        .hasMessageContaining("BEGIN_ARRAY");
    assertThatThrownBy(() -> Settings.apply(config, Map.of("width", "wide")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("width=wide");
    assertThatThrownBy(() -> Settings.apply(config, Map.of("beamWidth", "0")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("beamWidth must be positive: 0");
    assertThatThrownBy(() -> Settings.apply(config, Map.of("image.depth", "3")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no setting image.depth; there are height, width, fit");
  }
}
