package io.github.geofix.models.zoom;

import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.cell.ZoomGrid;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.image.Augmentation;
import io.github.geofix.models.image.ImagePreprocessor;
import io.github.geofix.models.train.Example;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Training examples of a {@link ZoomModel}. Thread-safe. */
final class ZoomExamples {

  /** The smallest share of a photo that a random crop keeps, as in the paper. */
  private static final double MIN_CROP = 0.7;

  private final ZoomGrid grid;
  private final ViewSource views;
  private final boolean augment;
  private final ImagePreprocessor photoPreprocessor;
  private final ImagePreprocessor viewPreprocessor;

  ZoomExamples(ZoomConfig config, ZoomGrid grid, ViewSource views) {
    this.grid = grid;
    this.views = views;
    this.augment = config.training().augment();
    this.photoPreprocessor = ImagePreprocessor.of(config.encoder().photo());
    this.viewPreprocessor = ImagePreprocessor.of(config.encoder().view());
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
    List<Integer> path = inside ? path(grid, latLng) : List.of();
    long[] children = new long[grid.steps()];
    float[] pixels = new float[grid.steps() * viewPreprocessor.spec().length()];
    for (int step = 0; step < children.length; step++) {
      children[step] = inside ? path.get(step) : -1;
      if (inside) {
        float[] view = viewPixels(path.subList(0, step), random);
        System.arraycopy(view, 0, pixels, step * view.length, view.length);
      }
    }
    return new Example(new float[][] {photoPixels(photo, random), pixels}, new long[][] {children});
  }

  private float[] photoPixels(BufferedImage photo, SplittableRandom random) {
    if (!augment) {
      return photoPreprocessor.apply(photo);
    }
    BufferedImage fitted =
        photoPreprocessor.fit(Augmentation.cropped(MIN_CROP).apply(photo, random));
    return photoPreprocessor.normalize(Augmentation.ground().apply(fitted, random));
  }

  private float[] viewPixels(List<Integer> path, SplittableRandom random) {
    BufferedImage view = views.view(path);
    boolean changed = augment && !path.isEmpty();
    return viewPreprocessor.normalize(changed ? Augmentation.aerial().apply(view, random) : view);
  }

  /** Returns the path to the terminal cell of a place. */
  static List<Integer> path(ZoomGrid grid, LatLng place) {
    return Arrays.stream(grid.pathOf(place).toArray()).boxed().toList();
  }
}
