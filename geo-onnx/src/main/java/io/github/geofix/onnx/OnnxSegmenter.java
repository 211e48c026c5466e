package io.github.geofix.onnx;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.models.image.ClassMap;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.image.ImageSpec.Fit;
import io.github.geofix.models.internal.image.ImagePreprocessor;
import io.github.geofix.models.internal.image.StretchedClasses;
import io.github.geofix.models.semantics.ClassMaps;
import java.awt.image.BufferedImage;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A semantic segmenter in an ONNX file, run by ONNX Runtime on the CPU: from {@code [B, 3, H, W]},
 * whole photos stretched and normalized as for ImageNet, to class scores {@code [B, C, h, w]} in
 * float32. Its maps are written once, as {@code geofix classmaps} does, and read by models from
 * sidecar files. Thread-safe; must be closed.
 *
 * <p>The same files are refused as by {@link OnnxEncoder}.
 */
public final class OnnxSegmenter implements ClassMaps {

  /** The side where the file takes any: that at which segmenters of ADE20K are usually tested. */
  private static final int SIDE = 512;

  /** The output of exported segmenters that have several. */
  private static final String LOGITS = "logits";

  private final Path file;
  private final OrtSession session;
  private final String input;
  private final String output;

  /** The number of photos that the file was exported for; 0 for any. */
  private final int batch;

  private final ImagePreprocessor preprocessor;

  private OnnxSegmenter(Path file, OrtSession session) throws OrtException {
    this.file = file;
    this.session = session;
    Map<String, NodeInfo> inputs = session.getInputInfo();
    if (inputs.size() != 1) {
      throw differs("needs the inputs " + inputs.keySet() + ", where photos alone are given");
    }
    NodeInfo only = inputs.values().iterator().next();
    input = only.getName();
    long[] shape = shape(only);
    if (shape.length != 4 || (shape[1] != 3 && shape[1] != -1)) {
      throw differs("takes " + Arrays.toString(shape) + ", where photos are [B, 3, H, W]");
    }
    batch = shape[0] > 0 ? Math.toIntExact(shape[0]) : 0;
    preprocessor =
        ImagePreprocessor.of(
            ImageSpec.imageNet(SIDE).withFit(Fit.STRETCH).withSize(side(shape[2]), side(shape[3])));
    Set<String> outputs = session.getOutputNames();
    if (outputs.size() > 1 && !outputs.contains(LOGITS)) {
      throw differs("gives several outputs and none named logits: " + outputs);
    }
    output = outputs.size() == 1 ? outputs.iterator().next() : LOGITS;
  }

  /**
   * Opens a segmenter.
   *
   * @throws ModelFormatException if the file is no ONNX model, refers to other files or operators
   *     of other libraries, or takes something other than photos
   * @throws java.io.UncheckedIOException if the file cannot be read
   */
  public static OnnxSegmenter open(Path file) {
    return OnnxFile.open(file, session -> new OnnxSegmenter(file, session));
  }

  private ModelFormatException differs(String what) {
    return new ModelFormatException(file + " " + what);
  }

  private long[] shape(NodeInfo info) {
    if (info.getInfo() instanceof TensorInfo tensor && tensor.type == OnnxJavaType.FLOAT) {
      return tensor.getShape();
    }
    throw differs("takes " + info.getInfo() + ": export it with an input of float32");
  }

  private static int side(long stated) {
    return stated > 0 ? Math.toIntExact(stated) : SIDE;
  }

  @Override
  public ClassMap of(BufferedImage photo) {
    return ofAll(List.of(photo), List.of()).get(0);
  }

  @Override
  public List<ClassMap> ofAll(List<BufferedImage> photos, List<Path> files) {
    List<ClassMap> maps = new ArrayList<>(photos.size());
    int step = batch == 0 ? Math.max(1, photos.size()) : batch;
    for (int from = 0; from < photos.size(); from += step) {
      List<BufferedImage> part = photos.subList(from, Math.min(photos.size(), from + step));
      try {
        segment(part, Math.max(part.size(), batch), maps);
      } catch (OrtException e) {
        throw OnnxFile.fails(file, e);
      }
    }
    return maps;
  }

  private void segment(List<BufferedImage> photos, int count, List<ClassMap> maps)
      throws OrtException {
    ImageSpec image = preprocessor.spec();
    FloatBuffer pixels = FloatBuffer.allocate(Math.multiplyExact(count, image.length()));
    photos.forEach(photo -> pixels.put(preprocessor.apply(photo)));
    long[] shape = {count, 3, image.height(), image.width()};
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OnnxTensor tensor = OnnxTensor.createTensor(environment, pixels.rewind(), shape);
        OrtSession.Result result = session.run(Map.of(input, tensor), Set.of(output))) {
      if (!(result.get(0) instanceof OnnxTensor given)
          || given.getInfo().type != OnnxJavaType.FLOAT
          || given.getInfo().getShape().length != 4
          || given.getInfo().getShape()[0] != count) {
        throw differs(
            "gives %s as \"%s\" for %d photos: export it with scores [B, C, h, w] of float32"
                .formatted(result.get(0).getInfo(), output, count));
      }
      long[] scores = given.getInfo().getShape();
      FloatBuffer values = given.getFloatBuffer();
      int classes = Math.toIntExact(scores[1]);
      int rows = Math.toIntExact(scores[2]);
      int columns = Math.toIntExact(scores[3]);
      for (int i = 0; i < photos.size(); i++) {
        long[] best = best(values, i, classes, rows * columns);
        maps.add(StretchedClasses.of(best, rows, columns, photos.get(i)));
      }
    }
  }

  /** Returns the class of the highest score at each place, the lowest of equals. */
  private static long[] best(FloatBuffer scores, int photo, int classes, int places) {
    long[] best = new long[places];
    int first = photo * classes * places;
    for (int c = 1; c < classes; c++) {
      for (int i = 0; i < places; i++) {
        float score = scores.get(first + c * places + i);
        if (score > scores.get(first + (int) best[i] * places + i)) {
          best[i] = c;
        }
      }
    }
    return best;
  }

  @Override
  public void close() {
    OnnxFile.close(session);
  }
}
