package io.github.geofix.models.internal.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.models.Oracle;
import io.github.geofix.models.Release;
import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.backbone.PhotoEncoder;
import io.github.geofix.models.image.ImageSpec.Fit;
import io.github.geofix.models.internal.weights.Weights;
import io.github.geofix.models.io.ModelCard;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.weights.RenameTable;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EncoderModelTest {
  private static final BufferedImage PHOTO =
      new BufferedImage(80, 60, BufferedImage.TYPE_3BYTE_BGR);

  private static final ModelCard CARD =
      new ModelCard("", 0, 0, 1, 0, "", "", "", Map.of(), Optional.empty());

  @TempDir private Path folder;

  /** The release of MegaLoc, with the small network of its authors' code that the oracles hold. */
  @Test
  void importsTheReleaseOfMegaLoc() {
    Path file = folder.resolve("model.safetensors");
    try (NDManager manager = TorchEngine.newManager()) {
      Backbone net = Backbone.named("megaloc-tiny");
      Oracle.of("megaloc_small").load(net, manager, RenameTable.IDENTITY);
      Weights.save(net, file, Map.of());
    }
    Release release = Release.named("megaloc");
    assertThat(release.attribution().license()).startsWith("MIT");
    Release.Source source =
        Release.Source.of(folder).withSettings(Map.of("backbone", "megaloc-tiny"));
    Release.Imported imported = release.read(source);
    try (PhotoEncoder encoder = imported.model().photoEncoder().orElseThrow();
        PhotoEncoder alone = PhotoEncoder.pretrained("megaloc-tiny", file)) {
      assertThat(imported.reports()).containsOnlyKeys("backbone");
      assertThat(encoder.dimension()).isEqualTo(40);
      float[] vector = encoder.encode(PHOTO)[0];
      assertThat(vector).isEqualTo(alone.encode(PHOTO)[0]);
      imported.model().save(folder.resolve("megaloc"), CARD);
      ModelFolder saved = ModelFolder.open(folder.resolve("megaloc"));
      assertThat(saved.attribution()).contains(release.attribution());
      try (EncoderModel loaded = EncoderModel.load(saved);
          PhotoEncoder again = loaded.photoEncoder().orElseThrow()) {
        assertThat(again.encode(PHOTO)[0]).isEqualTo(vector);
        assertThat(again.digest()).isEqualTo(encoder.digest());
      }
    } finally {
      imported.model().close();
    }
  }

  @Test
  void refusesAFolderWithoutMegaLoc() {
    assertThatThrownBy(() -> Release.named("megaloc").read(Release.Source.of(folder)))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageEndingWith("is no release of MegaLoc: no model.safetensors");
  }

  @Test
  void readsMegaLocsPhotosAsItIsEvaluated() {
    EncoderConfig config = EncoderConfig.of("megaloc");
    assertThat(config.image().height()).isEqualTo(322);
    assertThat(config.image().fit()).isEqualTo(Fit.STRETCH);
  }
}
