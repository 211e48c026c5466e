package io.github.geofix.core.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.geofix.core.format.TensorFile.DType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTest {
  private final Path folder;

  SafetensorsTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void readsBackWhatWasWritten() {
    Path file = folder.resolve("all.safetensors");
    float[] many = new float[200_000];
    for (int i = 0; i < many.length; i++) {
      many[i] = i * 0.5f;
    }
    Safetensors.writer()
        .metadata("made by", "a \"test\"")
        .floats("many", many, 2, 100_000)
        .doubles("pi", new double[] {Math.PI})
        .longs("ids", new long[] {Long.MIN_VALUE, -1, Long.MAX_VALUE}, 3)
        .floats("empty", new float[0], 0, 7)
        .write(file);
    try (Safetensors read = Safetensors.open(file)) {
      assertThat(read.names()).containsExactly("ids", "pi", "empty", "many");
      assertThat(read.metadata()).isEqualTo(Map.of("made by", "a \"test\""));
      assertThat(read.floats("many")).isEqualTo(many);
      assertThat(read.shape("many")).containsExactly(2, 100_000);
      assertThat(read.dtype("many")).isEqualTo(DType.F32);
      assertThat(read.doubles("pi")).containsExactly(Math.PI);
      assertThat(read.shape("pi")).isEmpty();
      assertThat(read.longs("ids")).containsExactly(Long.MIN_VALUE, -1, Long.MAX_VALUE);
      assertThat(read.count("empty")).isZero();
      assertThat(read.floats("empty")).isEmpty();
    }
  }

  @Test
  void givesTheSameBytesInWhateverOrderArraysAreAdded() throws IOException {
    Path one = folder.resolve("one");
    Path two = folder.resolve("two");
    float[] a = {1, 2};
    long[] b = {3};
    Safetensors.writer()
        .metadata("x", "1")
        .metadata("y", "2")
        .floats("a", a, 2)
        .longs("b", b, 1)
        .write(one);
    Safetensors.writer()
        .metadata("y", "2")
        .metadata("x", "1")
        .longs("b", b, 1)
        .floats("a", a, 2)
        .write(two);
    assertThat(one).hasSameBinaryContentAs(two);
    byte[] bytes = Files.readAllBytes(one);
    long header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
    assertThat(header % 8).isZero();
  }

  @Test
  void widensEveryType() throws IOException {
    assertThat(floats("F64", 8, b -> b.putDouble(-0.1))).containsExactly(-0.1f);
    assertThat(floats("F32", 4, b -> b.putFloat(-0.1f))).containsExactly(-0.1f);
    assertThat(floats("BF16", 2, b -> b.putShort((short) 0xc049))).containsExactly(-3.140625f);
    assertThat(floats("I64", 8, b -> b.putLong(-5))).containsExactly(-5f);
    assertThat(floats("I32", 4, b -> b.putInt(-5))).containsExactly(-5f);
    assertThat(floats("U32", 4, b -> b.putInt(-1))).containsExactly(0x1p32f);
    assertThat(floats("I16", 2, b -> b.putShort((short) -2))).containsExactly(-2f);
    assertThat(floats("U16", 2, b -> b.putShort((short) -2))).containsExactly(65534f);
    assertThat(floats("I8", 1, b -> b.put((byte) -2))).containsExactly(-2f);
    assertThat(floats("U8", 1, b -> b.put((byte) -2))).containsExactly(254f);
    assertThat(floats("BOOL", 1, b -> b.put((byte) 7))).containsExactly(1f);
    assertThat(floats("I64", 8, b -> b.putLong((1L << 60) + (1L << 36) + 1)))
        .as("rounded once, not by way of double")
        .containsExactly((float) ((1L << 60) + (1L << 36) + 1));
  }

  @Test
  void readsAllHalvesAsTheDefinitionSays() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      double sign = bits >> 15 == 0 ? 1 : -1;
      int exponent = bits >> 10 & 31;
      int fraction = bits & 1023;
      double expected;
      if (exponent == 31) {
        expected = fraction == 0 ? sign * Double.POSITIVE_INFINITY : Double.NaN;
      } else if (exponent == 0) {
        expected = sign * fraction / 1024 * Math.pow(2, -14);
      } else {
        expected = sign * (1 + fraction / 1024.0) * Math.pow(2, exponent - 15);
      }
      assertThat(HalfFloats.halfToFloat((short) bits)).isEqualTo(Float.valueOf((float) expected));
    }
  }

  @Test
  void readsSlices() {
    Path file = folder.resolve("slices");
    Safetensors.writer().floats("a", new float[] {0, 1, 2, 3, 4, 5}, 2, 3).write(file);
    try (Safetensors read = Safetensors.open(file)) {
      float[] row = new float[3];
      read.read("a", 3, FloatBuffer.wrap(row));
      assertThat(row).containsExactly(3, 4, 5);
      assertThatThrownBy(() -> read.read("a", 4, FloatBuffer.wrap(row)))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> read.read("a", -1, FloatBuffer.wrap(row)))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void saysWhatIsThereWhenAskedForWhatIsNot() {
    Path file = folder.resolve("few");
    Safetensors.writer().floats("head.weight", new float[] {1.5f}, 1).write(file);
    try (Safetensors read = Safetensors.open(file)) {
      assertThatThrownBy(() -> read.floats("head.bias"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("holds no head.bias")
          .hasMessageContaining("head.weight");
      assertThatThrownBy(() -> read.longs("head.weight")).hasMessageContaining("not integers");
    }
    assertThatThrownBy(() -> Safetensors.open(folder.resolve("none")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("no such file");
    assertThatThrownBy(() -> Safetensors.open(folder))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("cannot read");
  }

  @Test
  void readsShardsByTheirIndex() throws IOException {
    Safetensors.writer().floats("a", new float[] {1}, 1).write(folder.resolve("1.safetensors"));
    Safetensors.writer()
        .floats("b", new float[] {2}, 1)
        .floats("unlisted", new float[] {3}, 1)
        .write(folder.resolve("2.safetensors"));
    Path index = folder.resolve("model.safetensors.index.json");
    Files.writeString(
        index,
        "{\"metadata\": {\"total_size\": 8},"
            + " \"weight_map\": {\"a\": \"1.safetensors\", \"b\": \"2.safetensors\"}}");
    try (Safetensors read = Safetensors.open(index)) {
      assertThat(read.names()).containsExactly("a", "b");
      assertThat(read.floats("b")).containsExactly(2);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"weight_map\": {\"a\": \"../1.safetensors\"}} | only files beside it",
        "{\"weight_map\": {\"x\": \"1.safetensors\"}}    | as the file of x, but no",
        "{\"weight_map\": {\"a\": 5, \"b\": []}}         | not an index",
        "{}                                              | no \"weight_map\"",
        "{\"weight_map\": {                              | not an index",
      })
  void refusesABadIndex(String json, String message) throws IOException {
    Safetensors.writer().floats("a", new float[] {1}, 1).write(folder.resolve("1.safetensors"));
    Path index = Files.writeString(folder.resolve("index.json"), json);
    assertThatThrownBy(() -> Safetensors.open(index))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'a':{'dtype':'F32','shape':[3],'data_offsets':[0,12]}}          | 8 bytes of data",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}}           | behind its arrays it"
            + " has 4 bytes",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}}           | leaves a gap",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},'b':{'dtype':'U8','shape':[1],'data_offsets':[3,4]}}"
            + " | overlaps",
        "{'a':{'dtype':'F32','shape':[3],'data_offsets':[0,8]}}           | needs 12 bytes, not 8",
        "{'a':{'dtype':'F32','shape':[9223372036854775807,4],'data_offsets':[0,8]}} | not a whole"
            + " number",
        "{'a':{'dtype':'F32','shape':[99999999999999999,99],'data_offsets':[0,8]}} | is too large",
        "{'a':{'dtype':'F32','shape':[-2],'data_offsets':[0,8]}}          | not a whole number",
        "{'a':{'dtype':'F32','shape':[2.0],'data_offsets':[0,8]}}         | not a whole number",
        "{'a':{'dtype':'F32','shape':['2'],'data_offsets':[0,8]}}         | not a whole number",
        "{'a':{'dtype':'F9','shape':[8],'data_offsets':[0,8]}}            | readable are",
        "{'a':{'dtype':'F4','shape':[15],'data_offsets':[0,7]}}           | needs 8 bytes",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[8,0]}}           | lies at",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8,9]}}         | more than 2",
        "{'a':{'dtype':'F32','shape':[2]}}                                | needs a dtype",
        "{'a':{'dtype':'U8','shape':[4],'data_offsets':[0,4]},'a':{'dtype':'U8','shape':[4],'data_offsets':[4,8]}}"
            + " | occurs twice",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}} x         | not the JSON",
        "[]                                                               | not the JSON",
        "{'a':                                                            | not the JSON",
      })
  void refusesABadHeader(String header, String message) throws IOException {
    Path file = write(header.replace('\'', '"'), new byte[8]);
    assertThatThrownBy(() -> Safetensors.open(file))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource({
    "U64,[1]",
    "C64,[1]",
    "F8_E4M3,[8]",
    "F8_E5M2,[8]",
    "F8_E8M0,'[2,4]'",
    "F4,[16]",
    "F6_E2M3,[10]"
  })
  void arraysOfOtherTypesOfTheFormatFailOnlyWhenRead(String type, String shape) throws IOException {
    ByteBuffer data = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN).putFloat(8, 1.5f);
    Path file =
        write(
            """
            {"step":{"dtype":"%s","shape":%s,"data_offsets":[0,8]},\
            "vec":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}\
            """
                .formatted(type, shape),
            data.array());
    try (Safetensors read = Safetensors.open(file)) {
      assertThat(read.names()).containsExactly("step", "vec");
      assertThat(read.floats("vec")).containsExactly(1.5f);
      assertThat(read.shape("step")).isNotEmpty();
      assertThatThrownBy(() -> read.dtype("step"))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining("step in " + file + " has the type " + type);
      assertThatThrownBy(() -> read.floats("step")).isInstanceOf(ModelFormatException.class);
      assertThatThrownBy(() -> read.longs("step")).isInstanceOf(ModelFormatException.class);
    }
  }

  @Test
  void metadataMayBeNull() throws IOException {
    Path file =
        write(
            "{\"__metadata__\":null,\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}",
            new byte[] {7});
    try (Safetensors read = Safetensors.open(file)) {
      assertThat(read.metadata()).isEmpty();
      assertThat(read.longs("a")).containsExactly(7);
    }
  }

  static Stream<Arguments> otherFiles() {
    byte[] pickle = new byte[100];
    pickle[0] = (byte) 0x80;
    pickle[1] = 2;
    return Stream.of(
        arguments(
            "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab\nsize 44\n"
                .getBytes(StandardCharsets.UTF_8),
            "a Git LFS pointer"),
        arguments(
            "<!DOCTYPE html><html><body>Access is restricted</body></html>"
                .getBytes(StandardCharsets.UTF_8),
            "a web page"),
        arguments("\n<HTML><body/></HTML>".getBytes(StandardCharsets.UTF_8), "a web page"),
        arguments("PK\003\004\0\0\010\010archive".getBytes(StandardCharsets.UTF_8), "a zip file"),
        // As a length this one is within the limit.
        arguments(Arrays.copyOf(new byte[] {'P', 'K', 3, 4}, 100), "a zip file"),
        arguments(pickle, "a Python pickle"));
  }

  @ParameterizedTest
  @MethodSource("otherFiles")
  void namesFilesOfOtherKinds(byte[] content, String kind) throws IOException {
    Path file = Files.write(folder.resolve("model.safetensors"), content);
    assertThatThrownBy(() -> Safetensors.open(file))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining(file + " is not a safetensors file: it is " + kind);
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, 100_000_001, 1_000})
  void refusesALyingHeaderLength(long length) throws IOException {
    Path file = folder.resolve("lying");
    Files.write(
        file, ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array());
    assertThatThrownBy(() -> Safetensors.open(file))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("the header would have");
  }

  @Test
  void refusesAFileCutAnywhere() throws IOException {
    Path whole = folder.resolve("whole");
    Safetensors.writer().floats("a", new float[] {1, 2}, 2).write(whole);
    byte[] bytes = Files.readAllBytes(whole);
    for (int length = 0; length < bytes.length; length++) {
      Path cut = folder.resolve("cut" + length);
      Files.write(cut, Arrays.copyOf(bytes, length));
      assertThatThrownBy(() -> Safetensors.open(cut)).isInstanceOf(ModelFormatException.class);
    }
  }

  @Test
  void leavesTheOldFileWhenWritingFails() throws IOException {
    Path file = folder.resolve("kept");
    Safetensors.writer().floats("a", new float[] {1}, 1).write(file);
    Safetensors.Writer failing =
        Safetensors.writer()
            .tensor(
                "a",
                DType.F32,
                new long[] {1},
                out -> {
                  throw new IOException("no space left on device");
                });
    assertThatThrownBy(() -> failing.write(file))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("no space left");
    Safetensors.Writer lying =
        Safetensors.writer().tensor("a", DType.F32, new long[] {1}, out -> {});
    assertThatThrownBy(() -> lying.write(file)).hasMessageContaining("wrote 0 bytes, not 4");
    try (Safetensors read = Safetensors.open(file);
        var files = Files.list(folder)) {
      assertThat(read.floats("a")).containsExactly(1);
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void releasesTheFileOnClose() throws IOException {
    Path file = folder.resolve("released");
    Safetensors.writer().floats("a", new float[] {1}, 1).write(file);
    Safetensors read = Safetensors.open(file);
    read.close();
    read.close();
    assertThatThrownBy(() -> read.floats("a"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
    Path maps = Path.of("/proc/self/maps");
    if (Files.isReadable(maps)) {
      assertThat(Files.readString(maps)).doesNotContain(file.toString());
    }
    Files.delete(file);
  }

  @Test
  void survivesClosingWhileOtherThreadsRead() throws InterruptedException {
    Path file = folder.resolve("raced");
    float[] values = new float[1 << 16];
    Arrays.fill(values, 1);
    Safetensors.writer().floats("a", values, values.length).write(file);
    Safetensors read = Safetensors.open(file);
    CountDownLatch reading = new CountDownLatch(4);
    Thread[] threads = new Thread[4];
    boolean[] stopped = new boolean[4];
    for (int i = 0; i < threads.length; i++) {
      int thread = i;
      threads[i] =
          new Thread(
              () -> {
                try {
                  while (true) {
                    assertThat(read.floats("a")).isEqualTo(values);
                    reading.countDown();
                  }
                } catch (IllegalStateException e) {
                  stopped[thread] = true;
                }
              });
      threads[i].start();
    }
    reading.await();
    read.close();
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(stopped).containsOnly(true);
  }

  private interface Fill {
    void into(ByteBuffer bytes);
  }

  private float[] floats(String dtype, int bytes, Fill fill) throws IOException {
    ByteBuffer data = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    fill.into(data);
    String header =
        "{\"a\":{\"dtype\":\"%s\",\"shape\":[1],\"data_offsets\":[0,%d]}}".formatted(dtype, bytes);
    try (Safetensors read = Safetensors.open(write(header, data.array()))) {
      assertThat(read.doubles("a")[0]).isCloseTo(read.floats("a")[0], offset(read.floats("a")[0]));
      if (read.dtype("a").isInteger()) {
        assertThat((float) read.longs("a")[0]).isEqualTo(read.floats("a")[0]);
      }
      return read.floats("a");
    }
  }

  private static Offset<Double> offset(float value) {
    return Offset.offset((double) Math.ulp(value));
  }

  private Path write(String header, byte[] data) throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + json.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(json.length).put(json).put(data);
    return Files.write(Files.createTempFile(folder, "written", ".safetensors"), bytes.array());
  }
}
