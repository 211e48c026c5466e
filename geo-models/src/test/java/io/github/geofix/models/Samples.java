package io.github.geofix.models;

import io.github.geofix.core.PhotoSource;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.io.ModelCard;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;

/** What the tests of several families give to their models. */
public final class Samples {
  /** Of a model that learned nothing. */
  public static final ModelCard CARD =
      new ModelCard(
          "nothing",
          0,
          0,
          1,
          0,
          "2026-11-21T00:00:00Z",
          "test",
          "here",
          Map.of(),
          Optional.empty());

  private Samples() {}

  /** Returns different photos of 40 x 36 pixels of any color. */
  public static List<BufferedImage> photos(int count) {
    return IntStream.range(0, count).mapToObj(i -> noise(40, 36, i)).toList();
  }

  /** Returns pixels of any color. */
  public static BufferedImage noise(int width, int height, long seed) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    int[] colors = new Random(seed).ints((long) width * height, 0, 1 << 24).toArray();
    image.setRGB(0, 0, width, height, colors, 0, width);
    return image;
  }

  /** Returns photos with their places as a source, the same in every epoch. */
  public static PhotoSource source(List<BufferedImage> photos, List<LatLng> places) {
    return new PhotoSource() {
      @Override
      public int size() {
        return photos.size();
      }

      @Override
      public LabeledPhoto photo(int epoch, int index) {
        return new LabeledPhoto(photos.get(index), places.get(index));
      }
    };
  }
}
