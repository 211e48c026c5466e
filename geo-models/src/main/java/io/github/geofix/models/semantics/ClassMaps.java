package io.github.geofix.models.semantics;

import io.github.geofix.models.image.ClassMap;
import io.github.geofix.models.internal.io.NamedClass;
import io.github.geofix.models.io.ModelFolder;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A source of semantic segmentation maps: the class of each pixel of a photo. A map must follow
 * from the photo alone; one made with knowledge of the place would leak the answer.
 *
 * <p>Implementations must be thread-safe. A custom implementation is named by its class in
 * configurations, so it needs a constructor without arguments.
 */
public interface ClassMaps extends AutoCloseable {

  /**
   * Segments a photo.
   *
   * @return a map of the photo's aspect ratio, best of its size, with classes from 0 on
   * @throws IllegalArgumentException if maps are stored beside photo files and this is none
   */
  ClassMap of(BufferedImage photo);

  /**
   * Segments a photo that was read from a file.
   *
   * @throws java.io.UncheckedIOException if the map is stored beside the photo and cannot be read
   */
  default ClassMap of(BufferedImage photo, Path file) {
    return of(photo);
  }

  /**
   * Segments photos that were read from files, together where that is faster; by default one after
   * the other.
   *
   * @param photos as many as fit in memory at once
   * @param files those of the photos, in their order
   * @return the maps, in the same order
   * @throws java.io.UncheckedIOException as {@link #of(BufferedImage, Path)}
   */
  default List<ClassMap> ofAll(List<BufferedImage> photos, List<Path> files) {
    return IntStream.range(0, photos.size())
        .mapToObj(i -> of(photos.get(i), files.get(i)))
        .toList();
  }

  /** Returns the file of code that a saved model needs a copy of; empty by default. */
  default Optional<Path> codeFile() {
    return Optional.empty();
  }

  /** Frees the resources; there are none by default. */
  @Override
  default void close() {}

  /**
   * Opens the class maps that a text names:
   *
   * <ul>
   *   <li>{@code water}: two classes by color, 0 for water and 1 for the rest, for images from
   *       above;
   *   <li>{@code sidecar:SUFFIX}: an image beside each photo, {@code a.classes.png} of {@code
   *       a.jpg} for {@code sidecar:.classes.png}, read by {@link ClassMap#of(BufferedImage)};
   *   <li>{@code torchscript:FILE}: a TorchScript network from {@code [1, 3, 512, 512]}, the whole
   *       photo stretched and normalized as for ImageNet, to class scores {@code [1, C, h, w]}. A
   *       TorchScript file is a program: run only files you trust;
   *   <li>the full name of a class that implements this interface.
   * </ul>
   *
   * @throws IllegalArgumentException if the text is none of these
   * @throws io.github.geofix.core.format.ModelFormatException if the file is not TorchScript
   */
  static ClassMaps named(String source) {
    if (source.equals("water")) {
      return new WaterClassMaps();
    }
    if (source.startsWith(SidecarClassMaps.PREFIX)) {
      return new SidecarClassMaps(source.substring(SidecarClassMaps.PREFIX.length()));
    }
    if (source.startsWith(TorchScriptSegmenter.PREFIX)) {
      return TorchScriptSegmenter.load(TorchScriptSegmenter.fileOf(source));
    }
    if (NamedClass.isClassName(source) && !source.contains(":")) {
      return NamedClass.create(source, ClassMaps.class);
    }
    throw new IllegalArgumentException(
        "no class maps "
            + source
            + "; there are water, sidecar:SUFFIX, torchscript:FILE and full names of classes of"
            + " your own");
  }

  /**
   * Opens the class maps that the configuration of a model folder names, as {@link #named(String)}
   * but for a TorchScript file, which must be in the folder. Check {@link #code} first.
   *
   * @throws io.github.geofix.core.format.ModelFormatException if the file is not in the folder
   */
  static ClassMaps named(String source, ModelFolder folder) {
    return source.startsWith(TorchScriptSegmenter.PREFIX)
        ? TorchScriptSegmenter.load(folder.codeFile(TorchScriptSegmenter.fileOf(source)))
        : named(source);
  }

  /**
   * Returns {@link io.github.geofix.models.internal.io.NamesCode#code} of a text that names class
   * maps.
   */
  static List<String> code(String source) {
    if (source.startsWith(TorchScriptSegmenter.PREFIX)) {
      return List.of("the file " + TorchScriptSegmenter.fileOf(source));
    }
    return source.startsWith(SidecarClassMaps.PREFIX) ? List.of() : NamedClass.code(source);
  }

  /** Returns the text that names a TorchScript file, as {@link #named} takes it. */
  static String torchScript(String file) {
    return TorchScriptSegmenter.PREFIX + file;
  }
}
