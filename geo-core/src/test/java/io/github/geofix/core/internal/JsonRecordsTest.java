package io.github.geofix.core.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.geofix.core.geodesy.LatLng;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class JsonRecordsTest {

  private enum Negatives {
    ALL_CELLS,
    BATCH
  }

  private sealed interface Head {}

  private record ChildCosine(double temperature) implements Head {}

  private record Decoder(int layers, Optional<Negatives> negatives) implements Head {
    Decoder {
      if (layers < 1) {
        throw new IllegalArgumentException("layers must be positive: " + layers);
      }
    }
  }

  private record World() implements Head {}

  private record Config(
      Head head,
      List<Head> more,
      Negatives negatives,
      Path map,
      LatLng center,
      Map<String, Double> scales,
      long seed,
      float mean,
      boolean augment,
      String name) {}

  private static final Config CONFIG =
      new Config(
          new Decoder(4, Optional.empty()),
          List.of(new ChildCosine(0.07), new World(), new Decoder(1, Optional.of(Negatives.BATCH))),
          Negatives.ALL_CELLS,
          Path.of("tiles"),
          new LatLng(38.5, -77),
          Map.of("a", 0.1),
          Long.MIN_VALUE,
          0.1f,
          true,
          "<x>");

  private static final String JSON =
      """
      {
        "head": {
          "type": "decoder",
          "layers": 4
        },
        "more": [
          {
            "type": "childCosine",
            "temperature": 0.07
          },
          {
            "type": "world"
          },
          {
            "type": "decoder",
            "layers": 1,
            "negatives": "batch"
          }
        ],
        "negatives": "all-cells",
        "map": "tiles",
        "center": {
          "latitude": 38.5,
          "longitude": -77.0
        },
        "scales": {
          "a": 0.1
        },
        "seed": -9223372036854775808,
        "mean": 0.1,
        "augment": true,
        "name": "<x>"
      }
      """;

  @Test
  void recordsAreWrittenAndReadAlike() {
    JsonObject written = JsonRecords.write(CONFIG);
    assertThat(StrictJson.print(written)).isEqualTo(JSON);
    assertThat(JsonRecords.read(StrictJson.parse(JSON), Config.class)).isEqualTo(CONFIG);
    assertThat(JsonRecords.read(written, Config.class)).isEqualTo(CONFIG);
  }

  @Test
  void readsTheJavaNameOfAConstant() {
    JsonElement json = StrictJson.parse(JSON.replace("all-cells", "ALL_CELLS"));
    assertThat(JsonRecords.read(json, Config.class)).isEqualTo(CONFIG);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "layers": 4 | "layers": 4.5 | head.layers has no value 4.5; needed is a whole number from
          "layers": 4 | "layers": null | head.layers has no value null; needed is a whole number
          "layers": 4 | "layers": "4" | head.layers has no value "4"; needed is a whole number
          "layers": 4 | "layers": 3e9 | head.layers has no value 3e9; needed is a whole number
          "layers": 4 | "layers": 0 | head: layers must be positive: 0
          "layers": 4 | "layer": 4 | head.layers is missing; needed is a whole number
          "layers": 4 | "layers": 4, "depth": 1 | there is no head.depth; there are layers, negatives
          "type": "decoder" | "type": "Decoder" | head.type has no value "Decoder"; there are
          "type": "decoder",\\n | | head.type is missing; there are childCosine, decoder, world
          "negatives": "batch" | "negatives": null | more.negatives has no value null; there are
          "negatives": "batch" | "negatives": "some" | more.negatives has no value "some"; there are
          "all-cells" | "cells" | negatives has no value "cells"; there are all-cells, batch
          "tiles" | 5 | map has no value 5; needed is a text
          "latitude": 38.5 | "latitude": 1e400 | center.latitude has no value 1e400; needed is a number
          "latitude": 38.5 | "latitude": "NaN" | center.latitude has no value "NaN"; needed is a number
          "latitude": 38.5 | "latitude": 91 | center: latitude
          {"a": 0.1} | {"a": true} | scales.a has no value true; needed is a number
          0.1, | 1e39, | mean has no value 1e39; needed is a number
          true | 1 | augment has no value 1; there are true, false
          "<x>" | [] | name has no value []; needed is a text
          """)
  void refusesWhatDoesNotFit(String before, String after, String message) {
    String compact = StrictJson.parse(JSON).toString();
    String from = before.replace(": ", ":").replace("\\n", "");
    String to = after == null ? "" : after.replace(": ", ":");
    assertThat(compact).contains(from);
    JsonElement json =
        StrictJson.parse(compact.replaceFirst(java.util.regex.Pattern.quote(from), to));
    assertThatThrownBy(() -> JsonRecords.read(json, Config.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"a": 1, "a": 2} | the name a is given twice
          {"a": 1} {}      | this is not JSON
          {"a": 1} x       | this is not JSON
          {"a": NaN}       | this is not JSON
          {a: 1}           | this is not JSON
          {"a": 1,}        | this is not JSON
          // c             | this is not JSON
          ``               | this is not JSON
          """)
  void parsesNothingButStrictJson(String text, String message) {
    assertThatThrownBy(() -> StrictJson.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void doesNotOverflowTheStack() {
    String deep = "[".repeat(1 << 20);
    assertThatThrownBy(() -> StrictJson.parse(deep)).isInstanceOf(IllegalArgumentException.class);
  }
}
