package io.github.geofix.models.geoclip;

import io.github.geofix.models.answer.BatchLocalizer;
import io.github.geofix.models.backbone.PhotoEncoder;
import io.github.geofix.models.weights.Weights;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The image side of a {@link GeoClipModel}. */
final class GeoClipPhotoEncoder implements PhotoEncoder {
  private final GeoClipModel model;

  GeoClipPhotoEncoder(GeoClipModel model) {
    this.model = model;
  }

  @Override
  public int vectors() {
    return 1;
  }

  @Override
  public int dimension() {
    return model.locationEncoder().dimension();
  }

  @Override
  public String digest() {
    return Weights.digest(model.network());
  }

  @Override
  public float[] read(BufferedImage photo, Optional<Path> file) {
    return model.preprocessor().apply(photo);
  }

  @Override
  public float[][][] encode(List<float[]> photos) {
    return Arrays.stream(model.encode(BatchLocalizer.joined(photos), photos.size()))
        .map(vector -> new float[][] {vector})
        .toArray(float[][][]::new);
  }

  /** Closes nothing: the arrays belong to the model. */
  @Override
  public void close() {}
}
