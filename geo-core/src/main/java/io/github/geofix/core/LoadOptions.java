package io.github.geofix.core;

import java.util.Objects;

/**
 * Options of loading a model folder. Immutable.
 *
 * @param allowCode true to run code that the folder names: classes on the class path, and
 *     TorchScript files in the folder. Code can do anything that this process can, so allow it only
 *     for folders from a source you trust. False refuses such folders without running anything
 * @param computeThreads the threads that run the model, however many threads call it; 0 for the
 *     threads that all such models of the process share, as many as keep all cores busy
 * @param precision of the network; a model that is not in float32 answers, but is neither trained
 *     nor saved
 * @param photoLimits on the photos that the model decodes; {@link Photo.Limits#server()} for those
 *     of strangers
 */
public record LoadOptions(
    boolean allowCode, int computeThreads, Precision precision, Photo.Limits photoLimits) {
  private static final int MOST_THREADS = 1024;

  /**
   * Checks the number of threads and that there is a precision.
   *
   * @throws IllegalArgumentException if it is not 0 to 1024
   */
  public LoadOptions {
    Objects.requireNonNull(precision, "precision");
    Objects.requireNonNull(photoLimits, "photoLimits");
    if (computeThreads < 0 || computeThreads > MOST_THREADS) {
      throw new IllegalArgumentException(
          "computeThreads must be 0, for the shared threads, to "
              + MOST_THREADS
              + ": "
              + computeThreads);
    }
  }

  /**
   * Returns the options that refuse code, share the threads of the process, load in float32, and
   * have {@link Photo.Limits#defaults()}.
   */
  public static LoadOptions defaults() {
    return new LoadOptions(false, 0, Precision.FLOAT32, Photo.Limits.defaults());
  }

  /** Returns a copy that allows code, or not. */
  public LoadOptions withAllowCode(boolean allowCode) {
    return new LoadOptions(allowCode, computeThreads, precision, photoLimits);
  }

  /** Returns a copy with a number of threads of its own, or 0 for the shared ones. */
  public LoadOptions withComputeThreads(int computeThreads) {
    return new LoadOptions(allowCode, computeThreads, precision, photoLimits);
  }

  /** Returns a copy with another precision. */
  public LoadOptions withPrecision(Precision precision) {
    return new LoadOptions(allowCode, computeThreads, precision, photoLimits);
  }

  /** Returns a copy with other limits on photos. */
  public LoadOptions withPhotoLimits(Photo.Limits photoLimits) {
    return new LoadOptions(allowCode, computeThreads, precision, photoLimits);
  }
}
