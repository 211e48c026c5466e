package io.github.geofix.models.internal.recombine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.Oracle;
import io.github.geofix.models.backbone.Fill;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.backbone.ConvNeXt;
import io.github.geofix.models.internal.recombine.FeatureRecombination.Normalization;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.GradientCheck;
import io.github.geofix.models.nn.LayerNorm;
import io.github.geofix.models.nn.NoGradExtension;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.recombine.RecombineConfig.View;
import io.github.geofix.models.weights.RenameTable;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(NoGradExtension.class)
class FeatureRecombinationTest {
  private static final Forward F = Forward.INFERENCE;

  private NDManager manager;

  @BeforeEach
  void open() {
    manager = TorchEngine.newManager();
  }

  @AfterEach
  void close() {
    manager.close();
  }

  @ParameterizedTest
  @CsvSource({"sat_sq, AERIAL", "sat_odd, AERIAL", "grd_pano, GROUND", "grd_odd, GROUND"})
  void equalsFrGeo(String name, View view) {
    Oracle oracle = Oracle.of("frgeo_frm_tiny");
    ConvNeXt backbone =
        new ConvNeXt(
            new ConvNeXt.Options(
                List.of(1, 1, 2, 1), List.of(8, 16, 24, 32), ImageSpec.imageNet(64), 0));
    oracle.load(backbone, manager);
    FeatureRecombination recombination = FeatureRecombination.of(4, backbone::normalized);
    NDArray map = backbone.map(F, oracle.array(manager, name + ".input"));
    oracle.assertClose(map, name + ".stage4_features", 1e-5);
    oracle.assertClose(recombination.recombine(F, map, view), name + ".frm_output", 1e-5);
  }

  @Test
  void equalsFrGeoAtFullSize() {
    Oracle oracle = Oracle.of("frgeo_convnext_t_full");
    ConvNeXt backbone = new ConvNeXt(ConvNeXt.Options.tiny());
    new Fill(202, 0.05, 0.5)
        .into(
            backbone,
            manager,
            Fill.shapes("/oracles/frgeo_convnext_t_names.json"),
            RenameTable.IDENTITY);
    for (String name : List.of("stages.0.0.dwconv.weight", "downsample_layers.0.0.weight")) {
      float[] values = backbone.parameter(name).array().toFloatArray();
      assertThat(Arrays.copyOf(values, 8))
          .isEqualTo(oracle.floats("weight_check." + name + "_first8"));
    }
    checkFullSize(backbone, oracle, "cvusa_grd", View.GROUND, 31, 128, 512);
    checkFullSize(backbone, oracle, "cvusa_sat", View.AERIAL, 32, 256, 256);
    checkFullSize(backbone, oracle, "vigor_sat", View.AERIAL, 33, 320, 320);
    checkFullSize(backbone, oracle, "vigor_grd", View.GROUND, 34, 320, 640);
  }

  private void checkFullSize(
      ConvNeXt backbone, Oracle oracle, String name, View view, long seed, int rows, int columns) {
    float[] pixels = Fill.uniform(seed, -1, 1, 3 * rows * columns);
    assertThat(Arrays.copyOf(pixels, 8)).isEqualTo(oracle.floats(name + ".input_first8"));
    NDArray map = backbone.map(F, manager.create(pixels, new Shape(1, 3, rows, columns)));
    FeatureRecombination recombination = FeatureRecombination.of(4, backbone::normalized);
    oracle.assertClose(recombination.recombine(F, map, view), name + ".frm_output", 1e-4);
  }

  @ParameterizedTest
  @CsvSource({"1, 4, 8", "2, 6, 6", "3, 3, 5", "4, 7, 4"})
  void fourRegionsAreStripsAndQuadrants(long seed, int rows, int columns) {
    NDArray map = random(seed, 2, 3, rows, columns);
    String top = ":" + rows / 2;
    String bottom = rows / 2 + ":";
    String left = ":" + columns / 2;
    String right = columns / 2 + ":";
    int width = columns / 4;
    FeatureRecombination recombination = FeatureRecombination.of(4, Normalization.NONE);
    assertBlocks(
        recombination.recombine(F, map, View.AERIAL),
        mean(map, bottom, left),
        mean(map, top, left),
        mean(map, top, right),
        mean(map, bottom, right));
    assertBlocks(
        recombination.recombine(F, map, View.GROUND),
        mean(map, ":", ":" + width),
        mean(map, ":", width + ":" + 2 * width),
        mean(map, ":", 2 * width + ":" + 3 * width),
        mean(map, ":", 3 * width + ":"));
  }

  @Test
  void aSquareGroundMapIsStillCutIntoStrips() {
    NDArray map = random(5, 1, 2, 4, 4);
    FeatureRecombination recombination = FeatureRecombination.of(4, Normalization.NONE);
    assertThat(recombination.recombine(F, map, View.GROUND).toFloatArray())
        .isNotEqualTo(recombination.recombine(F, map, View.AERIAL).toFloatArray());
  }

  /** A lamp in one direction lights the same region from the ground and from above. */
  @ParameterizedTest
  @CsvSource({"2, 90", "2, 270", "4, 225", "4, 45", "8, 22.5", "8, 157.5", "8, 247.5", "3, 300"})
  void bothViewsAgreeOnDirections(int regions, double azimuth) {
    float[] ground = new float[24];
    int column = (int) Math.floor((azimuth + 180) % 360 / 360 * 24);
    ground[column] = 1;
    float[] aerial = new float[24 * 24];
    int row = (int) (12 - 10 * Math.cos(Math.toRadians(azimuth)));
    aerial[row * 24 + (int) (12 + 10 * Math.sin(Math.toRadians(azimuth)))] = 1;
    FeatureRecombination recombination = FeatureRecombination.of(regions, Normalization.NONE);
    NDArray fromGround =
        recombination.recombine(F, manager.create(ground, new Shape(1, 1, 1, 24)), View.GROUND);
    NDArray fromAbove =
        recombination.recombine(F, manager.create(aerial, new Shape(1, 1, 24, 24)), View.AERIAL);
    int region = (int) ((azimuth + 180) % 360 / 360 * regions);
    assertThat(fromGround.argMax(1).toLongArray()).containsExactly(region);
    assertThat(fromAbove.argMax(1).toLongArray()).containsExactly(region);
  }

  @ParameterizedTest
  @ValueSource(longs = {6, 7, 8})
  void shiftsAreTheRecombinationsOfTurnedPanoramas(long seed) {
    NDArray map = random(seed, 2, 3, 2, 8);
    LayerNorm norm = new LayerNorm(3, 1e-6);
    norm.initialize(manager, seed);
    FeatureRecombination recombination = FeatureRecombination.of(4, norm::forward);
    NDArray shifted = recombination.shifted(F, map, 8, 360);
    assertThat(shifted.getShape()).isEqualTo(new Shape(2, 8, 12));
    for (int s = 0; s < 8; s++) {
      NDArray north = s == 0 ? map : map.get("..., -" + s + ":").concat(map.get("..., :-" + s), 3);
      assertClose(
          shifted.get(":, " + s), recombination.recombine(F, north, View.GROUND).toFloatArray());
    }
  }

  @ParameterizedTest
  @CsvSource({"9, 0", "10, 2", "11, 7", "12, 5"})
  void findsTheHeading(long seed, int quarterOfQuarter) {
    NDArray maps = random(seed, 5, 16, 1, 8);
    FeatureRecombination recombination = FeatureRecombination.of(4, Normalization.NONE);
    NDArray aerial = recombination.recombine(F, maps, View.GROUND);
    int s = quarterOfQuarter;
    // Begins s columns further right: the middle looks s/8 of a circle east of north.
    NDArray turned = s == 0 ? maps : maps.get("..., " + s + ":").concat(maps.get("..., :" + s), 3);
    NDArray shifted = recombination.shifted(F, turned, 8, 360).normalize(2, 2);
    HeadingMatches matches = HeadingMatches.of(shifted, aerial.normalize(2, 1));
    assertThat(matches.similarities().argMax(1).toLongArray()).containsExactly(0, 1, 2, 3, 4);
    for (int i = 0; i < 5; i++) {
      assertThat(matches.similarities().getFloat(i, i)).isCloseTo(1, within(1e-5f));
      assertThat(matches.headings().getFloat(i, i)).isEqualTo(45f * s);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 16})
  void holdsAsMuchForManyHeadingsAsForFew(int headings) {
    try (NDManager step = manager.newSubManager()) {
      NDArray photos = step.randomNormal(new Shape(3, headings, 8));
      HeadingMatches matches = HeadingMatches.of(photos, step.randomNormal(new Shape(5, 8)));
      assertThat(matches.similarities().getShape()).isEqualTo(new Shape(3, 5));
      long pairs =
          step.getManagedArrays().stream()
              .filter(array -> array.getShape().equals(new Shape(3, 5)))
              .count();
      assertThat(pairs).isEqualTo(2);
    }
  }

  @Test
  void aNarrowPhotoFillsTheRegionsItSees() {
    NDArray map = manager.create(new float[] {1, 2, 3, 4}, new Shape(1, 1, 1, 4));
    // A normalization that would turn unseen regions into ones.
    FeatureRecombination recombination = FeatureRecombination.of(4, (f, x) -> x.add(1));
    NDArray shifted = recombination.shifted(F, map, 8, 90);
    // Facing north it sees half of north-west and half of north-east; then north-east alone.
    assertClose(shifted.get("0, 0"), 0, 2.5f, 4.5f, 0);
    assertClose(shifted.get("0, 1"), 0, 0, 3.5f, 0);
    assertClose(shifted.get("0, 4"), 4.5f, 0, 0, 2.5f);
    assertClose(shifted.get("0, 5"), 3.5f, 0, 0, 0);
  }

  @ParameterizedTest
  @ValueSource(doubles = {90, 200, 360})
  void aKnownHeadingIsOneOfAll(double fieldOfView) {
    NDArray map = manager.randomNormal(new Shape(3, 4, 2, 7));
    FeatureRecombination recombination = FeatureRecombination.of(5, (f, x) -> x.add(1));
    NDArray all = recombination.shifted(F, map, 8, fieldOfView);
    NDArray known = recombination.shifted(F, map, new long[] {6, 0, 3}, 8, fieldOfView);
    assertThat(known.getShape()).isEqualTo(new Shape(3, 20));
    assertClose(known.get("0"), all.get("0, 6").toFloatArray());
    assertClose(known.get("1"), all.get("1, 0").toFloatArray());
    assertClose(known.get("2"), all.get("2, 3").toFloatArray());
    assertThatThrownBy(() -> recombination.shifted(F, map, new long[] {0, 8, 0}, 8, 90))
        .hasMessage("heading 8 is not one of 8");
  }

  @ParameterizedTest
  @ValueSource(longs = {13, 14})
  void gradientsEqualDifferences(long seed) {
    LayerNorm norm = new LayerNorm(3, 1e-6);
    FeatureRecombination recombination = FeatureRecombination.of(3, norm::forward);
    GradientCheck.check(
        norm, (f, x) -> recombination.recombine(f, x, View.AERIAL), seed, 2, 3, 4, 5);
    LayerNorm another = new LayerNorm(3, 1e-6);
    FeatureRecombination ground = FeatureRecombination.of(3, another::forward);
    GradientCheck.check(another, (f, x) -> ground.shifted(f, x, 5, 200), seed, 2, 3, 2, 7);
    LayerNorm third = new LayerNorm(3, 1e-6);
    FeatureRecombination known = FeatureRecombination.of(3, third::forward);
    long[] heading = {4, 1};
    GradientCheck.check(third, (f, x) -> known.shifted(f, x, heading, 5, 200), seed, 2, 3, 2, 7);
  }

  @Test
  void refusesWhatDoesNotFit() {
    FeatureRecombination recombination = FeatureRecombination.of(4, Normalization.NONE);
    NDArray map = manager.zeros(new Shape(1, 2, 1, 3));
    assertThatThrownBy(() -> recombination.recombine(F, map, View.GROUND))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "a map of 1 x 3 cells has none in region 0 of the 4 seen from the ground: use larger"
                + " images or fewer regions");
    assertThatThrownBy(() -> recombination.recombine(F, map, View.AERIAL))
        .hasMessageContaining("region 1 of the 4 seen from the air");
    assertThatThrownBy(() -> recombination.shifted(F, map, 4, Double.NaN))
        .hasMessageContaining("field of view of NaN degrees");
    assertThatThrownBy(() -> recombination.shifted(F, map, 0, 90))
        .hasMessageContaining("0 headings");
    NDArray maps = manager.zeros(new Shape(3, 2, 1, 4));
    assertThatThrownBy(() -> recombination.shifted(F, maps, new long[] {1}, 4, 90))
        .hasMessage("1 headings given for maps (3, 2, 1, 4): one each needed");
    assertThatThrownBy(() -> recombination.recombine(F, map.get(0), View.AERIAL))
        .hasMessage("a map (2, 1, 3) is not [B, D, H, W]");
    assertThatThrownBy(() -> FeatureRecombination.of(0, Normalization.NONE))
        .hasMessage("regions must be 1 or more: 0");
  }

  private NDArray random(long seed, long... shape) {
    Random random = new Random(seed);
    float[] values = new float[(int) new Shape(shape).size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return manager.create(values, new Shape(shape));
  }

  private static NDArray mean(NDArray map, String rows, String columns) {
    return map.get(":, :, " + rows + ", " + columns).mean(new int[] {3}).mean(new int[] {2});
  }

  private static void assertBlocks(NDArray actual, NDArray... blocks) {
    NDArray expected = blocks[0];
    for (int i = 1; i < blocks.length; i++) {
      expected = expected.concat(blocks[i], 1);
    }
    assertThat(actual.getShape()).isEqualTo(expected.getShape());
    assertClose(actual, expected.toFloatArray());
  }

  private static void assertClose(NDArray actual, float... expected) {
    assertThat(actual.toFloatArray()).containsExactly(expected, within(1e-5f));
  }
}
