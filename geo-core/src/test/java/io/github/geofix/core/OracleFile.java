package io.github.geofix.core;

import io.github.geofix.core.format.Safetensors;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Function;
import java.util.zip.GZIPInputStream;

/** Numbers that other programs made, among the test resources. */
public final class OracleFile {
  private static final Path FOLDER = Path.of("src/test/resources/oracles");

  private final Path file;

  private OracleFile(Path file) {
    this.file = file;
  }

  /** Returns a safetensors file of the folder oracles. */
  public static OracleFile read(String name) {
    return new OracleFile(FOLDER.resolve(name + ".safetensors"));
  }

  /** Returns 100,000 positions of photos: latitude, longitude, latitude, longitude, ... */
  public static double[] photoPositions() throws IOException {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(
                    Files.newInputStream(FOLDER.resolve("geoclip_coordinates_100k.csv.gz"))),
                StandardCharsets.UTF_8))) {
      return reader
          .lines()
          .skip(1)
          .flatMap(line -> Arrays.stream(line.split(",", -1)))
          .mapToDouble(Double::parseDouble)
          .toArray();
    }
  }

  private <T> T from(Function<Safetensors, T> values) {
    try (Safetensors tensors = Safetensors.open(file)) {
      return values.apply(tensors);
    }
  }

  /** Returns the values of an integer tensor, row by row. */
  public long[] longs(String tensor) {
    return from(tensors -> tensors.longs(tensor));
  }

  /** Returns the values of an integer tensor, row by row. */
  public int[] ints(String tensor) {
    return Arrays.stream(longs(tensor)).mapToInt(Math::toIntExact).toArray();
  }

  /** Returns the values of a tensor, row by row. */
  public double[] doubles(String tensor) {
    return from(tensors -> tensors.doubles(tensor));
  }

  /** Returns a word of the file's metadata. */
  public String metadata(String key) {
    return from(tensors -> Objects.requireNonNull(tensors.metadata().get(key), key));
  }
}
