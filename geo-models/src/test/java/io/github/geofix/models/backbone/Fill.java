package io.github.geofix.models.backbone;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.Parameter;
import io.github.geofix.models.weights.RenameTable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Values computed from their names alone, with which the oracles of full size were made: splitmix64
 * (Steele, Lea and Flood 2014) seeded with FNV-1a of the name.
 */
public final class Fill {
  /** The range of the values of a parameter, {lowest, highest}. */
  @FunctionalInterface
  public interface Ranges {
    /** Returns the range for a name and a shape. */
    double[] of(String name, long[] shape);
  }

  private final long baseSeed;
  private final Ranges ranges;

  /**
   * Fills vision networks, their layer scales with numbers {@code gammaLow} to {@code gammaHigh}.
   */
  public Fill(long baseSeed, double gammaLow, double gammaHigh) {
    this(baseSeed, (name, shape) -> visionRange(name, shape, gammaLow, gammaHigh));
  }

  /** Fills networks with ranges of their own. */
  public Fill(long baseSeed, Ranges ranges) {
    this.baseSeed = baseSeed;
    this.ranges = ranges;
  }

  /** Returns the range with which linear layers keep the variance: within sqrt(3 / fan in). */
  public static double[] fanIn(double fanIn) {
    double bound = Math.sqrt(3 / fanIn);
    return new double[] {-bound, bound};
  }

  /** Puts numbers {@code low} to {@code high} into the buffer. */
  public static void uniform(long seed, double low, double high, FloatBuffer target) {
    int count = target.remaining();
    for (int i = 0; i < count; i++) {
      target.put(value(seed, i, low, high));
    }
  }

  /** Returns {@code count} numbers from {@code low} to {@code high}. */
  public static float[] uniform(long seed, double low, double high, int count) {
    float[] values = new float[count];
    uniform(seed, low, high, FloatBuffer.wrap(values));
    return values;
  }

  private static float value(long seed, long i, double low, double high) {
    return (float) (low + (high - low) * ((bits(seed, i) >>> 40) * 0x1p-24));
  }

  /** Returns the bits of the i-th number. */
  public static long bits(long seed, long i) {
    long z = seed + (i + 1) * 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** Fills a module as a checkpoint of these names and shapes would; nothing may be left over. */
  public void into(
      Module module, NDManager manager, Map<String, long[]> shapes, RenameTable names) {
    Set<String> filled = new HashSet<>();
    shapes.forEach(
        (name, shape) ->
            names
                .target(name)
                .ifPresent(
                    target -> {
                      Parameter parameter = module.parameter(target.name());
                      parameter.allocate(manager, DataType.FLOAT32);
                      parameter.write(
                          bytes -> fill(name, shape, target.transposed(), bytes.asFloatBuffer()));
                      filled.add(target.name());
                    }));
    if (!filled.equals(module.parameters().keySet())) {
      throw new IllegalStateException("the names do not cover the module");
    }
  }

  private void fill(String name, long[] shape, boolean transposed, FloatBuffer target) {
    long seed = fnv1a(name) ^ baseSeed;
    double[] range = ranges.of(name, shape);
    if (!transposed) {
      uniform(seed, range[0], range[1], target);
      return;
    }
    for (long column = 0; column < shape[1]; column++) {
      for (long row = 0; row < shape[0]; row++) {
        target.put(value(seed, row * shape[1] + column, range[0], range[1]));
      }
    }
  }

  private static double[] visionRange(
      String name, long[] shape, double gammaLow, double gammaHigh) {
    if (name.endsWith("layer_scale") || name.endsWith("gamma")) {
      return new double[] {gammaLow, gammaHigh};
    }
    if (shape.length == 1 && name.endsWith("weight")) {
      return new double[] {0.5, 1.5};
    }
    if (name.endsWith("bias")) {
      return new double[] {-0.2, 0.2};
    }
    if (shape.length == 1) {
      return new double[] {-0.5, 0.5};
    }
    if (name.contains("embedding")
        || name.equals("pos_embed")
        || name.equals("cls_token")
        || name.equals("mask_token")) {
      return new double[] {-0.3, 0.3};
    }
    if (name.equals("action_embed.weight")) {
      return new double[] {-1, 1};
    }
    double fanIn = shape[0];
    if (!name.equals("proj")) {
      fanIn = 1;
      for (int i = 1; i < shape.length; i++) {
        fanIn *= shape[i];
      }
    }
    return fanIn(fanIn);
  }

  private static long fnv1a(String name) {
    long hash = 0xcbf29ce484222325L;
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
    }
    return hash;
  }

  /** Reads the names and shapes of a published network, in its own order. */
  public static Map<String, long[]> shapes(String resource) {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    try (Reader reader =
        new InputStreamReader(
            Objects.requireNonNull(Fill.class.getResourceAsStream(resource)),
            StandardCharsets.UTF_8)) {
      for (JsonElement entry : JsonParser.parseReader(reader).getAsJsonArray()) {
        JsonArray shape = entry.getAsJsonArray().get(1).getAsJsonArray();
        long[] lengths = new long[shape.size()];
        for (int i = 0; i < lengths.length; i++) {
          lengths[i] = shape.get(i).getAsLong();
        }
        shapes.put(entry.getAsJsonArray().get(0).getAsString(), lengths);
      }
      return shapes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
