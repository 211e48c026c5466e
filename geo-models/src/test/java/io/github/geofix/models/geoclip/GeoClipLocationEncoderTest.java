package io.github.geofix.models.geoclip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.Oracle;
import io.github.geofix.models.backbone.Fill;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.weights.RenameTable;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Against the released code, with weights that are made from their names. */
final class GeoClipLocationEncoderTest {
  private static final Oracle ORACLE = Oracle.of("geoclip");
  private static final NDManager MANAGER = TorchEngine.newManager();
  private static final GeoClipLocationEncoder LOCATIONS = new GeoClipLocationEncoder();

  @BeforeAll
  static void fill() {
    new Fill(1101, 0, 0)
        .into(
            LOCATIONS,
            MANAGER,
            Fill.shapes("/oracles/geoclip_location_names.json"),
            RenameTable.IDENTITY);
    for (int branch = 0; branch < 3; branch++) {
      float[] frequencies = ORACLE.floats("b" + branch);
      LOCATIONS
          .parameter("LocEnc" + branch + ".capsule.0.b")
          .write(bytes -> bytes.asFloatBuffer().put(frequencies));
    }
  }

  @AfterAll
  static void close() {
    MANAGER.close();
  }

  private static List<LatLng> positions() {
    float[] degrees = ORACLE.floats("latlon");
    List<LatLng> positions = new ArrayList<>();
    for (int i = 0; i < degrees.length; i += 2) {
      positions.add(new LatLng(degrees[i], degrees[i + 1]));
    }
    return positions;
  }

  @Test
  void projectsByEqualEarth() {
    float[] expected = ORACLE.floats("equal_earth");
    List<LatLng> positions = positions();
    for (int i = 0; i < positions.size(); i++) {
      float[] xy = GeoClipLocationEncoder.equalEarth(positions.get(i));
      assertThat(xy[0]).isCloseTo(expected[2 * i], within(1e-6f));
      assertThat(xy[1]).isCloseTo(expected[2 * i + 1], within(1e-6f));
    }
  }

  @Test
  void computesFourierFeatures() {
    NDArray projected = ORACLE.array(MANAGER, "equal_earth");
    ORACLE.assertClose(LOCATIONS.fourierFeatures(0, projected), "rff_sigma1", 1e-5);
  }

  @Test
  void computesTheReleasedFeatures() {
    NDArray vectors = LOCATIONS.forward(Forward.INFERENCE, MANAGER, positions());
    // Frequencies of 256 turns make angles of a thousand radians, with four digits after the point.
    ORACLE.assertClose(vectors, "location_features", 1e-4);
  }

  @Test
  void encodesPositionsOneByOneAlike() {
    List<LatLng> positions = positions();
    float[] vector =
        LOCATIONS.forward(Forward.INFERENCE, MANAGER, positions.subList(3, 4)).toFloatArray();
    assertThat(LOCATIONS.encode(positions)[3]).containsExactly(vector, within(1e-4f));
  }
}
