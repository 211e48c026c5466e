package io.github.geofix.core.index;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.github.geofix.core.format.ModelFormatException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/** Damaged NumPy files are read or refused by name, in memory that their length bounds. */
class NpyFuzzTest {
  private static final int ROWS = 20;
  private static final int DIMENSION = 6;

  @Property(shrinking = ShrinkingMode.OFF)
  void damagedFilesAreReadOrRefused(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    byte[] bytes = sample(random.nextBoolean());
    for (int i = random.nextInt(6); i >= 0; i--) {
      int at = random.nextInt(random.nextInt(4) > 0 ? 100 : bytes.length);
      String special = "0123456789(),' {}:TF<>fi\n";
      bytes[at] =
          random.nextBoolean()
              ? (byte) random.nextInt(256)
              : (byte) special.charAt(random.nextInt(special.length()));
    }
    if (random.nextInt(6) == 0) {
      bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
    }
    Path file = Files.createTempFile("fuzz", ".npy");
    try {
      Files.write(file, bytes);
      long before = allocated();
      read(file);
      assertThat(allocated() - before).isLessThan(16L << 20);
    } finally {
      Files.delete(file);
    }
  }

  private static void read(Path file) {
    try (Embeddings embeddings = Embeddings.open(file)) {
      float[] all = new float[embeddings.size() * embeddings.dimension()];
      embeddings.read(0, embeddings.size(), all);
      assertThat(all.length).isLessThanOrEqualTo(ROWS * DIMENSION * 2);
    } catch (IllegalArgumentException | ModelFormatException e) {
      assertThat(e).hasMessageContaining(file.getFileName().toString());
    }
  }

  private static byte[] sample(boolean doubles) {
    String header =
        "{'descr': '<%s', 'fortran_order': False, 'shape': (%d, %d), }"
            .formatted(doubles ? "f8" : "f4", ROWS, DIMENSION);
    header = header + " ".repeat(117 - header.length()) + "\n";
    ByteBuffer npy =
        ByteBuffer.allocate(10 + header.length() + ROWS * DIMENSION * (doubles ? 8 : 4))
            .order(ByteOrder.LITTLE_ENDIAN);
    npy.put("\u0093NUMPY\1\0".getBytes(StandardCharsets.ISO_8859_1));
    npy.putShort((short) header.length()).put(header.getBytes(StandardCharsets.ISO_8859_1));
    for (int i = 0; i < ROWS * DIMENSION; i++) {
      npy = doubles ? npy.putDouble(i) : npy.putFloat(i);
    }
    return npy.array();
  }

  private static long allocated() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    return threads.getThreadAllocatedBytes(Thread.currentThread().getId());
  }
}
