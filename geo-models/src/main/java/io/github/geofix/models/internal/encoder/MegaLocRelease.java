package io.github.geofix.models.internal.encoder;

import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.format.TensorFile;
import io.github.geofix.models.Release;
import io.github.geofix.models.Release.ReleaseFile;
import io.github.geofix.models.backbone.Pretrained;
import io.github.geofix.models.internal.io.Settings;
import io.github.geofix.models.io.ModelCard.Attribution;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** MegaLoc as its authors publish it: one file, under the names of their code. */
final class MegaLocRelease {
  private static final String WEIGHTS = "model.safetensors";

  static final Release RELEASE =
      new Release(
          "megaloc",
          new Attribution(
              "MegaLoc with DINOv2 ViT-B/14",
              "MIT (MegaLoc); Apache-2.0 (DINOv2)",
              "https://github.com/gmberton/MegaLoc, https://huggingface.co/gberton/MegaLoc",
              "Berton and Masone, \"MegaLoc: One Retrieval to Place Them All\", CVPR Workshops"
                  + " 2025"),
          "DINOv2 ViT-B/14, aggregation by optimal transport, one linear layer; for galleries of"
              + " photos",
          "stretched to 322 x 322 px bilinearly, ImageNet's mean and deviation",
          List.of(new ReleaseFile(WEIGHTS, "all arrays, 0.9 GB")),
          MegaLocRelease::read);

  private MegaLocRelease() {}

  private static Release.Imported read(Release.Source source) {
    Path file = source.folder().resolve(WEIGHTS);
    if (!Files.isRegularFile(file)) {
      throw new ModelFormatException(source.folder() + " is no release of MegaLoc: no " + WEIGHTS);
    }
    EncoderConfig config = Settings.apply(EncoderConfig.of("megaloc"), source.settings());
    EncoderModel model = EncoderModel.create(config, 1);
    try (TensorFile weights = TensorFile.open(file)) {
      return new Release.Imported(model, Pretrained.load(model.network(), weights));
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }
}
