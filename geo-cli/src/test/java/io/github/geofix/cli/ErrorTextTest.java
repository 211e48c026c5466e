package io.github.geofix.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ErrorTextTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          no tile https://h.org/1/2/3.png?key=SECRET: 403 | no tile https://h.org/1/2/3.png?***: 403
          at http://h:8080/{z}/{x}/{y}?a=SECRET&b=1, then | at http://h:8080/{z}/{x}/{y}?***, then
          see https://me:SECRET@h.org/t.png | see https://***@h.org/t.png
          see https://h.org/t.png | see https://h.org/t.png
          is it a photo? no | is it a photo? no
          """)
  void hidesTheSecretsOfAddresses(String message, String shown) {
    assertThat(ErrorText.of(new IllegalArgumentException(message))).isEqualTo(shown);
  }

  @Test
  void isOneLineThatControlsNothing() {
    assertThat(ErrorText.of(new IllegalArgumentException("a\n b\u001b[2J\uFFFD")))
        .isEqualTo("a; b\\u001b[2J?");
    assertThat(ErrorText.of(new IllegalArgumentException("x".repeat(5000)))).hasSize(2003);
  }
}
