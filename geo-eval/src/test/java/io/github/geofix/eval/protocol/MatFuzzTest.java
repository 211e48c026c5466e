package io.github.geofix.eval.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.types.Cell;
import us.hebi.matlab.mat.types.Char;
import us.hebi.matlab.mat.types.MatFile;
import us.hebi.matlab.mat.types.Matrix;
import us.hebi.matlab.mat.types.Sinks;

/** Damaged MATLAB files are read or refused by name, in bounded memory. */
class MatFuzzTest {
  private static final List<byte[]> VALID = List.of(sample(true, true), sample(false, false));

  @Property(shrinking = ShrinkingMode.OFF)
  void damagedFilesAreReadOrRefused(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    byte[] bytes = VALID.get(random.nextInt(VALID.size())).clone();
    for (int i = random.nextInt(8); i >= 0; i--) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(4)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt(256);
        case 2 -> Arrays.fill(bytes, at, Math.min(at + 4, bytes.length), (byte) 0xff);
        default -> Arrays.fill(bytes, at, Math.min(at + 4, bytes.length), (byte) 0);
      }
    }
    if (random.nextInt(6) == 0) {
      bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
    }
    Path file = Files.createTempFile("fuzz", ".mat");
    try {
      Files.write(file, bytes);
      long before = allocated();
      read(file);
      assertThat(allocated() - before).isLessThan(300L << 20);
    } finally {
      Files.delete(file);
    }
  }

  private static void read(Path file) {
    try {
      assertThat(CvactLists.read(file, "valSet")).hasSizeLessThan(1 << 16);
    } catch (IllegalArgumentException e) {
      assertThat(e).hasMessageContaining(file.getFileName().toString());
    }
  }

  private static byte[] sample(boolean characters, boolean compressed) {
    Char text = Mat5.newChar(3, 4);
    Cell cells = Mat5.newCell(3, 1);
    for (int row = 0; row < 3; row++) {
      for (int column = 0; column < 4; column++) {
        text.setChar(row, column, (char) ('a' + row + column));
      }
      cells.set(row, Mat5.newString("id" + row));
    }
    Matrix indices = Mat5.newMatrix(1, 2);
    indices.setDouble(0, 3);
    indices.setDouble(1, 1);
    MatFile data =
        Mat5.newMatFile()
            .addArray("panoIds", characters ? text : cells)
            .addArray("utm", Mat5.newMatrix(3, 2))
            .addArray("valSet", Mat5.newStruct().set("valInd", indices));
    try {
      Path file = Files.createTempFile("fuzz", ".mat");
      try (var sink = Sinks.newStreamingFile(file.toFile())) {
        Mat5.newWriter(sink).setDeflateLevel(compressed ? 9 : 0).writeMat(data);
      }
      byte[] bytes = Files.readAllBytes(file);
      Files.delete(file);
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long allocated() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    return threads.getThreadAllocatedBytes(Thread.currentThread().getId());
  }
}
