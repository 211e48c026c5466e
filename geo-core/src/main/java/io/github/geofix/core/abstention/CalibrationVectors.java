package io.github.geofix.core.abstention;

import com.google.common.primitives.Floats;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.format.Safetensors;
import io.github.geofix.core.internal.Count;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * A model's vectors of some of the photos that it was calibrated on, kept in its folder as {@value
 * #FILE}: later they show whether other photos are of the same kind. Needs 4 D bytes a photo.
 * Immutable and thread-safe.
 */
public final class CalibrationVectors {

  /** The name of the file in a model folder. */
  public static final String FILE = "calibration-vectors.safetensors";

  /** The most photos that are kept. */
  public static final int MOST = 1000;

  private static final String ARRAY = "vectors";
  private static final int MOST_DIMENSION = 1 << 16;
  private static final int SEED = 20_260_101;

  private final List<float[]> vectors;

  private CalibrationVectors(List<float[]> vectors) {
    this.vectors = vectors;
  }

  /**
   * Copies vectors.
   *
   * @param vectors {@code [N][D]}, of 2 to {@value #MOST} photos
   * @throws IllegalArgumentException if their number or a length is out of range, the lengths
   *     differ, or a number is not finite
   */
  public static CalibrationVectors of(List<float[]> vectors) {
    if (vectors.size() < 2 || vectors.size() > MOST) {
      throw new IllegalArgumentException(
          "calibration vectors are of 2 to " + MOST + " photos: " + vectors.size());
    }
    int dimension = vectors.get(0).length;
    if (dimension < 1 || dimension > MOST_DIMENSION) {
      throw new IllegalArgumentException(
          "a vector has 1 to " + MOST_DIMENSION + " numbers: " + dimension);
    }
    for (float[] vector : vectors) {
      check(vector, dimension);
    }
    return new CalibrationVectors(vectors.stream().map(float[]::clone).toList());
  }

  private static void check(float[] vector, int dimension) {
    if (vector.length != dimension) {
      throw new IllegalArgumentException(
          "a vector has " + Count.of(vector.length, "numbers") + ", the others " + dimension);
    }
    for (float number : vector) {
      if (!Float.isFinite(number)) {
        throw new IllegalArgumentException("a vector holds " + number);
      }
    }
  }

  /**
   * Returns which photos of a list to take, in ascending order: drawn at random, always the same.
   *
   * @param photos the length of the list
   * @param most how many to draw; all if there are no more
   */
  public static int[] sample(int photos, int most) {
    return photos <= most
        ? IntStream.range(0, photos).toArray()
        : new Random(SEED).ints(0, photos).distinct().limit(most).sorted().toArray();
  }

  /**
   * Reads the vectors of a model; empty if its folder has no such file.
   *
   * @throws ModelFormatException if the file is damaged
   */
  public static Optional<CalibrationVectors> load(Path model) {
    Path file = model.resolve(FILE);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try (Safetensors arrays = Safetensors.open(file)) {
      long[] shape = arrays.shape(ARRAY);
      if (shape.length != 2 || shape[0] > MOST || shape[1] > MOST_DIMENSION) {
        throw new IllegalArgumentException(
            "vectors has the shape %s, [2 to %d, 1 to %d] fits"
                .formatted(Arrays.toString(shape), MOST, MOST_DIMENSION));
      }
      int dimension = (int) shape[1];
      float[] all = arrays.floats(ARRAY);
      return Optional.of(
          of(
              IntStream.range(0, (int) shape[0])
                  .mapToObj(i -> Arrays.copyOfRange(all, i * dimension, (i + 1) * dimension))
                  .toList()));
    } catch (IllegalArgumentException e) {
      throw new ModelFormatException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  /**
   * Writes the vectors into a model folder.
   *
   * @throws java.io.UncheckedIOException if writing fails; an older file stays
   */
  public void save(Path model) {
    float[] all = Floats.concat(vectors.toArray(float[][]::new));
    Safetensors.writer().floats(ARRAY, all, size(), dimension()).write(model.resolve(FILE));
  }

  /** Returns N, the number of photos. */
  public int size() {
    return vectors.size();
  }

  /** Returns D, the length of a vector. */
  public int dimension() {
    return vectors.get(0).length;
  }

  /** Returns a copy of the vector of a photo, {@code [D]}. */
  public float[] vector(int photo) {
    return vectors.get(photo).clone();
  }
}
