package io.github.geofix.core.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmbeddingsTest {

  private static final String HEADER =
      "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }";

  @SuppressWarnings("NullAway.Init") // set by JUnit
  @TempDir
  Path folder;

  @SuppressWarnings("NullAway.Init") // set before each test
  private Path file;

  @BeforeEach
  void setUp() {
    file = folder.resolve("vectors");
  }

  private void writeNpy(int version, String header, int bytes) throws IOException {
    ByteBuffer out = ByteBuffer.allocate(200 + bytes).order(ByteOrder.LITTLE_ENDIAN);
    out.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
    out.put((byte) version).put((byte) 0);
    byte[] text = (header + " ".repeat(20) + "\n").getBytes(StandardCharsets.ISO_8859_1);
    if (version == 1) {
      out.putShort((short) text.length);
    } else {
      out.putInt(text.length);
    }
    out.put(text);
    if (header.contains("f8")) {
      for (int i = 0; i < bytes / 8; i++) {
        out.putDouble(i + 0.5);
      }
    } else {
      for (int i = 0; i < bytes / 4; i++) {
        out.putFloat(i + 0.5f);
      }
    }
    byte[] all = new byte[out.position()];
    out.flip().get(all);
    Files.write(file, all);
  }

  @Test
  void readsNumPyFilesOfBothVersionsAndTypes() throws IOException {
    for (int version = 1; version <= 2; version++) {
      for (String type : new String[] {"f4", "f8"}) {
        writeNpy(version, HEADER.replace("f4", type), type.equals("f4") ? 24 : 48);
        try (Embeddings vectors = Embeddings.openNpy(file)) {
          assertThat(vectors.size()).isEqualTo(3);
          assertThat(vectors.dimension()).isEqualTo(2);
          float[] rows = new float[4];
          vectors.read(1, 2, rows);
          assertThat(rows).containsExactly(2.5f, 3.5f, 4.5f, 5.5f);
        }
      }
    }
  }

  @Test
  void refusesWhatIsNoFloatArrayOfTwoDimensions() throws IOException {
    writeNpy(1, HEADER, 20);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Embeddings.openNpy(file))
        .withMessageContaining("[3, 2] takes 24 bytes, it has 20");
    writeNpy(1, HEADER.replace("(3, 2)", "(6,)"), 24);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Embeddings.openNpy(file))
        .withMessageContaining("(6,)");
    writeNpy(1, HEADER.replace("False", "True"), 24);
    assertThatIllegalArgumentException().isThrownBy(() -> Embeddings.openNpy(file));
    writeNpy(1, HEADER.replace("(3, 2)", "(999999999, 9999999)"), 24);
    assertThatIllegalArgumentException().isThrownBy(() -> Embeddings.openNpy(file));
    Files.writeString(file, "no NumPy file at all");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Embeddings.openNpy(file))
        .withMessageContaining("does not begin as one");
    Files.writeString(file, "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Embeddings.openNpy(file))
        .withMessageContaining("it is a Git LFS pointer, not the file itself; run git lfs pull");
    Files.write(file, new byte[3]);
    assertThatIllegalArgumentException().isThrownBy(() -> Embeddings.openNpy(file));
  }

  @Test
  void readsSafetensors() throws IOException {
    String header =
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[3,2],\"data_offsets\":[0,24]},"
            + "\"flat\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[24,32]}}";
    ByteBuffer out = ByteBuffer.allocate(8 + header.length() + 32).order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(header.length()).put(header.getBytes(StandardCharsets.US_ASCII));
    for (int i = 0; i < 8; i++) {
      out.putFloat(i);
    }
    Files.write(file, out.array());
    try (Embeddings vectors = Embeddings.open(file, "x")) {
      float[] row = new float[2];
      vectors.read(2, 1, row);
      assertThat(row).containsExactly(4, 5);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Embeddings.open(file, "y"))
        .withMessageContaining("has no array y");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Embeddings.open(file, "flat"))
        .withMessageContaining("is not [N, D]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Embeddings.open(file))
        .withMessageContaining("has not one array, but 2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"F32\",\"shape\":[2,0],\"data_offsets\":[0,0]",
        "\"F32\",\"shape\":[0,2097152],\"data_offsets\":[0,0]",
        "\"I64\",\"shape\":[1,2],\"data_offsets\":[0,16]"
      })
  void refusesArraysThatAreNoVectors(String array) throws IOException {
    String header = "{\"x\":{\"dtype\":" + array + "}}";
    int bytes = array.contains("I64") ? 16 : 0;
    ByteBuffer out = ByteBuffer.allocate(8 + header.length() + bytes);
    out.order(ByteOrder.LITTLE_ENDIAN).putLong(header.length());
    out.put(header.getBytes(StandardCharsets.US_ASCII));
    Files.write(file, out.array());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Embeddings.open(file))
        .withMessageContaining("is not [N, D]")
        .withMessageContaining(array.substring(1, 4))
        .withMessageContaining(array.replaceAll(".*shape\":\\[(\\d+),(\\d+)].*", "[$1, $2]"));
  }

  @Test
  void choosesTheFormatByTheName() throws IOException {
    file = folder.resolve("vectors.npy");
    writeNpy(1, HEADER, 24);
    try (Embeddings vectors = Embeddings.open(file)) {
      assertThat(vectors.size()).isEqualTo(3);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 300_000})
  void readsWhatTheWriterWrote(int width) {
    Path npy = folder.resolve("written.npy");
    int rows = width == 3 ? 200_000 : 5;
    try (Embeddings.Writer writer = Embeddings.Writer.create(npy)) {
      for (int row = 0; row < rows; row++) {
        float[] vector = new float[width];
        for (int d = 0; d < width; d++) {
          vector[d] = row + d / 1000f;
        }
        writer.write(vector);
      }
      assertThat(writer.size()).isEqualTo(rows);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> writer.write(new float[width + 1]))
          .withMessage("vector %d has dimension %d, the first has %d", rows, width + 1, width);
      assertThat(npy).doesNotExist();
      writer.commit();
    }
    try (Embeddings read = Embeddings.open(npy)) {
      assertThat(read.size()).isEqualTo(rows);
      assertThat(read.dimension()).isEqualTo(width);
      assertThat(read.file()).contains(npy);
      float[] vector = new float[width];
      read.read(rows - 1, 1, vector);
      assertThat(vector[width - 1]).isEqualTo(rows - 1 + (width - 1) / 1000f);
    }
  }

  @Test
  void writesSafetensorsWithMetadata() {
    Path written = folder.resolve("written.safetensors");
    Map<String, String> metadata = Map.of("encoder", "abc", "note", "\"quoted\" and é".repeat(40));
    try (Embeddings.Writer writer = Embeddings.Writer.create(written, metadata)) {
      for (int row = 0; row < 100_000; row++) {
        writer.write(new float[] {row, -row, 0.5f});
      }
      writer.commit();
    }
    try (Embeddings read = Embeddings.open(written)) {
      assertThat(read.metadata()).isEqualTo(metadata);
      assertThat(read.size()).isEqualTo(100_000);
      float[] last = new float[3];
      read.read(99_999, 1, last);
      assertThat(last).containsExactly(99_999, -99_999, 0.5f);
    }
  }

  @Test
  void refusesToWriteWhatItCouldNotOpenAgain(@TempDir Path empty) {
    Path file = empty.resolve("vectors.txt");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Embeddings.Writer.create(file))
        .withMessage(
            "vectors are written as .npy or .safetensors: let the name of " + file + " end so");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Embeddings.Writer.resume(file, Map.of()))
        .withMessageContaining("let the name");
    assertThat(empty).isEmptyDirectory();
  }

  @Test
  void joinsVectorsSideBySide() {
    Embeddings left = Embeddings.of(new float[][] {{1}, {2}, {3}});
    Embeddings right = Embeddings.of(new float[][] {{4, 5}, {6, 7}, {8, 9}});
    try (Embeddings joined = Embeddings.sideBySide(List.of(left, right))) {
      float[] rows = new float[6];
      joined.read(1, 2, rows);
      assertThat(rows).containsExactly(2, 6, 7, 3, 8, 9);
    }
    Embeddings two = Embeddings.of(new float[2][1]);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Embeddings.sideBySide(List.of(left, two)))
        .withMessageContaining("these have [3, 1] and [2, 1]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.npy", "a.safetensors"})
  void aWriterContinuesWhatWasSaved(String name) throws IOException {
    Path whole = folder.resolve("whole-" + name);
    Map<String, String> metadata = Map.of("encoder", "e", "vectors", "1");
    try (Embeddings.Writer writer = Embeddings.Writer.create(whole, metadata)) {
      for (int i = 0; i < 5; i++) {
        writer.write(new float[] {i, 2});
      }
      writer.commit();
    }
    Path resumed = folder.resolve(name);
    try (Embeddings.Writer writer = Embeddings.Writer.resume(resumed, metadata)) {
      assertThat(writer.mark()).isEmpty();
      writer.write(new float[] {0, 2});
      writer.write(new float[] {1, 2});
      writer.save("two");
      writer.write(new float[] {9, 9});
      assertThatThrownBy(() -> Embeddings.Writer.resume(resumed, metadata))
          .hasMessageContaining("another process or thread is writing it");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Embeddings.Writer.resume(resumed, Map.of()))
        .withMessageContaining(name + ".partial has 2 vectors of other metadata");
    try (Embeddings.Writer writer = Embeddings.Writer.resume(resumed, metadata)) {
      assertThat(writer.mark()).hasValue("two");
      assertThat(writer.size()).isEqualTo(2);
      assertThatIllegalArgumentException().isThrownBy(() -> writer.write(new float[3]));
      for (int i = 2; i < 5; i++) {
        writer.write(new float[] {i, 2});
      }
      writer.commit();
    }
    assertThat(Files.mismatch(resumed, whole)).isEqualTo(-1);
    try (Embeddings.Writer writer = Embeddings.Writer.resume(resumed, metadata)) {
      assertThat(writer.size()).isZero();
    }
    assertThat(folder).isDirectoryNotContaining("glob:**.partial*");
    assertThat(Files.mismatch(resumed, whole)).as("the file stays until commit").isEqualTo(-1);
  }
}
