package io.github.geofix.bench;

import io.github.geofix.core.format.Safetensors;
import io.github.geofix.core.format.TensorFile.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Locale;

/**
 * Opens a safetensors file of 3 GiB, sparse on disk, reads the array of 4 MiB at its end, and
 * prints one CSV row. Run it with a small heap, such as {@code -Xmx200m}.
 */
public final class LargeFileTable {
  private static final long LARGE_BYTES = 3L << 30;
  private static final int SMALL_FLOATS = 1 << 20;

  private LargeFileTable() {}

  /** Runs the program. */
  public static void main(String[] args) throws IOException {
    Path file = Files.createTempFile("large", ".safetensors");
    try {
      float[] expected = new float[SMALL_FLOATS];
      for (int i = 0; i < expected.length; i++) {
        expected[i] = i;
      }
      writeSparse(file, expected);
      long start = System.nanoTime();
      try (Safetensors read = Safetensors.open(file)) {
        float[] values = read.floats("small");
        double seconds = (System.nanoTime() - start) / 1e9;
        if (!Arrays.equals(values, expected)) {
          throw new IllegalStateException("the array was not read as it was written");
        }
        Runtime runtime = Runtime.getRuntime();
        System.out.println("fileBytes,seconds,heapUsedMiB,heapLimitMiB");
        System.out.printf(
            Locale.ROOT,
            "%d,%.3f,%d,%d%n",
            Files.size(file),
            seconds,
            (runtime.totalMemory() - runtime.freeMemory()) >> 20,
            runtime.maxMemory() >> 20);
      }
    } finally {
      Files.delete(file);
    }
  }

  private static void writeSparse(Path file, float[] small) throws IOException {
    String header =
        String.format(
            Locale.ROOT,
            "{\"large\":{\"dtype\":\"F32\",\"shape\":[%d],\"data_offsets\":[0,%d]},"
                + "\"small\":{\"dtype\":\"F32\",\"shape\":[%d],\"data_offsets\":[%d,%d]}}",
            LARGE_BYTES / DType.F32.bytes(),
            LARGE_BYTES,
            SMALL_FLOATS,
            LARGE_BYTES,
            LARGE_BYTES + (long) SMALL_FLOATS * DType.F32.bytes());
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer head = ByteBuffer.allocate(8 + json.length).order(ByteOrder.LITTLE_ENDIAN);
    head.putLong(json.length).put(json).flip();
    ByteBuffer tail =
        ByteBuffer.allocate(small.length * DType.F32.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    tail.asFloatBuffer().put(small);
    try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
      out.write(head);
      // Nothing is written between: the file system keeps a hole.
      out.write(tail, out.position() + LARGE_BYTES);
    }
  }
}
