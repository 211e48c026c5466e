package io.github.geofix.models.recombine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.format.TensorFile;
import io.github.geofix.models.Oracle;
import io.github.geofix.models.Release;
import io.github.geofix.models.backbone.Fill;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.backbone.ConvNeXt;
import io.github.geofix.models.internal.recombine.RecombineNetwork;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.recombine.RecombineConfig.View;
import io.github.geofix.models.weights.ImportReport;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against checkpoints that the authors' code wrote, of narrow networks. */
final class RecombineReleaseTest {
  private static final Path FILES = Path.of("src/test/resources/releases");
  private static final Forward F = Forward.INFERENCE;

  private static ConvNeXt narrow() {
    return new ConvNeXt(
        new ConvNeXt.Options(
            List.of(1, 1, 2, 1), List.of(8, 16, 24, 32), ImageSpec.imageNet(96), 0));
  }

  private static RecombineNetwork sample4geo() {
    ConvNeXt shared = narrow();
    return new RecombineNetwork(
        shared,
        shared,
        new RecombineNetwork.Options(
            View.GROUND,
            View.AERIAL,
            RecombineConfig.Recombination.defaults().withRegions(1),
            OptionalDouble.of(0.07)));
  }

  @Test
  void sample4GeoEmbedsAsTheAuthors() {
    Oracle oracle = Oracle.of("sample4geo_small");
    try (NDManager manager = TorchEngine.newManager();
        TensorFile file = TensorFile.open(FILES.resolve("sample4geo/weights_e40_98.6830.pth"))) {
      RecombineNetwork network = sample4geo();
      ImportReport report = RecombineRelease.fillSample4Geo(network, manager, file);
      assertThat(report.loaded()).hasSize(63);
      assertThat(network.parameter("log_scale").array().toFloatArray()[0])
          .isCloseTo(3.9f, within(1e-6f));
      NDArray tiles = input(manager, 5110, 96, 96);
      NDArray photos = input(manager, 5111, 64, 160);
      oracle.assertClose(network.embedTiles(F, tiles), "satellite_unit", 1e-5);
      oracle.assertClose(network.embedPhotos(F, photos), "ground_unit", 1e-5);
    }
  }

  private static NDArray input(NDManager manager, long seed, int height, int width) {
    return manager.create(
        Fill.uniform(seed, -2, 2, 2 * 3 * height * width), new Shape(2, 3, height, width));
  }

  @ParameterizedTest
  @ValueSource(strings = {"t113", "t213"})
  void frgeoEmbedsAsTheAuthors(String version) {
    Oracle oracle = Oracle.of("frgeo_checkpoint_" + version);
    try (NDManager manager = TorchEngine.newManager();
        TensorFile file =
            TensorFile.open(FILES.resolve("frgeo/" + version + "_model_best.pth.tar"))) {
      RecombineNetwork network =
          new RecombineNetwork(narrow(), narrow(), RecombineNetwork.Options.defaults());
      ImportReport report = RecombineRelease.fillFrgeo(network, manager, file);
      assertThat(report.missing()).isEmpty();
      assertThat(report.unexpected()).isEmpty();
      NDArray photos = network.embedPhotos(F, input(manager, 5310, 64, 256));
      NDArray tiles = network.embedTiles(F, input(manager, 5311, 128, 128));
      assertClose(photos, oracle.array(manager, "query").normalize(2, 1));
      assertClose(tiles, oracle.array(manager, "reference").normalize(2, 1));
    }
  }

  private static void assertClose(NDArray actual, NDArray expected) {
    assertThat(actual.getShape()).isEqualTo(expected.getShape());
    float[] given = actual.toFloatArray();
    float[] wanted = expected.toFloatArray();
    for (int i = 0; i < wanted.length; i++) {
      assertThat(given[i]).isCloseTo(wanted[i], within(5e-6f));
    }
  }

  @Test
  void allNamesOfTheFullCheckpointsHaveAPlaceAndNoPlaceIsLeft() {
    RecombineNetwork frgeo = RecombineNetwork.of(RecombineConfig.paper());
    Set<String> ours = new TreeSet<>();
    Fill.shapes("/oracles/frgeo_checkpoint_names.json")
        .keySet()
        .forEach(
            name ->
                ours.add(
                    name.replace("module.query_net.", "photos.")
                        .replace("module.reference_net.", "tiles.")));
    assertThat(ours).isEqualTo(new TreeSet<>(frgeo.parameters().keySet())).hasSize(360);

    RecombineNetwork sample4geo = RecombineNetwork.of(RecombineConfig.sample4geo());
    Set<String> places = new TreeSet<>(List.of("log_scale"));
    Fill.shapes("/oracles/sample4geo_full_names.json").keySet().stream()
        .filter(name -> name.startsWith("model."))
        .forEach(
            name ->
                places.add(
                    "backbone."
                        + ConvNeXt.timmNames()
                            .target(name.substring("model.".length()))
                            .orElseThrow()
                            .name()));
    assertThat(places).isEqualTo(new TreeSet<>(sample4geo.parameters().keySet())).hasSize(343);
  }

  @Test
  void theFullConvNeXtIsTheAuthors() {
    Oracle oracle = Oracle.of("sample4geo_full");
    try (NDManager manager = TorchEngine.newManager()) {
      ConvNeXt backbone = new ConvNeXt(ConvNeXt.Options.base().withImage(ImageSpec.imageNet(384)));
      var names = new LinkedHashMap<>(Fill.shapes("/oracles/sample4geo_full_names.json"));
      names.remove("logit_scale");
      new Fill(5201, 0.05, 0.5)
          .into(backbone, manager, names, ConvNeXt.timmNames().withoutPrefix("model."));
      NDArray photo =
          manager.create(Fill.uniform(5211, -2, 2, 3 * 192 * 768), new Shape(1, 3, 192, 768));
      NDArray vector = TorchEngine.noGrad(() -> backbone.vector(F, photo));
      oracle.assertClose(vector, "192x768/features", 2e-5);
    }
  }

  @Test
  void aCheckpointOfAnotherNetworkIsRefused() {
    assertThatThrownBy(
            () -> Release.named("sample4geo-cvusa").read(Release.Source.of(FILES.resolve("frgeo"))))
        .isInstanceOf(ModelFormatException.class);
    assertThatThrownBy(
            () ->
                Release.named("frgeo-cvusa")
                    .read(Release.Source.of(FILES.resolve("frgeo/t113_model_best.pth.tar"))))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("do not fit");
  }
}
