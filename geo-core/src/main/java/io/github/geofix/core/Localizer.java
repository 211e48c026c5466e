package io.github.geofix.core;

import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.io.Interrupts;
import java.awt.image.BufferedImage;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * A model that estimates where photos were taken. Thread-safe; must be closed.
 *
 * <p>Localizers never read an EXIF position inside a photo.
 */
public interface Localizer extends AutoCloseable {

  /**
   * Loads a model folder of any family.
   *
   * @param modelFolder a folder written by training or import, or a gallery of photos
   * @throws ModelFormatException if the folder is not a model this version can read
   * @throws IllegalStateException if no model provider is on the class path
   */
  static Localizer load(Path modelFolder) {
    return load(modelFolder, LoadOptions.defaults());
  }

  /**
   * Loads the model of a folder with options, see {@link #load(Path)}.
   *
   * @throws ModelFormatException if the folder is not a model this version can read, or names code
   *     and the options do not allow it
   * @throws IllegalStateException if no model provider is on the class path
   */
  static Localizer load(Path modelFolder, LoadOptions options) {
    return ModelProvider.find().localizer(modelFolder, options);
  }

  /**
   * Locates one photo file: JPEG, PNG, TIFF or WebP.
   *
   * @throws java.io.UncheckedIOException if the file is missing, truncated or not an image
   * @throws NoAnswerException if the localizer declines to answer
   */
  default Location locate(Path photo) {
    return locateAll(List.of(photo)).get(0);
  }

  /**
   * Locates one photo already decoded and upright.
   *
   * @throws NoAnswerException if the localizer declines to answer
   */
  default Location locate(BufferedImage photo) {
    return locateImages(List.of(photo)).get(0);
  }

  /**
   * Locates photo files in batches; the result has the order of the argument.
   *
   * @throws java.io.UncheckedIOException if a file is missing, truncated or not an image
   * @throws NoAnswerException if the localizer declines to answer for a photo; {@link #locateEach}
   *     continues after it
   * @throws java.util.concurrent.CancellationException if the calling thread is interrupted
   */
  List<Location> locateAll(List<Path> photos);

  /**
   * Locates photo files, continuing after one that cannot be read or has no answer.
   *
   * <pre>{@code
   * localizer.locateEach(
   *     photos,
   *     outcome -> {
   *       if (outcome instanceof PhotoOutcome.Located located) {
   *         store(located.photo(), located.location());
   *       } else if (outcome instanceof PhotoOutcome.Failed failed) {
   *         log.warn(failed.reason());
   *       } else if (outcome instanceof PhotoOutcome.Unanswered unanswered) {
   *         log.info(unanswered.reason());
   *       }
   *     });
   * }</pre>
   *
   * @param action receives one outcome a photo as soon as it is known, in the order of the photos,
   *     on the calling thread
   * @throws java.util.concurrent.CancellationException if the calling thread is interrupted; {@code
   *     action} has received the outcomes of the photos before
   */
  default void locateEach(List<Path> photos, Consumer<? super PhotoOutcome> action) {
    for (int i = 0; i < photos.size(); i++) {
      Interrupts.check(i, photos.size(), "photos");
      Path photo = photos.get(i);
      PhotoOutcome outcome;
      try {
        outcome = new PhotoOutcome.Located(photo, locate(photo));
      } catch (UncheckedIOException e) {
        outcome = new PhotoOutcome.Failed(photo, e);
      } catch (NoAnswerException e) {
        outcome = new PhotoOutcome.Unanswered(photo, String.valueOf(e.getMessage()));
      }
      action.accept(outcome);
    }
  }

  /**
   * Locates decoded photos in batches; the result has the order of the argument.
   *
   * @throws NoAnswerException if the localizer declines to answer for a photo
   */
  List<Location> locateImages(List<BufferedImage> photos);

  /** Frees the model's memory. Later calls fail with {@link IllegalStateException}. */
  @Override
  void close();
}
