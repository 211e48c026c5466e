package io.github.geofix.core.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class RelativeNamesTest {

  @Test
  void namesFilesBelowTheFolderOfAll() {
    Path first = Path.of("data/test/europe/a.jpg");
    Path second = Path.of("data/test/../test/asia/b.jpg");
    RelativeNames names = RelativeNames.of(List.of(first, second.toAbsolutePath()));
    assertThat(names.of(first)).isEqualTo("europe/a.jpg");
    assertThat(names.of(first.toAbsolutePath())).isEqualTo("europe/a.jpg");
    assertThat(names.of(second)).isEqualTo("asia/b.jpg");
    assertThat(names.of(Path.of("data/c.jpg"))).isEqualTo("data/c.jpg");
  }

  @Test
  void namesOneFileWithoutItsFolder() {
    assertThat(RelativeNames.of(List.of(Path.of("data/a.jpg"))).of(Path.of("data/a.jpg")))
        .isEqualTo("a.jpg");
    assertThat(RelativeNames.of(List.of()).of(Path.of("a.jpg"))).isEqualTo("a.jpg");
  }
}
