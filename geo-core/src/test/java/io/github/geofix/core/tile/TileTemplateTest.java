package io.github.geofix.core.tile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.geofix.core.tile.TileSource.TileScheme;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TileTemplateTest {

  @ParameterizedTest
  @CsvSource({
    "{z}/{x}/{y}.jpg, XYZ, 3/1/2.jpg",
    "{z}/{x}/{y}.jpg, TMS, 3/1/5.jpg",
    "{z}/{x}/{-y}.jpg, XYZ, 3/1/5.jpg",
    "{z}/{x}/{-y}.jpg, TMS, 3/1/5.jpg",
    "{z}/{x}/{-y}.jpg, GEODETIC_XYZ, 3/1/5.jpg",
    "https://h/{y}/{x}/{z}{r}.png?a=b, XYZ, https://h/2/1/3.png?a=b",
  })
  void fillsInTheTile(String source, TileScheme scheme, String filled) {
    assertThat(TileTemplate.parse(source, scheme).fill(3, 1, 2)).isEqualTo(filled);
  }

  @ParameterizedTest
  @CsvSource({
    "https://h/${z}/${x}/${y}.png, ${z}: write {z} instead",
    "https://h/{z}/{x}/${-y}.png, ${-y}: write {-y} instead",
    "'https://{s}.h/{z}/{x}/{y}.png', '{s}: write one of the server''s subdomains instead'",
    "'https://h/{quadkey}.png', '{quadkey}: tiles numbered by quadkeys'",
    "'https://h/{z}/{x}/{y}.png?key={apikey}', '{apikey}: there are {z}, {x}, {y} and {-y}'",
  })
  void refusesOtherPlaceholdersByName(String source, String message) {
    assertThatThrownBy(() -> TileTemplate.parse(source, TileScheme.XYZ))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource({
    "{z}/{x}.png, {y}",
    "{z}/{z}/{x}/{y}.png, {z}",
    "{z}/{x}/{y}/{-y}.png, {y}",
    "{x}/{y}.png, {z}",
  })
  void refusesMissingAndDoubledPlaceholders(String source, String placeholder) {
    assertThatThrownBy(() -> TileTemplate.parse(source, TileScheme.XYZ))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must hold " + placeholder + " once");
  }

  @Test
  void refusalsHoldNoKey() {
    assertThatThrownBy(
            () -> TileTemplate.parse("https://h/{z}/{x}.png?key=APIKEY42", TileScheme.XYZ))
        .hasMessageContaining("https://h/{z}/{x}.png?key=***")
        .hasMessageNotContaining("APIKEY42");
  }
}
