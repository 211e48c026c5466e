package io.github.geofix.models.zoom;

import static io.github.geofix.models.internal.image.Augmentation.oneOf;
import static io.github.geofix.models.internal.image.Augmentation.sequence;
import static io.github.geofix.models.internal.image.Augmentation.sometimes;

import io.github.geofix.models.internal.image.Augmentation;
import io.github.geofix.models.internal.image.Augmentation.Blur;
import io.github.geofix.models.internal.image.Augmentation.CoarseDropout;
import io.github.geofix.models.internal.image.Augmentation.ColorJitter;
import io.github.geofix.models.internal.image.Augmentation.EachSquare;
import io.github.geofix.models.internal.image.Augmentation.Gray;
import io.github.geofix.models.internal.image.Augmentation.GridDropout;
import io.github.geofix.models.internal.image.Augmentation.Jpeg;
import io.github.geofix.models.internal.image.Augmentation.ScaledCrop;
import io.github.geofix.models.internal.image.Augmentation.Sharpen;

/** The augmentation of Just Zoom In (Erzurumlu et al. 2026). */
final class ZoomAugmentation {
  private static final Augmentation COMPRESSION = sometimes(0.5, new Jpeg(90, 100));
  private static final Augmentation COLORS = sometimes(0.5, new ColorJitter(0.2, 0.2, 0.2, 0.05));
  private static final Augmentation SHARPNESS =
      sometimes(0.3, oneOf(Blur.defaults(), Sharpen.defaults()));

  /**
   * Changes a photo in its own size: JPEG artifacts, and a crop of its own aspect ratio, as
   * inference stretches whole photos.
   */
  static final Augmentation PHOTO = sequence(COMPRESSION, new ScaledCrop(0.7, 1));

  /** Changes a photo in the size of the network: colors, sharpness, and holes in each square. */
  static final Augmentation FITTED_PHOTO =
      sequence(COLORS, sometimes(0.1, new Gray()), SHARPNESS, new EachSquare(holes(0.5)));

  /** Changes a view: JPEG artifacts, colors, sharpness and holes. */
  static final Augmentation VIEW = sequence(COMPRESSION, COLORS, SHARPNESS, holes(0.4));

  private ZoomAugmentation() {}

  /**
   * @param gridRatio the side of a hole over the step of the grid
   */
  private static Augmentation holes(double gridRatio) {
    return sometimes(0.3, oneOf(GridDropout.ofRatio(gridRatio), CoarseDropout.defaults()));
  }
}
