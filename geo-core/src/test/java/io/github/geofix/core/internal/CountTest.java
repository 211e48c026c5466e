package io.github.geofix.core.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CountTest {

  @ParameterizedTest
  @CsvSource({
    "0, photos, 0 photos",
    "1, photos, 1 photo",
    "2, photos, 2 photos",
    "1234567, points, '1,234,567 points'",
    "1, images are missing, 1 image is missing",
    "1, rows have no position, 1 row has no position",
    "1, map images in world.index, 1 map image in world.index",
    "1, photos and 92 images are listed, 1 photo and 92 images are listed",
    "1, queries do not fit, 1 query does not fit",
    "1, batches of 8, 1 batch of 8",
    "1, places, 1 place",
    "3, rows have no position, 3 rows have no position",
  })
  void agreesWithTheNumber(long number, String things, String expected) {
    assertThat(Count.of(number, things)).isEqualTo(expected);
  }
}
