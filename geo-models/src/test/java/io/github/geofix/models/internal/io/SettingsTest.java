package io.github.geofix.models.internal.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.geofix.core.internal.JsonRecords;
import io.github.geofix.models.embed.EmbedConfig;
import io.github.geofix.models.recombine.RecombineConfig;
import io.github.geofix.models.token.Decoding.Sampling;
import io.github.geofix.models.token.TokenConfig;
import io.github.geofix.models.zoom.ZoomConfig;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class SettingsTest {

  static Stream<Record> configurations() {
    return Stream.of(
        EmbedConfig.tiny(), RecombineConfig.tiny(), TokenConfig.tiny(), ZoomConfig.tiny("map.png"));
  }

  private static Stream<String> enums(Record value, String path) {
    return Stream.of(value.getClass().getRecordComponents())
        .flatMap(
            component -> {
              String name = path + component.getName();
              Object part = valueOf(component, value);
              if (part instanceof Record inner) {
                return enums(inner, name + ".");
              }
              return part instanceof Enum ? Stream.of(name) : Stream.empty();
            });
  }

  private static Object valueOf(RecordComponent component, Record value) {
    try {
      return component.getAccessor().invoke(value);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }

  @ParameterizedTest
  @MethodSource("configurations")
  void refusesAWordThatIsNone(Record config) {
    List<String> names = enums(config, "").toList();
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
    TokenConfig changed =
        Settings.apply(
            TokenConfig.tiny(),
            Map.of(
                "selection", "medoid",
                "input.encoder.stages", "[8, 16]",
                "input.image.fit", "STRETCH",
                "decoding.type", "sampling",
                "decoding.samples", "5",
                "transformer.dropout", "0.25"));
    assertThat(changed.selection()).isEqualTo(TokenConfig.SelectionRule.MEDOID);
    TokenConfig.Photo photo = (TokenConfig.Photo) changed.input();
    assertThat(photo.encoder()).isEqualTo(new TokenConfig.Residual(List.of(8, 16)));
    assertThat(photo.image().fit()).hasToString("STRETCH");
    assertThat(changed.decoding()).isEqualTo(Sampling.of(5, 1));
    assertThat(changed.transformer().dropout()).isEqualTo(0.25);
    assertThat(changed.cells()).isEqualTo(TokenConfig.tiny().cells());
  }

  @Test
  void saysWhyASettingDoesNotFit() {
    TokenConfig config = TokenConfig.tiny();
    assertThatThrownBy(() -> Settings.apply(config, Map.of("decoding.beamWidth", "0")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("decoding: beamWidth must be at least 1: 0");
    assertThatThrownBy(() -> Settings.apply(config, Map.of("input.image.depth", "3")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no setting input.image.depth; there are height, width, fit");
  }

  private sealed interface Head {}

  private record Cosine(double temperature) implements Head {}

  private record Decoder(int layers, double dropout) implements Head {
    static Decoder defaults() {
      return new Decoder(4, 0.1);
    }
  }

  private record World() implements Head {}

  private record Model(Head head, Optional<Decoder> more) {}

  private static final Model MODEL = new Model(new Cosine(0.07), Optional.empty());

  @Test
  void anAlternativeBeginsWithItsDefaults() {
    assertThat(Settings.apply(MODEL, Map.of("head.layers", "6", "head.type", "decoder")).head())
        .isEqualTo(new Decoder(6, 0.1));
    assertThat(Settings.apply(MODEL, Map.of("head.type", "world")).head()).isEqualTo(new World());
    assertThat(Settings.apply(MODEL, Map.of("head.type", "cosine", "head.temperature", "1")).head())
        .isEqualTo(new Cosine(1));
    assertThat(Settings.apply(MODEL, Map.of("head.type", "cosine"))).isEqualTo(MODEL);
    assertThat(Settings.apply(MODEL, Map.of("more.layers", "2")).more())
        .contains(new Decoder(2, 0.1));
    assertThat(
            Settings.apply(
                    MODEL, Map.of("head", "{\"type\": \"decoder\", \"layers\": 1, \"dropout\": 0}"))
                .head())
        .isEqualTo(new Decoder(1, 0));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          head.layers   | 3       | no setting head.layers; there are type, temperature
          head.type     | encoder | head.type has no value "encoder"; there are cosine, decoder, world
          head          | decoder | head has no value "decoder"; it consists of a type, one of cosine
          head.type.x   | 1       | no setting head.type.x; there are type, temperature
          head.temperature.x | 1  | no setting head.temperature.x; there are type, temperature
          more.depth    | 1       | no setting more.depth; there are layers, dropout
          type          | cosine  | no setting type; there are head, more
          .head         | 1       | no setting .head; there are head, more
          """)
  void listsTheSettingsThatThereAre(String name, String value, String message) {
    assertThatThrownBy(() -> Settings.apply(MODEL, Map.of(name, value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void reportsWhatAnAlternativeWithoutDefaultsIsMissing() {
    Model decoder = new Model(Decoder.defaults(), Optional.empty());
    assertThatThrownBy(() -> Settings.apply(decoder, Map.of("head.type", "cosine")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("head.temperature is missing; needed is a number");
  }

  /** What fits, what does not, and what is missing in a file. */
  private record Sample(
      int count, long seed, double rate, float mean, boolean augment, String map, Part part) {}

  private record Part(List<Integer> sides, List<Double> shares) {}

  private static final Sample SAMPLE =
      new Sample(1, 2, 3, 4, true, "map", new Part(List.of(5), List.of(6.0)));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          count       | 2.7        | needed is a whole number from -2147483648 to 2147483647
          count       | 2147483648 | needed is a whole number from -2147483648 to 2147483647
          count       | 1e400      | needed is a whole number from -2147483648 to 2147483647
          count       | 1e99999999999 | needed is a whole number from -2147483648 to 2147483647
          count       | "NaN"      | needed is a whole number from -2147483648 to 2147483647
          count       | "wide"     | needed is a whole number from -2147483648 to 2147483647
          count       | []         | needed is a whole number from -2147483648 to 2147483647
          seed        | 9223372036854775808 | needed is a whole number from \
          -9223372036854775808 to 9223372036854775807
          rate        | "NaN"      | needed is a number
          rate        | "-Infinity" | needed is a number
          rate        | 1e400      | needed is a number
          mean        | 1e39       | needed is a number
          augment     | "yes"      | there are true, false
          augment     | 1          | there are true, false
          map         | {}         | needed is a text
          part        | 3          | it consists of sides, shares
          part.sides  | "8,16"     | needed is a list, such as [2,4]
          part.sides  | 2.5        | needed is a whole number from -2147483648 to 2147483647
          part.shares | "half"     | needed is a number
          """)
  void refusesAValueThatWouldBeChanged(String name, String given, String needed) {
    boolean inList = name.startsWith("part.") && !given.contains(",");
    String value = given.replace("\"", "");
    assertThatThrownBy(
            () -> Settings.apply(SAMPLE, Map.of(name, inList ? "[1," + given + "]" : value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(name + " has no value " + given + "; " + needed);
  }

  @Test
  void takesNumbersHoweverTheyAreWritten() {
    Map<String, String> settings =
        Map.of("count", "1e3", "seed", "-7.0", "rate", "5", "mean", "0.25", "map", "12");
    assertThat(Settings.apply(SAMPLE, settings))
        .isEqualTo(new Sample(1000, -7, 5, 0.25f, true, "12", SAMPLE.part()));
  }

  @Test
  void refusesToTakeZeroForANumberThatIsMissing() {
    JsonObject tree = JsonParser.parseString("{\"part\": {}, \"seed\": 1}").getAsJsonObject();
    assertThatThrownBy(() -> JsonRecords.read(tree, Sample.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("count is missing; needed is a whole number");
  }
}
