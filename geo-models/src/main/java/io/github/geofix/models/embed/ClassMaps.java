package io.github.geofix.models.embed;

import io.github.geofix.models.image.ClassMap;
import io.github.geofix.models.io.NamedClass;
import java.awt.image.BufferedImage;
import java.nio.file.Path;

/**
 * Tells what the pixels of a photo show, for the semantic fusion of the embed family. What it tells
 * must follow from the photo alone: a map made with knowledge of the place would give the answer
 * away.
 *
 * <p>Thread-safe. Write your own with a constructor without arguments, and name it in {@link
 * Fusion#withClassMaps}.
 */
public interface ClassMaps extends AutoCloseable {

  /**
   * Returns the classes of a photo's pixels.
   *
   * @return a map of the photo's shape, best of its size, with classes from 0 on
   */
  ClassMap of(BufferedImage photo);

  /**
   * As {@link #of(BufferedImage)}, for a photo that was read from a file.
   *
   * @throws java.io.UncheckedIOException if a map is kept beside the photo and cannot be read
   */
  default ClassMap of(BufferedImage photo, Path file) {
    return of(photo);
  }

  /** Frees what it holds; nothing by default. */
  @Override
  default void close() {}

  /**
   * Creates class maps from a text, as a configuration has it:
   *
   * <ul>
   *   <li>{@code water}: {@link WaterMaps}, two classes by color;
   *   <li>{@code beside:SUFFIX}: an image beside each photo, {@code a.jpg} with {@code
   *       beside:.classes.png} has {@code a.classes.png}; see {@link ClassMap#of(BufferedImage)}
   *   <li>{@code torchscript:FILE}: a network that maps {@code [1, 3, H, W]} to class scores {@code
   *       [1, C, h, w]}; see {@link TorchScriptSegmenter}
   *   <li>the full name of a class of your own.
   * </ul>
   *
   * @throws IllegalArgumentException if the text is none of these
   */
  static ClassMaps named(String text) {
    if (text.equals("water")) {
      return new WaterMaps();
    }
    if (text.startsWith("beside:")) {
      return new MapsBesidePhotos(text.substring("beside:".length()));
    }
    if (text.startsWith("torchscript:")) {
      return TorchScriptSegmenter.load(Path.of(text.substring("torchscript:".length())));
    }
    if (text.contains(".")) {
      return NamedClass.create(text, ClassMaps.class);
    }
    throw new IllegalArgumentException(
        "no class maps "
            + text
            + "; there are water, beside:SUFFIX, torchscript:FILE and full names of classes of"
            + " your own");
  }
}
