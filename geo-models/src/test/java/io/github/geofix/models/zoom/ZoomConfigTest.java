package io.github.geofix.models.zoom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.geofix.core.cell.CellPath;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.JsonRecords;
import io.github.geofix.models.Family;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.io.Settings;
import io.github.geofix.models.zoom.ZoomConfig.ChildCosine;
import io.github.geofix.models.zoom.ZoomConfig.Decoder;
import io.github.geofix.models.zoom.ZoomConfig.Encoder;
import io.github.geofix.models.zoom.ZoomConfig.Square;
import io.github.geofix.models.zoom.ZoomConfig.Training;
import io.github.geofix.models.zoom.ZoomConfig.World;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class ZoomConfigTest {
  private static final ZoomConfig TINY = ZoomConfig.tiny("map.png");

  private static Stream<ZoomConfig> sizes() {
    return Stream.of(TINY, ZoomConfig.small("map.png"), ZoomConfig.paper("map.png"));
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void survivesBeingWritten(ZoomConfig config) {
    assertThat(JsonRecords.read(JsonRecords.write(config), ZoomConfig.class)).isEqualTo(config);
  }

  @Test
  void settingsReachEveryAlternative() {
    ZoomConfig changed =
        Settings.apply(
            TINY,
            Map.of(
                "head.type", "decoder",
                "head.layers", "2",
                "head.sharedEncoder", "false",
                "area.type", "square",
                "area.center", "{\"latitude\": 47, \"longitude\": 8}",
                "area.sizeMeters", "5000",
                "childrenPerSide", "[3, 3]",
                "search.beamWidth", "1"));
    assertThat(changed.head()).isEqualTo(new Decoder(768, 8, 2, 0.1, false));
    assertThat(changed.area()).isEqualTo(new Square(new LatLng(47, 8), 5000));
    assertThat(changed.grid().steps()).isEqualTo(2);
    assertThat(changed.grid().center(CellPath.ROOT)).isEqualTo(new LatLng(47, 8));
    assertThat(Settings.apply(changed, Map.of("area.type", "world", "head.type", "childCosine")))
        .isEqualTo(
            new ZoomConfig(
                TINY.head(),
                TINY.encoder(),
                TINY.area(),
                List.of(3, 3),
                TINY.map(),
                TINY.training(),
                changed.search(),
                TINY.answer()));
  }

  @ParameterizedTest
  @CsvSource({
    "head.heads, 2, no setting head.heads",
    "area.sizeMeters, 10, no setting area.sizeMeters",
    "head.dimension, 0, dimension must be positive: 0",
    "head.temperature, 0, temperature must be positive: 0.0",
    "head.contrast, -1, contrast must be 0 or more: -1.0",
    "encoder.trainableBlocks, -2, trainableBlocks must be -1 or more: -2",
    "encoder.viewPixels, 0, viewPixels must be positive: 0",
    "encoder.photo.width, 64, ChildCosine needs a square",
    "childrenPerSide, [], a grid needs 1 step or more",
    "childrenPerSide, '[4, 1]', each step needs 2 to 64 cells a side",
    "map, '', map must name the imagery",
    "training.labelSmoothing, 1, labelSmoothing"
  })
  void refusesASettingThatMeansNothing(String name, String value, String message) {
    assertThatThrownBy(() -> Settings.apply(TINY, Map.of(name, value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void refusesNumbersThatAreNone() {
    assertThatThrownBy(() -> new ChildCosine(8, Double.NaN, 1)).hasMessageContaining("temperature");
    assertThatThrownBy(() -> new ChildCosine(8, 1, Double.NaN)).hasMessageContaining("contrast");
    assertThatThrownBy(() -> new Decoder(8, 2, 0, 0, true)).hasMessageContaining("layers");
    assertThatThrownBy(() -> new Decoder(8, 2, 1, 1, true)).hasMessageContaining("dropout");
    assertThatThrownBy(() -> new Square(new LatLng(0, 0), Double.NaN))
        .hasMessageContaining("sizeMeters");
    assertThatThrownBy(() -> new Training(true, Double.NaN)).hasMessageContaining("abelSmoothing");
    assertThatThrownBy(() -> new Encoder(" ", 0, ImageSpec.symmetric(8), 8))
        .hasMessageContaining("backbone");
    assertThat(new World()).hasToString("85.05 degrees south to 85.05 degrees north");
  }

  @Test
  void needsAMap() {
    assertThatThrownBy(() -> Family.named("zoom").create("tiny", Map.of(), List.of(), 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("zoom compares photos with a map: name it by --tiles or the setting map");
  }
}
