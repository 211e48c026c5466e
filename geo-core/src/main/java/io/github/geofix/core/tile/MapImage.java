package io.github.geofix.core.tile;

import java.awt.image.BufferedImage;

/**
 * A view of a map, and how much of it the map has imagery for. The rest is black.
 *
 * @param image of {@link BufferedImage#TYPE_INT_RGB}
 * @param coverage the share of the view with imagery, 0 to 1
 */
public record MapImage(BufferedImage image, double coverage) {

  /** Returns whether the map has no imagery there at all: the image is black. */
  public boolean isMissing() {
    return coverage == 0;
  }
}
