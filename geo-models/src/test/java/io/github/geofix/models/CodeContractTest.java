package io.github.geofix.models;

import static io.github.geofix.models.Samples.CARD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import io.github.geofix.core.LoadOptions;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.nn.Forward;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Code that a model folder names is run only if the caller allows it, in every family. */
final class CodeContractTest {
  private static final AtomicInteger CREATED = new AtomicInteger();

  @TempDir private Path folder;

  /** A class as a configuration may name it. */
  static final class Counting extends Backbone {
    Counting() {
      super(ImageSpec.symmetric(32), 4);
      CREATED.incrementAndGet();
    }

    @Override
    public NDArray forward(Forward f, NDArray images) {
      throw new AssertionError("not run in this test");
    }

    @Override
    public int featureMapSize(int pixels) {
      return 4;
    }
  }

  private GeoModel untrained(String method) throws IOException {
    Path map = folder.resolve("map.png");
    ImageIO.write(Samples.noise(128, 64, 1), "png", map.toFile());
    Map<String, String> settings =
        switch (method) {
          case "zoom", "recombine" -> Map.of("map", map.toString());
          case "token" ->
              Map.of(
                  "input.encoder.type", "named",
                  "input.encoder.backbone", "residual-small",
                  "input.encoder.trainableBlocks", "-1");
          default -> Map.of();
        };
    List<LatLng> positions = IntStream.range(0, 20).mapToObj(i -> new LatLng(i, 2 * i)).toList();
    return Family.named(method).create("tiny", settings, positions, 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"embed", "recombine", "token", "zoom"})
  void aClassIsCreatedOnlyIfTheCallerAllowsIt(String method) throws IOException {
    Path saved = folder.resolve("model");
    try (GeoModel model = untrained(method)) {
      model.save(saved, CARD);
    }
    Path json = saved.resolve("config.json");
    String text = Files.readString(json);
    assertThat(text).contains("\"residual-small\"");
    Files.writeString(json, text.replace("residual-small", Counting.class.getName()));
    int before = CREATED.get();
    assertThatThrownBy(() -> Localizer.load(saved))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining(saved + " runs code when it is loaded: the class ")
        .hasMessageContaining(Counting.class.getName())
        .hasMessageContaining("--allow-code");
    assertThat(CREATED).hasValue(before);
    LoadOptions allowed = LoadOptions.defaults().withAllowCode(true);
    // It is created, and has none of the arrays that the folder holds.
    assertThatThrownBy(() -> Localizer.load(saved, allowed))
        .isInstanceOf(RuntimeException.class)
        .hasMessageNotContaining("--allow-code");
    assertThat(CREATED).hasValueGreaterThan(before);
  }

  @Test
  void codeIsRefusedByDefault() {
    assertThat(LoadOptions.defaults().allowCode()).isFalse();
  }
}
