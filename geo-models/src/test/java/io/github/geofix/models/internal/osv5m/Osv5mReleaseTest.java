package io.github.geofix.models.internal.osv5m;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.BoxPartition;
import io.github.geofix.models.Family;
import io.github.geofix.models.Oracle;
import io.github.geofix.models.Release;
import io.github.geofix.models.Samples;
import io.github.geofix.models.backbone.Fill;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.weights.RenameTable;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against the authors' code. */
final class Osv5mReleaseTest {
  private static final Path FILES = Path.of("src/test/resources/releases");

  @TempDir private Path temporary;

  /** The box of the highest score, and of equal ones the first. */
  private static int best(float[] scores) {
    int best = 0;
    for (int i = 1; i < scores.length; i++) {
      best = scores[i] > scores[best] ? i : best;
    }
    return best;
  }

  /** Compares the boxes and the positions within them. */
  private static void check(Oracle oracle, BoxPartition boxes, float[] logits, float[] offsets) {
    long[] cells = oracle.longs("cell");
    double[] degrees = oracle.doubles("gps_deg");
    int n = boxes.size();
    for (int i = 0; i < cells.length; i++) {
      int best = best(Arrays.copyOfRange(logits, i * n, (i + 1) * n));
      assertThat(best).isEqualTo((int) cells[i]);
      int at = 2 * (i * n + best);
      LatLng position = BoxOffsets.position(boxes.box(best), offsets[at], offsets[at + 1]);
      assertThat(position.latitude()).isCloseTo(degrees[2 * i], within(6e-6));
      assertThat(position.longitude()).isCloseTo(degrees[2 * i + 1], within(6e-6));
    }
  }

  @Test
  void theHeadIsTheAuthors() {
    Oracle oracle = Oracle.of("osv5m_head_small");
    BoxPartition boxes = BoxPartition.load(FILES.resolve("osv5m/quadtree_10_1000.csv"));
    try (NDManager manager = TorchEngine.newManager()) {
      HybridHead head = new HybridHead(24, new int[] {24, 16}, 12);
      oracle.load(head, manager);
      NDArray tokens = oracle.array(manager, "tokens").get(":, 0");
      NDArray logits = head.logits(Forward.INFERENCE, tokens);
      oracle.assertClose(logits, "logits", 1e-5);
      NDArray offsets = head.offsets(Forward.INFERENCE, tokens);
      check(oracle, boxes, logits.toFloatArray(), offsets.toFloatArray());
    }
  }

  @Test
  void theHeadOfFullSizeIsTheAuthors() {
    Oracle oracle = Oracle.of("osv5m_head_full");
    BoxPartition boxes = BoxPartition.load(FILES.resolve("osv5m_quadtree_10_1000.csv"));
    try (NDManager manager = TorchEngine.newManager()) {
      HybridHead head = new HybridHead(1024, new int[] {1024, 512}, boxes.size());
      new Fill(3201, 0, 0)
          .into(
              head,
              manager,
              Fill.shapes("/oracles/osv5m_head_full_names.json"),
              RenameTable.IDENTITY);
      NDArray all =
          manager.create(Fill.uniform(3210, -2, 2, 24 * 2 * 1024), new Shape(24, 2, 1024));
      NDArray tokens = all.get(":, 0");
      NDArray logits = head.logits(Forward.INFERENCE, tokens);
      oracle.assertClose(logits.get(":, 0:64"), "logits_first64", 1e-5);
      NDArray offsets = head.offsets(Forward.INFERENCE, tokens);
      check(oracle, boxes, logits.toFloatArray(), offsets.toFloatArray());
    }
  }

  @Test
  void positionsAreClampedAtThePolesAndTheDateLine() {
    Oracle oracle = Oracle.of("osv5m_head_edge");
    BoxPartition boxes = BoxPartition.load(FILES.resolve("osv5m_quadtree_edge.csv"));
    float[] output = oracle.floats("mlp_output");
    float[] logits = new float[20 * 3];
    float[] offsets = new float[20 * 6];
    for (int i = 0; i < 20; i++) {
      System.arraycopy(output, 9 * i, logits, 3 * i, 3);
      System.arraycopy(output, 9 * i + 3, offsets, 6 * i, 6);
    }
    check(oracle, boxes, logits, offsets);
  }

  private static Release.Source source() {
    // The width of the reduced network does not show how many heads it has.
    return Release.Source.of(FILES.resolve("osv5m")).withSettings(Map.of("backbone.heads", "4"));
  }

  @Test
  void theHubsFileIsReadWithItsTwins() {
    Oracle oracle = Oracle.of("osv5m_small");
    Release.Imported imported = Release.named("osv5m").read(source());
    try (Osv5mModel model = (Osv5mModel) imported.model();
        NDManager manager = TorchEngine.newManager()) {
      Osv5mNetwork network = (Osv5mNetwork) model.network();
      NDArray pixels = oracle.array(manager, "pixels");
      NDArray tokens = network.backbone().forward(Forward.INFERENCE, pixels);
      oracle.assertClose(tokens, "tokens", 1e-5);
      NDArray logits = network.head().logits(Forward.INFERENCE, tokens.get(":, 0"));
      oracle.assertClose(logits, "logits", 1e-5);
      check(
          oracle,
          BoxPartition.load(FILES.resolve("osv5m/quadtree_10_1000.csv")),
          logits.toFloatArray(),
          network.head().offsets(Forward.INFERENCE, tokens.get(":, 0")).toFloatArray());
      assertThat(imported.reports().values().stream().mapToInt(r -> r.loaded().size()).sum())
          .isEqualTo(network.parameters().size());
    }
  }

  @Test
  void aSavedModelAnswersAlike() {
    BufferedImage photo = Samples.noise(80, 60, 1);
    Path folder = temporary.resolve("m");
    Location before;
    try (Osv5mModel model = (Osv5mModel) Release.named("osv5m").read(source()).model();
        Localizer localizer = model.localizer()) {
      before = localizer.locateImages(List.of(photo)).get(0);
      model.save(folder, Samples.CARD);
    }
    try (Localizer localizer = Localizer.load(folder)) {
      assertThat(localizer.locateImages(List.of(photo))).containsExactly(before);
    }
    assertThat(before.candidates()).hasSize(10);
    assertThat(before.regions()).hasSize(2);
  }

  @Test
  void aFolderOfSomethingElseIsRefused() {
    assertThatThrownBy(() -> Release.named("osv5m").read(Release.Source.of(temporary)))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("quadtree_10_1000.csv");
  }

  @Test
  void trainingIsRefusedWithWhatToDo() {
    assertThatThrownBy(() -> Family.named("osv5m").create("paper", Map.of(), List.of(), 1))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("geofix import --release");
  }
}
