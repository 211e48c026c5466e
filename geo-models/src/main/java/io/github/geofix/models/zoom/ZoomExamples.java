package io.github.geofix.models.zoom;

import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.cell.CellPath;
import io.github.geofix.core.cell.ZoomGrid;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.internal.image.ImagePreprocessor;
import io.github.geofix.models.train.Examples.Example;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.SplittableRandom;

/** Training examples of a {@link ZoomModel}. Thread-safe. */
record ZoomExamples(
    ZoomGrid grid,
    ViewSource views,
    boolean augment,
    ImagePreprocessor photoPreprocessor,
    ImagePreprocessor viewPreprocessor) {

  ZoomExamples(ZoomConfig config, ZoomGrid grid, ViewSource views) {
    this(
        grid,
        views,
        config.training().augment(),
        ImagePreprocessor.of(config.encoder().photo()),
        ImagePreprocessor.of(config.encoder().view()));
  }

  /** Returns the shapes of the photo, {@code [3, H, W]}, and the N views, {@code [N, 3, V, V]}. */
  List<Shape> inputShapes() {
    Shape photo = shape(photoPreprocessor);
    return List.of(photo, new Shape(grid.steps()).addAll(shape(viewPreprocessor)));
  }

  private static Shape shape(ImagePreprocessor preprocessor) {
    return new Shape(3, preprocessor.spec().height(), preprocessor.spec().width());
  }

  /**
   * Returns the photo's pixels, the views on the path to its terminal cell, and the children taken;
   * the children are -1 and the views 0 for a photo outside the area.
   */
  Example example(BufferedImage photo, LatLng latLng, SplittableRandom random) {
    boolean inside = grid.contains(latLng);
    CellPath path = inside ? grid.pathOf(latLng) : CellPath.ROOT;
    long[] children = new long[grid.steps()];
    float[] pixels = new float[grid.steps() * viewPreprocessor.spec().length()];
    for (int step = 0; step < children.length; step++) {
      children[step] = inside ? path.at(step) : -1;
      if (inside) {
        float[] view = viewPixels(path.prefix(step), random);
        System.arraycopy(view, 0, pixels, step * view.length, view.length);
      }
    }
    return new Example(new float[][] {photoPixels(photo, random), pixels}, new long[][] {children});
  }

  private float[] photoPixels(BufferedImage photo, SplittableRandom random) {
    if (!augment) {
      return photoPreprocessor.apply(photo);
    }
    BufferedImage fitted = photoPreprocessor.fit(ZoomAugmentation.PHOTO.apply(photo, random));
    return photoPreprocessor.normalize(ZoomAugmentation.FITTED_PHOTO.apply(fitted, random));
  }

  private float[] viewPixels(CellPath path, SplittableRandom random) {
    BufferedImage view = views.trainingView(path);
    boolean changed = augment && !path.isRoot();
    return viewPreprocessor.normalize(changed ? ZoomAugmentation.VIEW.apply(view, random) : view);
  }
}
