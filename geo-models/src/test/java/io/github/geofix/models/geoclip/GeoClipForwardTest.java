package io.github.geofix.models.geoclip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.PointSet;
import io.github.geofix.models.Oracle;
import io.github.geofix.models.backbone.Fill;
import io.github.geofix.models.internal.calibration.Temperature;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.weights.RenameTable;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Against the authors' code at full size: published projection and scale, 2,000 positions of the
 * published gallery, an encoder of positions whose weights are made from their names.
 */
final class GeoClipForwardTest {
  private static final Oracle ORACLE = Oracle.of("geoclip_forward_full");

  private static GeoClipHead head(NDManager manager) {
    GeoClipHead head = new GeoClipHead(GeoClipConfig.released());
    GeoClipLocationEncoder locations = head.locations();
    new Fill(1101, 0, 0)
        .into(
            locations,
            manager,
            Fill.shapes("/oracles/geoclip_location_names.json"),
            RenameTable.IDENTITY);
    for (int branch = 0; branch < 3; branch++) {
      float[] frequencies = Oracle.of("geoclip").floats("b" + branch);
      locations
          .parameter("LocEnc" + branch + ".capsule.0.b")
          .write(bytes -> bytes.asFloatBuffer().put(frequencies));
    }
    for (int layer = 0; layer <= 2; layer += 2) {
      Oracle published = Oracle.of("geoclip_mlp" + layer);
      for (String part : List.of("weight", "bias")) {
        String name = "image_encoder.mlp." + layer + "." + part;
        head.parameter(name).set(published.array(manager, name));
      }
    }
    float scale = ORACLE.scalar("logit_scale");
    head.logScale().allocate(manager, DataType.FLOAT32);
    head.logScale().write(bytes -> bytes.asFloatBuffer().put(scale));
    return head;
  }

  @Test
  void scoresAsTheAuthors() {
    List<LatLng> gallery =
        PointSet.readPositions(Path.of("src/test/resources/releases/geoclip_gallery_2000.csv"));
    try (NDManager manager = TorchEngine.newManager()) {
      GeoClipHead head = head(manager);
      float[][] logits =
          TorchEngine.noGrad(
              () -> {
                NDArray photos =
                    head.embedFeatures(Forward.INFERENCE, ORACLE.array(manager, "image_features"));
                ORACLE.assertClose(photos, "image_unit", 1e-5);
                NDArray places = head.embedPositions(Forward.INFERENCE, manager, gallery);
                ORACLE.assertClose(places.get("0:64"), "location_unit64", 2e-4);
                float scale = (float) Math.exp(ORACLE.scalar("logit_scale"));
                float[] all = photos.matMul(places.transpose()).toFloatArray();
                float[][] rows = new float[8][2000];
                for (int i = 0; i < all.length; i++) {
                  rows[i / 2000][i % 2000] = scale * all[i];
                }
                return rows;
              });
      check(logits);
    }
  }

  private static void check(float[][] logits) {
    float[] expected = ORACLE.floats("logits");
    float[] probabilities = ORACLE.floats("probs");
    long[] best = ORACLE.longs("top5_index");
    double worst = 0;
    for (int photo = 0; photo < 8; photo++) {
      double[] scores = Temperature.softmax(logits[photo], 1);
      for (int i = 0; i < 2000; i++) {
        worst = Math.max(worst, Math.abs(logits[photo][i] - expected[2000 * photo + i]));
        assertThat(scores[i]).isCloseTo(probabilities[2000 * photo + i], within(1e-5));
      }
      int row = photo;
      Integer[] order =
          IntStream.range(0, 2000)
              .boxed()
              .sorted(Comparator.comparingDouble(i -> -logits[row][i]))
              .limit(5)
              .toArray(Integer[]::new);
      for (int k = 0; k < 5; k++) {
        assertThat(order[k].longValue()).isEqualTo(best[5 * photo + k]);
      }
    }
    // The frequencies of sigma 256 amplify float's rounding: the authors' own code differs by 3e-4
    // between float32 and float64.
    assertThat(worst).isLessThan(1e-3);
  }
}
