package io.github.geofix.models.plonk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.Oracle;
import io.github.geofix.models.backbone.Fill;
import io.github.geofix.models.internal.plonk.PlonkConfig;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.plonk.SphereFlow.Measure;
import io.github.geofix.models.weights.RenameTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Against the authors' code, on a small denoiser. */
final class SphereFlowTest {
  private static final Oracle ORACLE = Oracle.of("plonk_small");
  private static final NDManager MANAGER = TorchEngine.newManager();
  private static final Denoiser DENOISER = new Denoiser(new PlonkConfig.Network(32, 3, 4, 20));
  private static final SphereFlow FLOW = new SphereFlow(DENOISER);

  @BeforeAll
  static void fill() {
    ORACLE.load(DENOISER, MANAGER);
  }

  @AfterAll
  static void close() {
    MANAGER.close();
  }

  private static NDArray row(NDArray rows, int i) {
    return rows.get(i + ":" + (i + 1));
  }

  @Test
  void holdsNoMoreArraysAfterMoreSteps() {
    assertThat(arraysAfter(20)).isEqualTo(arraysAfter(2));
  }

  /** The arrays that drawing samples and their densities leave to be freed with the answer. */
  private static int arraysAfter(int steps) {
    try (NDManager answer = MANAGER.newSubManager()) {
      return TorchEngine.noGrad(
          () -> {
            NDArray noise = answer.randomNormal(new Shape(4, 3));
            NDArray photo = answer.randomNormal(new Shape(1, 20));
            NDArray places = FLOW.sample(noise, photo, steps, 0);
            FLOW.logDensities(places, photo, steps, 0, Measure.SPHERE);
            return answer.getManagedArrays().size();
          });
    }
  }

  @Test
  void theDenoiserIsTheAuthors() {
    NDArray points = ORACLE.array(MANAGER, "denoiser/y");
    NDArray photos = ORACLE.array(MANAGER, "denoiser/emb");
    float[] levels = ORACLE.floats("denoiser/gamma");
    float[] embeddings = ORACLE.floats("denoiser/time_embedding");
    double[] expected = ORACLE.doubles("denoiser/out_f64");
    for (int i = 0; i < levels.length; i++) {
      float[] time = DENOISER.time(Forward.INFERENCE, MANAGER, levels[i]).toFloatArray();
      for (int k = 0; k < 32; k++) {
        assertThat(time[k]).isCloseTo(embeddings[32 * i + k], within(2e-5f));
      }
      float[] velocity =
          DENOISER
              .forward(Forward.INFERENCE, row(points, i), levels[i], row(photos, i))
              .toFloatArray();
      for (int k = 0; k < 3; k++) {
        assertThat(velocity[k]).isCloseTo((float) expected[3 * i + k], within(2e-5f));
      }
    }
  }

  @Test
  void theDenoiserOfFullSizeIsTheAuthors() {
    Oracle oracle = Oracle.of("plonk_full");
    Map<String, long[]> shapes = new LinkedHashMap<>(Fill.shapes("/oracles/plonk_full_names.json"));
    String frequencies = "time_embedder.encode_time.freqs";
    assertThat(shapes.keySet()).hasSize(85);
    try (NDManager manager = TorchEngine.newManager()) {
      Denoiser denoiser = new Denoiser(PlonkConfig.Network.released());
      assertThat(denoiser.parameterCount()).isBetween(36_000_000L, 36_100_000L);
      new Fill(4201, 0.05, 0.5).into(denoiser, manager, shapes, RenameTable.IDENTITY);
      // These are not filled by their name but hold the values they have.
      denoiser
          .parameter(frequencies)
          .write(
              bytes -> {
                for (int k = 0; k < 64; k++) {
                  bytes.putFloat(4 * k, (float) Math.pow(10_000, -k / 64.0));
                }
              });
      float[] levels = oracle.floats("gamma");
      NDArray points = oracle.array(manager, "y");
      NDArray photos = oracle.array(manager, "emb");
      float[] expected = oracle.floats("out");
      for (int i = 0; i < levels.length; i++) {
        float[] velocity =
            denoiser
                .forward(Forward.INFERENCE, row(points, i), levels[i], row(photos, i))
                .toFloatArray();
        for (int k = 0; k < 3; k++) {
          assertThat(velocity[k]).isCloseTo(expected[3 * i + k], within(1e-4f));
        }
      }
    }
  }

  @Test
  void theFrequenciesAreTheReleased() {
    try (NDManager manager = TorchEngine.newManager()) {
      Denoiser fresh = new Denoiser(new PlonkConfig.Network(32, 1, 1, 20));
      fresh.initialize(manager, 1, DataType.FLOAT32);
      assertThat(fresh.parameter("time_embedder.encode_time.freqs").array().toFloatArray())
          .containsExactly(ORACLE.floats("weights.time_embedder.encode_time.freqs"), within(1e-7f));
    }
  }

  @Test
  void theScheduleIsTheAuthors() {
    float[] times = ORACLE.floats("schedule/t");
    float[] levels = ORACLE.floats("schedule/gamma");
    for (int i = 0; i < times.length; i++) {
      assertThat(NoiseSchedule.level(times[i])).isCloseTo(levels[i], within(1e-6));
    }
  }

  @ParameterizedTest
  @CsvSource({"16, 0", "16, 2", "250, 0", "250, 2"})
  void samplesAreTheAuthors(int steps, double guidance) {
    NDArray noise = ORACLE.array(MANAGER, "sampler/noise");
    NDArray photo = ORACLE.array(MANAGER, "sampler/emb");
    NDArray places = TorchEngine.noGrad(() -> FLOW.sample(noise, photo, steps, guidance));
    String name = "sampler/riemannian_steps%d_cfg%d/".formatted(steps, (int) guidance);
    ORACLE.assertClose(places, name + "xyz", 3e-5);
    float[] degrees = ORACLE.floats(name + "latlon_deg");
    List<LatLng> positions = SphereFlow.positions(places);
    for (int i = 0; i < positions.size(); i++) {
      assertThat(positions.get(i).latitude()).isCloseTo(degrees[2 * i], within(5e-3));
      assertThat(positions.get(i).longitude()).isCloseTo(degrees[2 * i + 1], within(5e-3));
    }
  }

  /** The derivative of the noise level by the time: the authors' field is by the time. */
  private static double slope(double time) {
    double s = sigmoid(10 * time - 7);
    return -10 * s * (1 - s) / (sigmoid(3) - sigmoid(-7));
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  @ParameterizedTest
  @CsvSource({"0", "0.3", "0.7", "1"})
  void theJacobianIsTheAuthors(String time) {
    double t = Double.parseDouble(time);
    NDArray points = ORACLE.array(MANAGER, "density/xyz");
    NDArray photo = ORACLE.array(MANAGER, "density/emb");
    Denoiser.Change change =
        TorchEngine.noGrad(() -> DENOISER.change(points, NoiseSchedule.level(t), photo));
    double slope = slope(t);
    float[] field = ORACLE.floats("density/field_t" + time);
    float[] divergence = ORACLE.floats("density/divergence_t" + time);
    float[] velocity = change.velocity().toFloatArray();
    float[] jacobian = change.jacobian().toFloatArray();
    int n = divergence.length;
    for (int i = 0; i < n; i++) {
      double trace = 0;
      for (int k = 0; k < 3; k++) {
        assertThat(slope * velocity[3 * i + k]).isCloseTo(field[3 * i + k], within(5e-5));
        trace += jacobian[3 * n * k + 3 * i + k];
      }
      assertThat(slope * trace).isCloseTo(divergence[i], within(2e-4));
    }
  }

  private static List<LatLng> positions() {
    double[] degrees = ORACLE.doubles("density/coordinates_deg");
    List<LatLng> positions = new ArrayList<>();
    for (int i = 0; i < degrees.length; i += 2) {
      positions.add(new LatLng(degrees[i], degrees[i + 1]));
    }
    return positions;
  }

  private static double[] logDensities(int steps, double guidance, Measure measure) {
    return TorchEngine.infer(
        MANAGER,
        step ->
            FLOW.logDensities(
                SphereFlow.points(step, positions()),
                ORACLE.array(step, "density/emb"),
                steps,
                guidance,
                measure));
  }

  @Test
  void theDensityIsThatOfTheSamples() {
    double[] expected = Oracle.of("plonk_intrinsic_density").doubles("intrinsic_logp_cfg0");
    double[] computed = logDensities(500, 0, Measure.SPHERE);
    for (int i = 0; i < expected.length; i++) {
      assertThat(computed[i]).isCloseTo(expected[i], within(5e-3));
    }
  }

  @Test
  void theAuthorsFigureIsToBeHadForComparison() {
    double[] expected = ORACLE.doubles("density/logp_cfg0_f64");
    double[] computed = logDensities(500, 0, Measure.AMBIENT);
    for (int i = 0; i < expected.length; i++) {
      assertThat(computed[i]).isCloseTo(expected[i], within(5e-3));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPhotoThatShowsNothingHasTheDensityOfNone(Measure measure) {
    double[][] both =
        TorchEngine.infer(
            MANAGER,
            step -> {
              NDArray nothing = step.zeros(new Shape(1, 20));
              NDArray points = SphereFlow.points(step, positions());
              return new double[][] {
                FLOW.logDensities(points, nothing, 10, 0, measure),
                FLOW.logDensities(points, nothing, 10, 3, measure)
              };
            });
    assertThat(both[1]).containsExactly(both[0], within(1e-3));
  }

  @Test
  void positionsAndPointsAreInverse() {
    for (LatLng position : SphereFlow.positions(SphereFlow.points(MANAGER, positions()))) {
      assertThat(positions())
          .anySatisfy(
              given -> {
                assertThat(position.latitude()).isCloseTo(given.latitude(), within(1e-4));
                assertThat(position.longitude()).isCloseTo(given.longitude(), within(1e-4));
              });
    }
    assertThat(SphereFlow.points(MANAGER, positions()).getShape()).isEqualTo(new Shape(10, 3));
  }
}
