package io.github.geofix.models.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.geofix.core.ModelFormatException;
import io.github.geofix.models.image.Fit;
import io.github.geofix.models.recombine.RecombineModel;
import io.github.geofix.models.zoom.ZoomModel;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingsTest {

  @Test
  void readsNumbersWordsAndJson() {
    Map<String, String> settings =
        Map.of("area", "WORLD", "sides", "[2,3]", "photo.fit", "CROP", "meanKm", "1.5");
    ZoomModel.Config config = Settings.apply(ZoomModel.Config.paper(), settings);
    assertThat(config.area()).isEqualTo(ZoomModel.Area.WORLD);
    assertThat(config.sides()).containsExactly(2, 3);
    assertThat(config.photo().fit()).isEqualTo(Fit.CROP);
    assertThat(config.meanKm()).isEqualTo(1.5);
  }

  @Test
  void refusesAWordThatIsNoneOfTheChoices() {
    assertThatThrownBy(() -> Settings.apply(ZoomModel.Config.paper(), Map.of("area", "world")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a setting does not fit: {area=world}: area must be WORLD or LOCAL: world");
    assertThatThrownBy(() -> Settings.apply(ZoomModel.Config.paper(), Map.of("photo.fit", "BOX")))
        .hasMessageContaining("photo.fit must be STRETCH or CROP: BOX");
    assertThatThrownBy(() -> Settings.apply(RecombineModel.Config.paper(), Map.of("loss", "L1")))
        .hasMessageContaining("loss must be TUPLE, INFO_NCE or TRIPLET: L1");
  }

  @Test
  void saysWhichSettingIsNoNumber() {
    assertThatThrownBy(() -> Settings.apply(ZoomModel.Config.tiny(), Map.of("heads", "many")))
        .hasMessage("a setting does not fit: {heads=many}: For input string: \"many\"");
  }

  @Test
  void aFolderThatNamesNoneOfTheChoicesOrLacksOneIsRefused() {
    JsonObject config =
        JsonParser.parseString("{\"head\": \"DECODER\", \"area\": \"MARS\"}").getAsJsonObject();
    ModelFolder mars = new ModelFolder(Path.of("model"), "zoom", config);
    assertThatThrownBy(() -> mars.config(ZoomModel.Config.class))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("area must be WORLD or LOCAL: MARS");
    JsonObject without = JsonParser.parseString("{\"sides\": [4]}").getAsJsonObject();
    ModelFolder none = new ModelFolder(Path.of("model"), "zoom", without);
    assertThatThrownBy(() -> none.config(ZoomModel.Config.class))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("head must be CHILD_COSINE or DECODER");
  }
}
