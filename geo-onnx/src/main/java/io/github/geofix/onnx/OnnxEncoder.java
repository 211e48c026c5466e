package io.github.geofix.onnx;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import com.google.common.hash.Hashing;
import com.google.common.io.MoreFiles;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.models.backbone.PhotoEncoder;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.image.ImagePreprocessor;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * An encoder of photos in an ONNX file, run by ONNX Runtime on the CPU. One vector for each photo;
 * no gradients. Needs no PyTorch. Thread-safe; must be closed.
 *
 * <pre>{@code
 * ImageSpec image = ImageSpec.clip(224).withFit(Fit.CROP_FLOOR);
 * try (PhotoEncoder encoder = OnnxEncoder.open(Path.of("model.onnx"), Config.of(image))) {
 *   float[] vector = encoder.encode(photo)[0];
 * }
 * }</pre>
 *
 * <p>The file must hold the whole model, with one input {@code [B, 3, H, W]} of float32 and the
 * output in float32. Files that refer to other files or to operators of other libraries are
 * refused. A file can ask for any amount of computing and memory: take files from sources you
 * trust.
 */
public final class OnnxEncoder implements PhotoEncoder {
  private final Path file;
  private final Config config;
  private final ImagePreprocessor preprocessor;
  private final OrtSession session;
  private final String input;
  private final String output;

  /** The number of photos that the file was exported for; 0 for any. */
  private final int batch;

  private final int dimension;
  private final String digest;

  private OnnxEncoder(Path file, Config config, OrtSession session) throws OrtException {
    this.file = file;
    this.config = config;
    this.session = session;
    preprocessor = ImagePreprocessor.of(config.image());
    Map.Entry<String, NodeInfo> only = onlyInput(session.getInputInfo());
    input = only.getKey();
    batch = batchOf(only.getValue());
    output = output(session.getOutputNames());
    dimension = pooled(new float[1][config.image().length()])[0].length;
    digest = sha256(file);
  }

  /**
   * Opens an encoder, and runs it once to find the shape of its output.
   *
   * @param config how photos are read and which numbers are the vector
   * @throws ModelFormatException if the file is no ONNX model, refers to other files or operators
   *     of other libraries, or has other inputs or outputs than the configuration states; the
   *     message lists those it has
   * @throws UncheckedIOException if the file cannot be read
   */
  public static OnnxEncoder open(Path file, Config config) {
    return OnnxFile.open(file, session -> new OnnxEncoder(file, config, session));
  }

  private ModelFormatException differs(String what) {
    return new ModelFormatException(file + " " + what);
  }

  private Map.Entry<String, NodeInfo> onlyInput(Map<String, NodeInfo> inputs) {
    if (inputs.size() != 1) {
      throw differs(
          "needs %d inputs, %s: export the image encoder alone, which takes photos and nothing else"
              .formatted(inputs.size(), String.join(", ", inputs.keySet())));
    }
    return inputs.entrySet().iterator().next();
  }

  /** Checks that photos fit the input, and returns how many it takes. */
  private int batchOf(NodeInfo info) {
    ImageSpec image = config.image();
    if (!(info.getInfo() instanceof TensorInfo tensor) || tensor.type != OnnxJavaType.FLOAT) {
      throw differs(
          "takes %s as \"%s\": export it with an input of float32"
              .formatted(info.getInfo(), info.getName()));
    }
    long[] wanted = {-1, 3, image.height(), image.width()};
    long[] shape = tensor.getShape();
    boolean fits = shape.length == wanted.length;
    for (int i = 1; fits && i < shape.length; i++) {
      fits = shape[i] == -1 || shape[i] == wanted[i];
    }
    if (!fits) {
      throw differs(
          "takes %s as \"%s\", where photos are [B, 3, %d, %d]: state the size it was exported for"
              .formatted(Arrays.toString(shape), info.getName(), image.height(), image.width()));
    }
    return (int) Math.max(0, Math.min(shape[0], 1 << 10));
  }

  private String output(Set<String> outputs) {
    if (config.output().isEmpty() && outputs.size() == 1) {
      return outputs.iterator().next();
    }
    if (!outputs.contains(config.output())) {
      throw differs(
          (config.output().isEmpty()
                  ? "gives several outputs: state which one is the vector by output="
                  : "gives no output " + config.output() + "; it gives ")
              + String.join(", ", outputs));
    }
    return config.output();
  }

  private static String sha256(Path file) {
    try {
      return MoreFiles.asByteSource(file).hash(Hashing.sha256()).toString();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  @Override
  public int vectors() {
    return 1;
  }

  @Override
  public int dimension() {
    return dimension;
  }

  /** Returns the SHA-256 of the file, in hexadecimal. */
  @Override
  public String digest() {
    return digest;
  }

  @Override
  public float[] read(BufferedImage photo, Optional<Path> source) {
    return preprocessor.apply(photo);
  }

  @Override
  public float[][][] encode(List<float[]> photos) {
    float[][][] vectors = new float[photos.size()][1][];
    int step = batch == 0 ? photos.size() : batch;
    for (int from = 0; from < vectors.length; from += step) {
      int to = Math.min(vectors.length, from + step);
      float[][] part = run(photos.subList(from, to).toArray(float[][]::new));
      for (int i = from; i < to; i++) {
        vectors[i][0] = part[i - from];
      }
    }
    return vectors;
  }

  private float[][] run(float[][] photos) {
    try {
      return pooled(photos);
    } catch (OrtException e) {
      throw OnnxFile.fails(file, e);
    }
  }

  /** Returns the vectors of photos, as many as the file takes at once or fewer. */
  private float[][] pooled(float[][] photos) throws OrtException {
    ImageSpec image = config.image();
    int count = Math.max(photos.length, batch);
    FloatBuffer pixels = FloatBuffer.allocate(Math.multiplyExact(count, image.length()));
    for (float[] photo : photos) {
      pixels.put(photo);
    }
    long[] shape = {count, 3, image.height(), image.width()};
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OnnxTensor tensor = OnnxTensor.createTensor(environment, pixels.rewind(), shape);
        OrtSession.Result result = session.run(Map.of(input, tensor), Set.of(output))) {
      if (result.get(0) instanceof OnnxTensor given
          && given.getInfo().type == OnnxJavaType.FLOAT
          && given.getInfo().getShape().length > 0
          && given.getInfo().getShape()[0] == count) {
        FloatBuffer values = given.getFloatBuffer();
        float[][] vectors = new float[photos.length][];
        for (int i = 0; i < vectors.length; i++) {
          float[] whole = new float[values.capacity() / count];
          values.get(i * whole.length, whole);
          vectors[i] = pooled(whole, given.getInfo().getShape());
        }
        return vectors;
      }
      throw differs(
          "gives %s as \"%s\" for %d photos: export it with an output of float32 for each photo"
              .formatted(result.get(0).getInfo(), output, count));
    }
  }

  private float[] pooled(float[] whole, long[] shape) {
    int axes = shape.length;
    boolean isMap = axes == 4;
    int width = (int) shape[isMap ? 1 : axes - 1];
    boolean fits =
        width > 0
            && whole.length >= width
            && switch (config.pooling()) {
              case NONE -> (axes == 2 || isMap) && whole.length == width;
              case FIRST_TOKEN -> axes == 3;
              case MEAN -> axes == 3 || isMap;
            };
    if (!fits) {
      throw differs(
          "gives %s as \"%s\", which pooling=%s does not fit: none is for [B, D], first_token for"
                  .formatted(
                      Arrays.toString(shape),
                      output,
                      config.pooling().name().toLowerCase(Locale.ROOT))
              + " [B, N, D] with a class token, mean for [B, N, D] and [B, D, H, W]");
    }
    return switch (config.pooling()) {
      case NONE -> whole;
      case FIRST_TOKEN -> Arrays.copyOf(whole, width);
      case MEAN -> mean(whole, width, isMap);
    };
  }

  private static float[] mean(float[] whole, int width, boolean isMap) {
    int parts = whole.length / width;
    float[] mean = new float[width];
    for (int d = 0; d < width; d++) {
      double sum = 0;
      for (int n = 0; n < parts; n++) {
        sum += whole[isMap ? d * parts + n : n * width + d];
      }
      mean[d] = (float) (sum / parts);
    }
    return mean;
  }

  @Override
  public void close() {
    OnnxFile.close(session);
  }

  /** Returns this encoder for others, who may close it: it stays open. */
  PhotoEncoder shared() {
    return new Lent(this);
  }

  /** An encoder that is closed by its owner. */
  private record Lent(OnnxEncoder owner) implements PhotoEncoder {
    @Override
    public int vectors() {
      return owner.vectors();
    }

    @Override
    public int dimension() {
      return owner.dimension();
    }

    @Override
    public String digest() {
      return owner.digest();
    }

    @Override
    public float[] read(BufferedImage photo, Optional<Path> source) {
      return owner.read(photo, source);
    }

    @Override
    public float[][][] encode(List<float[]> photos) {
      return owner.encode(photos);
    }

    @Override
    public void close() {}
  }

  /**
   * How an encoder in an ONNX file reads a photo, and which of its numbers are the vector.
   * Immutable.
   *
   * @param image the size and normalization of photos; nothing in an ONNX file shows them
   * @param output the name of the output that is read; empty if there is but one
   * @param pooling how the output becomes one vector
   */
  public record Config(ImageSpec image, String output, Pooling pooling) {

    /** How an output becomes one vector. */
    public enum Pooling {
      /** It is the vector: {@code [B, D]}, or a map {@code [B, D, 1, 1]}. */
      NONE,
      /** The first token of {@code [B, N, D]}, as the class token of a vision transformer. */
      FIRST_TOKEN,
      /** The mean of the tokens {@code [B, N, D]}, or of a map {@code [B, D, H, W]}. */
      MEAN
    }

    /** Checks that nothing is missing. */
    public Config {
      Objects.requireNonNull(image, "image");
      Objects.requireNonNull(output, "output");
      Objects.requireNonNull(pooling, "pooling");
    }

    /** Returns the configuration of a file with one output, which is the vector. */
    public static Config of(ImageSpec image) {
      return new Config(image, "", Pooling.NONE);
    }

    /** Returns a copy that reads another output. */
    public Config withOutput(String newOutput) {
      return new Config(image, newOutput, pooling);
    }

    /** Returns a copy with another way to pool. */
    public Config withPooling(Pooling newPooling) {
      return new Config(image, output, newPooling);
    }
  }
}
