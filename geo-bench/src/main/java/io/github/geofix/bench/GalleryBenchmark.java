package io.github.geofix.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.models.internal.image.ImagePreprocessor;
import io.github.geofix.models.internal.recombine.RecombineNetwork;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.recombine.RecombineConfig;
import io.github.geofix.models.recombine.RecombineModel;
import io.github.geofix.models.recombine.RecombineModel.PlaceMatch;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Looking photos up among all 24,576 S2 cells of level 6 by the smallest recombine model, with
 * random weights and a map of noise, on one thread. The baseline embeds the photos and multiplies
 * them with as many vectors that are in the engine's memory; the aim is a ratio of at most 1.3.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = "-Dai.djl.pytorch.num_threads=1")
public class GalleryBenchmark {
  private static final int LEVEL = 6;
  private static final int PLACES = 6 << (2 * LEVEL);
  private static final int PIXELS = 64;

  /** Photos looked up at once. */
  @Param({"1", "64"})
  public int batch = 1;

  private final NDManager manager = TorchEngine.newManager();
  private RecombineModel model = RecombineModel.create(RecombineConfig.tiny(), List.of(), 1);
  private List<BufferedImage> photos = List.of();
  private NDArray gallery = manager.zeros(new Shape(1));

  /** Encodes the gallery, and makes photos and the baseline's vectors. */
  @Setup
  public void generate() throws IOException {
    Random random = new Random(1);
    Path map = Files.createTempFile("noise", ".png");
    ImageIO.write(noise(360, 180, random), "png", map.toFile());
    model.close();
    model = RecombineModel.create(RecombineConfig.tiny().withMap(map.toString()), List.of(), 1);
    long first = 1L << (60 - 2 * LEVEL);
    model.setGallery(
        CellPartition.ofCellIds(
            LongStream.range(0, PLACES).map(i -> 2 * i * first + first).toArray()));
    photos = Stream.generate(() -> noise(PIXELS, PIXELS, random)).limit(batch).toList();
    model.bestMatches(photos);
    Files.delete(map);
    gallery = manager.randomNormal(new Shape(PLACES, network().dimension()));
  }

  private static BufferedImage noise(int width, int height, Random random) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, random.nextInt(1 << 24));
      }
    }
    return image;
  }

  private RecombineNetwork network() {
    return (RecombineNetwork) model.network();
  }

  /** Frees the native memory. */
  @TearDown
  public void close() {
    model.close();
    manager.close();
  }

  /** The photos' vectors and the bare product, of which nothing is asked. */
  @Benchmark
  public float baselineProduct() {
    ImagePreprocessor preprocessor = ImagePreprocessor.of(model.config().encoder().photo());
    int length = preprocessor.spec().length();
    float[] images = new float[batch * length];
    for (int i = 0; i < batch; i++) {
      System.arraycopy(preprocessor.apply(photos.get(i)), 0, images, i * length, length);
    }
    return TorchEngine.infer(
        manager,
        step -> {
          NDArray input = step.create(images, new Shape(batch).addAll(model.inputShapes().get(0)));
          NDArray embedded = network().embedPhotos(Forward.INFERENCE, input);
          return embedded.matMul(gallery.transpose()).getFloat(0, 0);
        });
  }

  /** The best place of each photo. */
  @Benchmark
  public List<PlaceMatch> bestMatches() {
    return model.bestMatches(photos);
  }
}
