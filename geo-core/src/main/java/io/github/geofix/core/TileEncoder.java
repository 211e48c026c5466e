package io.github.geofix.core;

import io.github.geofix.core.format.ModelFormatException;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Encoder of map images and photos into a shared embedding space, in which a photo is near the map
 * image of its place. Thread-safe; must be closed.
 */
public interface TileEncoder extends AutoCloseable {

  /**
   * Loads a model folder of a family that matches photos with map images.
   *
   * @throws ModelFormatException if the folder is no such model
   * @throws IllegalStateException if no model provider is on the class path
   */
  static TileEncoder load(Path modelFolder) {
    return load(modelFolder, LoadOptions.defaults());
  }

  /**
   * Loads a model folder with options, see {@link #load(Path)}.
   *
   * @throws ModelFormatException if the folder is no such model, or names code and the options do
   *     not allow it
   * @throws IllegalStateException if no model provider is on the class path
   */
  static TileEncoder load(Path modelFolder, LoadOptions options) {
    return ModelProvider.find().tileEncoder(modelFolder, options);
  }

  /** Returns D, the dimension of the vectors. */
  int dimension();

  /** Returns the side of the square map images it was trained on, in pixels. */
  int tilePixels();

  /** Returns the SHA-256 of all weights, in hexadecimal. */
  String digest();

  /**
   * Encodes map images, north up.
   *
   * @return a unit vector of length D for each image
   */
  List<float[]> encodeTiles(List<BufferedImage> tiles);

  /**
   * Encodes photo files.
   *
   * @return unit vectors {@code [S, D]} for each photo, one per heading considered: heading s is
   *     {@code 360 s / S} degrees; S is 1 if the heading is known
   * @throws java.io.UncheckedIOException if a file is missing, truncated or not an image
   */
  List<float[][]> encodePhotos(List<Path> photos);

  /**
   * Decodes an image file as {@link #encodePhotos} does: upright, without transparency.
   *
   * @throws java.io.UncheckedIOException if the file is missing, truncated or not an image
   */
  BufferedImage decode(Path image);

  /** As {@link #encodePhotos}, for photos already decoded and upright. */
  List<float[][]> encodeImages(List<BufferedImage> photos);

  /** Frees the model's memory. Later calls fail with {@link IllegalStateException}. */
  @Override
  void close();

  /**
   * A photo and the map tile of its place, as files. Immutable and thread-safe.
   *
   * @param photo a ground panorama, or a photo from above
   * @param tile square, north up; several photos may share one
   * @param semiPositives other tiles that show the photo's place without being centered on it, as
   *     in VIGOR; they are neither positives nor negatives
   */
  record ImagePair(Path photo, Path tile, List<Path> semiPositives) {

    /** Copies the list. */
    public ImagePair {
      semiPositives = List.copyOf(semiPositives);
    }

    /** Creates a pair without semi-positives. */
    public ImagePair(Path photo, Path tile) {
      this(photo, tile, List.of());
    }

    /**
     * Returns the number of each pair's tile, counted from 0 in order of first appearance, by which
     * a batch sampler keeps photos of one tile apart.
     */
    public static int[] tileNumbers(List<ImagePair> pairs) {
      Map<Path, Integer> numbers = new HashMap<>();
      return pairs.stream()
          .mapToInt(pair -> numbers.computeIfAbsent(pair.tile(), tile -> numbers.size()))
          .toArray();
    }
  }
}
