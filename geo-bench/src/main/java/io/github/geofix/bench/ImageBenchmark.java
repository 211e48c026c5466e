package io.github.geofix.bench;

import ai.djl.modality.cv.Image;
import ai.djl.modality.cv.ImageFactory;
import ai.djl.modality.cv.transform.Normalize;
import ai.djl.modality.cv.transform.Resize;
import ai.djl.modality.cv.transform.ToTensor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.translate.Pipeline;
import io.github.geofix.core.Photo;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.image.ImageSpec.Fit;
import io.github.geofix.models.image.Photos;
import io.github.geofix.models.internal.image.ImagePreprocessor;
import io.github.geofix.models.nn.TorchEngine;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A JPEG of 5 megapixels to the normalized numbers of a 336-pixel square. The baseline is DJL's
 * image factory and transforms, which do not look at the orientation and do not antialias.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = "-Dai.djl.pytorch.num_threads=1")
public class ImageBenchmark {
  private static final int WIDTH = 2592;
  private static final int HEIGHT = 1944;
  private static final int SIZE = 336;

  private final ImageSpec spec = ImageSpec.clip(SIZE).withFit(Fit.STRETCH);
  private final ImagePreprocessor preprocessor = ImagePreprocessor.of(spec);
  private final Photo.Limits options = Photo.Limits.defaults();
  private final Pipeline pipeline =
      new Pipeline(
          new Resize(SIZE, SIZE, Image.Interpolation.BICUBIC),
          new ToTensor(),
          new Normalize(
              new float[] {0.48145467f, 0.4578275f, 0.40821072f},
              new float[] {0.26862955f, 0.2613026f, 0.2757771f}));
  private final NDManager manager = TorchEngine.newManager();
  private byte[] jpeg = {};
  private BufferedImage photo = new BufferedImage(1, 1, BufferedImage.TYPE_3BYTE_BGR);

  /** Makes the photo. */
  @Setup
  public void generate() throws IOException {
    BufferedImage clouds = clouds(new Random(1));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(clouds, "jpeg", out);
    jpeg = out.toByteArray();
    photo = Photos.decode(jpeg, "generated", options);
  }

  /** Noise of all sizes, as large as its wavelength, which is how detail is spread in photos. */
  private static BufferedImage clouds(Random random) {
    BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_3BYTE_BGR);
    for (int channel = 0; channel < 3; channel++) {
      float[] sum = new float[WIDTH * HEIGHT];
      for (int wave = 2; wave <= 1024; wave *= 2) {
        int columns = WIDTH / wave + 2;
        float[] grid = new float[columns * (HEIGHT / wave + 2)];
        for (int i = 0; i < grid.length; i++) {
          grid[i] = (float) random.nextGaussian() * 3 * (float) Math.sqrt(wave);
        }
        for (int y = 0; y < HEIGHT; y++) {
          for (int x = 0; x < WIDTH; x++) {
            int at = y / wave * columns + x / wave;
            float u = (float) (x % wave) / wave;
            float v = (float) (y % wave) / wave;
            sum[y * WIDTH + x] +=
                (1 - v) * ((1 - u) * grid[at] + u * grid[at + 1])
                    + v * ((1 - u) * grid[at + columns] + u * grid[at + columns + 1]);
          }
        }
      }
      for (int i = 0; i < sum.length; i++) {
        int value = Math.max(0, Math.min(255, 128 + (int) sum[i]));
        image.getRaster().setSample(i % WIDTH, i / WIDTH, channel, value);
      }
    }
    return image;
  }

  /** Frees the native memory. */
  @TearDown
  public void close() {
    manager.close();
  }

  /** All of it. */
  @Benchmark
  public float[] decodeAndPreprocess() {
    return preprocessor.apply(Photos.decode(jpeg, "generated", options));
  }

  /** From the file to upright pixels. */
  @Benchmark
  public BufferedImage decode() {
    return Photos.decode(jpeg, "generated", options);
  }

  /** From the file to pixels, by the JDK. */
  @Benchmark
  public BufferedImage baselineImageIo() throws IOException {
    return ImageIO.read(new ByteArrayInputStream(jpeg));
  }

  /** From pixels to numbers. */
  @Benchmark
  public float[] preprocess() {
    return preprocessor.apply(photo);
  }

  /** All of it, by DJL. */
  @Benchmark
  public float[] baselineDjl() throws IOException {
    try (NDManager step = manager.newSubManager()) {
      Image image = ImageFactory.getInstance().fromInputStream(new ByteArrayInputStream(jpeg));
      NDArray pixels = image.toNDArray(step, Image.Flag.COLOR);
      return pipeline.transform(new NDList(pixels)).singletonOrThrow().toFloatArray();
    }
  }
}
