package io.github.geofix.core.internal.tile;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TileAddressTest {

  @ParameterizedTest
  @CsvSource({
    "https://h/{z}/{x}/{y}.png?key=APIKEY42, https://h/{z}/{x}/{y}.png?key=***",
    "https://h/{z}/{x}/{y}?v=2&access_token=a.b-c&s=1, https://h/{z}/{x}/{y}?v=2&access_token=***&s=1",
    "http://h/t?x={x}&y={y}&z={z}&api_key=1#f, http://h/t?x={x}&y={y}&z={z}&api_key=***#f",
    "HTTPS://h/{z}?apiKey=1&subscription-key=2, HTTPS://h/{z}?apiKey=***&subscription-key=***",
    "https://h/{z}?X-Amz-Signature=ab;token=c, https://h/{z}?X-Amz-Signature=***;token=***",
    "https://me:pass@h/{z}/{x}/{y}, https://***@h/{z}/{x}/{y}",
    "https://h/{z}?key=, https://h/{z}?key=***",
    "https://h/{z}/{x}/{y}.png?style=dark, https://h/{z}/{x}/{y}.png?style=dark",
    "tiles?key=1/{z}/{x}/{y}.jpg, tiles?key=1/{z}/{x}/{y}.jpg",
  })
  void secretsAreLeftOut(String address, String redacted) {
    assertThat(TileAddress.redacted(address)).isEqualTo(redacted);
  }

  @Test
  void redactingTwiceChangesNothing() {
    String once = TileAddress.redacted("https://me@h/{z}/{x}/{y}?token=a");
    assertThat(TileAddress.redacted(once)).isEqualTo(once);
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://h/{z}/{x}/{y}", "https://h", "HTTP://h"})
  void serversAreRemote(String source) {
    assertThat(TileAddress.isRemote(source)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "map.mbtiles", "http/{z}/{x}/{y}.png", "file:///map.tif"})
  void filesAreNot(String source) {
    assertThat(TileAddress.isRemote(source)).isFalse();
  }
}
