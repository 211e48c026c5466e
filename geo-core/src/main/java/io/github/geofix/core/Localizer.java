package io.github.geofix.core;

import io.github.geofix.core.abstention.CalibrationVectors;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.internal.Interrupts;
import io.github.geofix.core.metrics.LocateMetrics;
import java.awt.image.BufferedImage;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;

/**
 * A model that estimates where photos were taken. Thread-safe; must be closed.
 *
 * <p>Localizers never read an EXIF position inside a photo.
 *
 * <p>A loaded localizer decodes photos on the calling thread and runs the model on a bounded number
 * of threads, see {@link LoadOptions#computeThreads}. Its methods throw {@link
 * NullPointerException} for a null, {@link IllegalStateException} after it was closed, and {@link
 * CancellationException} on a thread that was interrupted, whose flag stays set.
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
    Objects.requireNonNull(modelFolder, "modelFolder");
    Objects.requireNonNull(options, "options");
    return ModelProvider.find().localizer(modelFolder, options);
  }

  /**
   * Locates one photo file: JPEG, PNG, WebP, TIFF, GIF or BMP.
   *
   * @throws java.io.UncheckedIOException if the file is missing, truncated or not an image
   * @throws NoAnswerException if the localizer declines to answer
   */
  default Location locate(Path photo) {
    return locateAll(List.of(photo)).get(0);
  }

  /**
   * Locates one photo of which the bytes of its file are known, such as an upload: JPEG, PNG, WebP,
   * TIFF, GIF or BMP.
   *
   * @throws java.io.UncheckedIOException if the photo is truncated, too large or not an image
   * @throws IllegalStateException if no model provider is on the class path
   */
  default Location locate(byte[] photo) {
    return locate(ModelProvider.find().decode(photo, photoLimits()));
  }

  /**
   * Locates one photo from a stream: JPEG, PNG, WebP, TIFF, GIF or BMP.
   *
   * @param photo read to its end, not closed
   * @throws java.io.UncheckedIOException if reading fails, or the photo is truncated, too large or
   *     not an image
   * @throws IllegalStateException if no model provider is on the class path
   */
  default Location locate(InputStream photo) {
    return locate(ModelProvider.find().decode(photo, photoLimits()));
  }

  /**
   * Locates one photo already decoded and upright, as {@code ImageIO.read} does not return photos
   * that were taken with the camera on its side.
   *
   * @throws NoAnswerException if the localizer declines to answer
   */
  default Location locate(BufferedImage photo) {
    return locateImages(List.of(photo)).get(0);
  }

  /**
   * Locates one photo with what is known of it; see {@link Photo#withRegion} for how the answer
   * follows from that.
   *
   * <p>Localizers that have no other scores restrict their candidates.
   *
   * @throws java.io.UncheckedIOException if the photo is missing, truncated or not an image
   * @throws NoAnswerException if the localizer declines to answer, or covers no place in the region
   */
  default Location locate(Photo photo) {
    Location location =
        photo.file().isPresent() ? locate(photo.file().get()) : locate(photo.read(photoLimits()));
    return photo.region().isPresent() ? location.within(photo.region().get()) : location;
  }

  /**
   * Locates one photo as {@link #locate(Photo)} does, and explains the answer. Costs about twice as
   * much.
   *
   * @return the same location, and the evidence for it in the form of the model's family
   * @throws java.io.UncheckedIOException if the photo is missing, truncated or not an image
   * @throws NoAnswerException if the localizer declines to answer, or covers no place in the region
   */
  default Explanation explain(Photo photo, Explanation.Options options) {
    Location location = locate(photo);
    return new Explanation(location, new Explanation.Candidates(location.candidates()));
  }

  /**
   * Locates photo files in batches; the result has the order of the argument.
   *
   * @throws java.io.UncheckedIOException if a file is missing, truncated or not an image
   * @throws NoAnswerException if the localizer declines to answer for a photo; {@link #locateEach}
   *     continues after it
   * @throws CancellationException if the calling thread is interrupted
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
   *     on the calling thread; what it throws ends the call
   * @throws CancellationException if the calling thread is interrupted; {@code action} has received
   *     the outcomes of the photos before
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
   * Locates photo files as {@link #locateEach(List, Consumer)} does, for a limited time.
   *
   * @param limit checked after each outcome, so the batch in progress is completed
   * @throws CancellationException if the limit was reached before the last outcome, or the calling
   *     thread is interrupted; {@code action} has received the outcomes of the photos before
   */
  default void locateEach(
      List<Path> photos, Duration limit, Consumer<? super PhotoOutcome> action) {
    long start = System.nanoTime();
    int[] count = {0};
    locateEach(
        photos,
        outcome -> {
          action.accept(outcome);
          count[0]++;
          if (count[0] < photos.size() && System.nanoTime() - start >= limit.toNanos()) {
            throw new CancellationException(
                "stopped after %d of %d photos: the limit of %s is reached"
                    .formatted(count[0], photos.size(), limit));
          }
        });
  }

  /**
   * Returns the limits on the photos that this localizer decodes, those of {@link LoadOptions} for
   * loaded models.
   */
  default Photo.Limits photoLimits() {
    return Photo.Limits.defaults();
  }

  /**
   * Locates decoded photos in batches; the result has the order of the argument.
   *
   * @throws NoAnswerException if the localizer declines to answer for a photo
   */
  List<Location> locateImages(List<BufferedImage> photos);

  /**
   * Returns the model's vector of a photo, [D], for finding out whether photos are of the kind that
   * the model was calibrated on, see {@link CalibrationVectors}. Costs about as much as locating
   * it.
   *
   * @return empty if the model has no such vectors
   * @throws java.io.UncheckedIOException if the photo is missing, truncated or not an image
   */
  default Optional<float[]> vector(Photo photo) {
    return Optional.empty();
  }

  /**
   * Locates an empty image, so that the first photo does not wait for what is set up once: threads,
   * caches, and the gallery or map of models that have one.
   */
  default void warmUp() {
    try {
      locate(new BufferedImage(64, 64, BufferedImage.TYPE_3BYTE_BGR));
    } catch (NoAnswerException e) {
      // All that is set up once has been.
    }
  }

  /**
   * Returns a localizer that reports its calls.
   *
   * @param metrics receives the figures
   * @return closes this one when it is closed
   */
  default Localizer withMetrics(LocateMetrics metrics) {
    return new MeasuredLocalizer(this, metrics);
  }

  /** Frees the model's memory. Later calls fail with {@link IllegalStateException}. */
  @Override
  void close();

  /**
   * The result for one of several photo files: its location, the reason why there is none, or the
   * error of reading it.
   */
  sealed interface PhotoOutcome {

    /** Returns the photo. */
    Path photo();

    /**
     * A photo that was located.
     *
     * @param photo the photo
     * @param location the estimated location
     */
    record Located(Path photo, Location location) implements PhotoOutcome {}

    /**
     * A photo that could not be read.
     *
     * @param photo the photo
     * @param error the reason: missing, truncated, not an image
     */
    record Failed(Path photo, UncheckedIOException error) implements PhotoOutcome {

      /** Returns the message of the error, which has the name of the photo. */
      public String reason() {
        return String.valueOf(error.getMessage());
      }
    }

    /**
     * A photo that was read, but that the localizer declines to locate.
     *
     * @param photo the photo
     * @param reason why, such as that it resembles no photo of a gallery
     */
    record Unanswered(Path photo, String reason) implements PhotoOutcome {}
  }
}
