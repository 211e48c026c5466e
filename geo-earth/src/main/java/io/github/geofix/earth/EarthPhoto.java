package io.github.geofix.earth;

import io.github.geofix.core.geodesy.LatLng;
import java.awt.image.BufferedImage;

/**
 * A photo cut from a picture of the Earth.
 *
 * @param image the photo, {@code TYPE_INT_RGB}
 * @param view what it shows
 * @param rendering which of the generator's pictures it was cut from, counted from 0
 */
public record EarthPhoto(BufferedImage image, EarthView view, int rendering) {

  /** Returns the true position: the middle of the view. */
  public LatLng latLng() {
    return view.center();
  }
}
