package io.github.geofix.models.embed;

import com.google.common.primitives.Floats;
import io.github.geofix.models.backbone.PhotoEncoder;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The vectors of an {@link EmbedModel}. */
record EmbedPhotoEncoder(EmbedModel model) implements PhotoEncoder {
  @Override
  public int vectors() {
    return 1;
  }

  @Override
  public int dimension() {
    return model.config().encoder().dimension();
  }

  @Override
  public String digest() {
    return model.digest();
  }

  @Override
  public float[] read(BufferedImage photo, Optional<Path> file) {
    return model.views(photo, file);
  }

  @Override
  public float[][][] encode(List<float[]> photos) {
    float[] views = Floats.concat(photos.toArray(float[][]::new));
    return model.score(views, photos.size()).stream()
        .map(scored -> new float[][] {scored.vector()})
        .toArray(float[][][]::new);
  }

  /** Closes nothing: the arrays belong to the model. */
  @Override
  public void close() {}
}
