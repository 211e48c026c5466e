package io.github.geofix.core.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class PrintableTest {

  @Test
  void escapesWhatControlsATerminal() {
    assertThat(Printable.of("\u001b[2J\u001b]0;pwned\u0007.png"))
        .isEqualTo("\\u001b[2J\\u001b]0;pwned\\u0007.png");
    assertThat(Printable.of("a\nb\r\tc\u0085\u2028"))
        .isEqualTo("a\\u000ab\\u000d\\u0009c\\u0085\\u2028");
    assertThat(Printable.of("gpj\u202Efdp.exe")).isEqualTo("gpj\\u202efdp.exe");
  }

  @Test
  void leavesNamesOfAllLanguages() {
    for (String name :
        new String[] {"M\u00fcnchen 1.jpg", "\u6771\u4eac.png", "\ud83d\uddfa.webp", "$1\\x"}) {
      assertThat(Printable.of(Path.of(name))).isEqualTo(name);
    }
  }
}
