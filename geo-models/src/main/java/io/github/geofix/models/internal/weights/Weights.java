package io.github.geofix.models.internal.weights;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.format.Safetensors;
import io.github.geofix.core.format.TensorFile;
import io.github.geofix.core.format.TensorFile.DType;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.Parameter;
import io.github.geofix.models.weights.ImportReport;
import io.github.geofix.models.weights.RenameTable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/** Saves the parameters of a module by name, and fills them from files. Stateless. */
public final class Weights {
  private Weights() {}

  /** Returns the first file of a folder that there is, of the given names. */
  public static Optional<Path> firstOf(Path folder, List<String> names) {
    return names.stream().map(folder::resolve).filter(Files::isRegularFile).findFirst();
  }

  /**
   * Saves every parameter under its full name, buffers included.
   *
   * @param metadata free text for the file's header
   * @throws java.io.UncheckedIOException if writing fails; an older file is left as it was
   */
  public static void save(Module module, Path file, Map<String, String> metadata) {
    add(module, Safetensors.writer().metadata(metadata)).write(file);
  }

  /** Adds every parameter under its full name, buffers included, to a file about to be written. */
  public static Safetensors.Writer add(Module module, Safetensors.Writer writer) {
    module.requireFloat32("saved");
    module
        .parameters()
        .forEach(
            (name, parameter) ->
                writer.tensor(
                    name,
                    dtype(name, parameter.array().getDataType()),
                    parameter.shape().getShape(),
                    out -> {
                      ByteBuffer bytes = parameter.array().toByteBuffer(true);
                      while (bytes.hasRemaining()) {
                        out.write(bytes);
                      }
                    }));
    return writer;
  }

  /**
   * Returns a text that other weights do not share: the SHA-256 of the names and bytes of all
   * parameters, buffers included, as 64 hexadecimal digits. Reads all arrays, about half a gigabyte
   * a second.
   */
  public static String digest(Module module) {
    module.requireFloat32("compared with others");
    return digest(module, (name, parameter) -> parameter.array().toByteBuffer(true));
  }

  /**
   * Returns the digest that a module has once it is filled from a file in float32.
   *
   * @throws IllegalArgumentException if the file lacks a parameter
   */
  public static String digest(Module module, TensorFile weights) {
    return digest(
        module,
        (name, parameter) -> {
          ByteBuffer bytes =
              ByteBuffer.allocate(Math.toIntExact(parameter.size() * Float.BYTES))
                  .order(ByteOrder.nativeOrder());
          weights.read(name, 0, bytes.asFloatBuffer());
          return bytes;
        });
  }

  private static String digest(Module module, BiFunction<String, Parameter, ByteBuffer> values) {
    Hasher sha = Hashing.sha256().newHasher();
    module
        .parameters()
        .forEach(
            (name, parameter) -> {
              sha.putString(name + parameter.shape(), StandardCharsets.UTF_8);
              sha.putBytes(values.apply(name, parameter));
            });
    return sha.hash().toString();
  }

  /**
   * Fills a module from a file that {@link #save} wrote: names and shapes must match one to one.
   *
   * @param manager owns the arrays of parameters that have none yet
   * @throws java.io.UncheckedIOException if the file cannot be read
   * @throws ModelFormatException if it is damaged or belongs to another model; the message names
   *     what does not fit. The module may then be partly filled
   */
  public static ImportReport load(Module module, NDManager manager, Path file) {
    try (TensorFile weights = Safetensors.open(file)) {
      return load(module, manager, weights, RenameTable.IDENTITY).requireExact();
    }
  }

  /**
   * Fills what fits of a module from a checkpoint of another library, and reports the rest: ask the
   * report for completeness. Parameters that are not filled keep their values, or have none and can
   * be given some by {@link Module#initialize}.
   *
   * <p>Numbers are converted to the type of the parameter's array, or to float32 where it has none
   * yet. Axes of length 1 do not count when shapes are compared.
   *
   * @param manager owns the arrays of parameters that have none yet
   */
  public static ImportReport load(
      Module module, NDManager manager, TensorFile weights, RenameTable names) {
    Map<String, Parameter> parameters = module.parameters();
    List<String> unexpected = new ArrayList<>();
    List<String> ignored = new ArrayList<>();
    Map<String, ImportReport.Misfit> misfits = new LinkedHashMap<>();
    Map<String, Parts> filled = new HashMap<>();
    for (String name : weights.names()) {
      Optional<RenameTable.Target> found = names.target(name);
      if (found.isEmpty()) {
        ignored.add(name);
        continue;
      }
      RenameTable.Target target = found.get();
      Parameter parameter = parameters.get(target.name());
      if (parameter == null) {
        unexpected.add(name);
      } else if (fits(weights.shape(name), parameter.shape(), target)) {
        Parts parts = filled.computeIfAbsent(target.name(), n -> new Parts(target.parts()));
        if (!parts.add(target.part())) {
          throw new ModelFormatException(
              name + " in " + weights.path() + " fills " + target.name() + " a second time");
        }
        parameter.allocate(manager, DataType.FLOAT32);
        fill(parameter, weights, name, target);
      } else {
        misfits.put(target.name(), misfit(module, parameter.shape(), weights.shape(name), target));
      }
    }
    List<String> loaded = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    for (String name : parameters.keySet()) {
      if (!misfits.containsKey(name)) {
        Parts parts = filled.get(name);
        (parts != null && parts.areAll() ? loaded : missing).add(name);
      }
    }
    return new ImportReport(
        String.valueOf(weights.path().getFileName()),
        module.getClass().getSimpleName(),
        loaded,
        missing,
        unexpected,
        ignored,
        List.copyOf(misfits.values()),
        weights.notes());
  }

  /** Which parts of a parameter have been filled. */
  private record Parts(int count, BitSet filled) {
    Parts(int count) {
      this(count, new BitSet());
    }

    /** Returns false if the part was there already. */
    boolean add(int part) {
      boolean fresh = !filled.get(part);
      filled.set(part);
      return fresh;
    }

    boolean areAll() {
      return filled.cardinality() == count;
    }
  }

  private static ImportReport.Misfit misfit(
      Module module, Shape needed, long[] given, RenameTable.Target target) {
    return new ImportReport.Misfit(
        target.name(),
        Arrays.toString(given),
        needed(needed, target),
        module.adviceOn(target.name(), new Shape(given)));
  }

  /** Returns how many arrays of a checkpoint have a parameter under the given names. */
  public static long matches(Module module, TensorFile weights, RenameTable names) {
    Set<String> parameters = module.parameters().keySet();
    return weights.names().stream()
        .filter(name -> names.target(name).filter(t -> parameters.contains(t.name())).isPresent())
        .count();
  }

  private static boolean fits(long[] given, Shape shape, RenameTable.Target target) {
    long[] needed = shape.getShape();
    if (target.transposed()) {
      return given.length == 2
          && needed.length == 2
          && given[0] == needed[1]
          && given[1] == needed[0];
    }
    if (target.parts() > 1) {
      needed = needed.clone();
      if (needed.length == 0 || needed[0] % target.parts() != 0) {
        return false;
      }
      needed[0] /= target.parts();
    }
    return Arrays.equals(squeezed(given), squeezed(needed));
  }

  private static long[] squeezed(long[] shape) {
    return Arrays.stream(shape).filter(n -> n != 1).toArray();
  }

  private static String needed(Shape shape, RenameTable.Target target) {
    String text = Arrays.toString(shape.getShape());
    if (target.transposed()) {
      return text + " transposed";
    }
    return target.parts() == 1 ? text : "1/" + target.parts() + " of " + text;
  }

  private static void fill(
      Parameter parameter, TensorFile weights, String name, RenameTable.Target target) {
    long[] shape = weights.shape(name);
    int count = Math.toIntExact(weights.count(name));
    int start = count * target.part();
    parameter.write(
        bytes -> {
          if (parameter.array().getDataType() == DataType.FLOAT64) {
            DoubleBuffer values = bytes.asDoubleBuffer().slice(start, count);
            if (target.transposed()) {
              transpose(weights.doubles(name), shape, values);
            } else {
              weights.read(name, 0, values);
            }
            for (int i = 0; i < count; i++) {
              requireFinite(values.get(i), i, name, weights);
            }
          } else {
            FloatBuffer values = bytes.asFloatBuffer().slice(start, count);
            if (target.transposed()) {
              transpose(weights.floats(name), shape, values);
            } else {
              weights.read(name, 0, values);
            }
            for (int i = 0; i < count; i++) {
              requireFinite(values.get(i), i, name, weights);
            }
          }
        });
  }

  private static void requireFinite(double value, int index, String name, TensorFile weights) {
    if (!Double.isFinite(value)) {
      throw new ModelFormatException(
          name + " in " + weights.path() + " has " + value + " at element " + index);
    }
  }

  private static void transpose(float[] rows, long[] shape, FloatBuffer columns) {
    for (int c = 0; c < shape[1]; c++) {
      for (int r = 0; r < shape[0]; r++) {
        columns.put(rows[r * (int) shape[1] + c]);
      }
    }
  }

  private static void transpose(double[] rows, long[] shape, DoubleBuffer columns) {
    for (int c = 0; c < shape[1]; c++) {
      for (int r = 0; r < shape[0]; r++) {
        columns.put(rows[r * (int) shape[1] + c]);
      }
    }
  }

  private static DType dtype(String name, DataType type) {
    return switch (type) {
      case FLOAT32 -> DType.F32;
      case FLOAT64 -> DType.F64;
      default ->
          throw new IllegalArgumentException(
              name + " is " + type + ": parameters are FLOAT32 or FLOAT64");
    };
  }
}
