package io.github.geofix.examples;

import io.github.geofix.core.geodesy.Frame;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.geodesy.LocalFrame;
import io.github.geofix.core.tile.TileSource;
import io.github.geofix.core.tile.TileSource.MapImage;
import java.awt.image.BufferedImage;

/** Draws a map of its own: squares of one degree, as a gallery or a model with a map would read. */
final class OwnTiles implements TileSource {
  private static final int LIGHT = 0xe0e0e0;
  private static final int DARK = 0x404040;

  @Override
  public MapImage mapImage(Frame frame, int width, int height) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        LatLng place = frame.at((x + 0.5) / width, (y + 0.5) / height);
        double squares = Math.floor(place.latitude()) + Math.floor(place.longitude());
        image.setRGB(x, y, squares % 2 == 0 ? LIGHT : DARK);
      }
    }
    return new MapImage(image, 1);
  }

  @Override
  public String attribution() {
    return "squares of one degree";
  }

  @Override
  public void close() {}

  public static void main(String[] args) {
    try (TileSource tiles = new OwnTiles()) {
      BufferedImage view = tiles.view(LocalFrame.of(new LatLng(48.5, 2.5), 500_000), 32, 32);
      System.out.printf("%s: %06x%n", tiles.attribution(), view.getRGB(16, 16) & 0xffffff);
    }
  }
}
