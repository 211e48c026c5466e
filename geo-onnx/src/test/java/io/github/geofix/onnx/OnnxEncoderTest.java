package io.github.geofix.onnx;

import static io.github.geofix.onnx.TinyOnnx.FLOAT;
import static io.github.geofix.onnx.TinyOnnx.FLOAT16;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.models.backbone.PhotoEncoder;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.onnx.OnnxEncoder.Config.Pooling;
import io.github.geofix.onnx.TinyOnnx.Message;
import java.awt.image.BufferedImage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class OnnxEncoderTest {
  private static final int SIDE = 8;
  private static final OnnxEncoder.Config CONFIG = OnnxEncoder.Config.of(ImageSpec.symmetric(SIDE));
  private static final Offset<Float> CLOSE = Offset.offset(1e-5f);

  @TempDir private Path folder;

  /** A photo of one color, whose channels become {@code c / 127.5 - 1}. */
  private static BufferedImage photo(int red, int green, int blue) {
    BufferedImage photo = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
    int[] pixels = new int[SIDE * SIDE];
    Arrays.fill(pixels, red << 16 | green << 8 | blue);
    photo.setRGB(0, 0, SIDE, SIDE, pixels, 0, SIDE);
    return photo;
  }

  private PhotoEncoder open(Message graph, OnnxEncoder.Config config) {
    return OnnxEncoder.open(
        TinyOnnx.write(folder.resolve("model.onnx"), TinyOnnx.model(graph)), config);
  }

  @Test
  void computesTheGraph() {
    try (PhotoEncoder encoder = open(TinyOnnx.vectors(-1, SIDE), CONFIG)) {
      assertThat(encoder.dimension()).isEqualTo(2);
      assertThat(encoder.vectors()).isEqualTo(1);
      assertThat(encoder.digest()).matches("[0-9a-f]{64}");
      float[] vector = encoder.encode(photo(255, 0, 255))[0];
      // 1 * 1 + 2 * -1 + 3 * 1 + 0.5; 0 * 1 - 1 * -1 + 1 * 1.
      assertThat(vector[0]).isCloseTo(2.5f, CLOSE);
      assertThat(vector[1]).isCloseTo(2, CLOSE);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 1, 2, 4})
  void aBatchGivesWhatEachPhotoGives(int exported) {
    List<BufferedImage> photos = List.of(photo(255, 0, 0), photo(0, 255, 0), photo(9, 99, 199));
    try (PhotoEncoder encoder = open(TinyOnnx.vectors(exported, SIDE), CONFIG)) {
      List<float[]> read = photos.stream().map(p -> encoder.read(p, Optional.empty())).toList();
      float[][][] together = encoder.encode(read);
      assertThat(together).hasNumberOfRows(3);
      for (int i = 0; i < 3; i++) {
        assertThat(together[i][0]).isEqualTo(encoder.encode(photos.get(i))[0]);
      }
    }
  }

  @Test
  void manyThreadsGetTheSameVectors() {
    try (PhotoEncoder encoder = open(TinyOnnx.vectors(-1, SIDE), CONFIG)) {
      List<float[]> alone =
          IntStream.range(0, 200).mapToObj(i -> encoder.encode(photo(i, 0, 0))[0]).toList();
      List<float[]> together =
          IntStream.range(0, 200)
              .parallel()
              .mapToObj(i -> encoder.encode(photo(i, 0, 0))[0])
              .toList();
      for (int i = 0; i < alone.size(); i++) {
        assertThat(together.get(i)).isEqualTo(alone.get(i));
      }
    }
  }

  @Test
  void tokensAndMapsArePooled() {
    BufferedImage photo = photo(255, 0, 0);
    // The upper left part is white: its mean of all channels is 1, that of the others -1/3.
    for (int i = 0; i < 16; i++) {
      photo.setRGB(i % 4, i / 4, 0xffffff);
    }
    Message graph = TinyOnnx.tokens(SIDE);
    OnnxEncoder.Config tokens = CONFIG.withOutput("tokens");
    try (PhotoEncoder encoder = open(graph, tokens.withPooling(Pooling.FIRST_TOKEN))) {
      assertThat(encoder.encode(photo)[0]).containsExactly(new float[] {1, 1}, CLOSE);
    }
    float[] mean = {0, 1};
    try (PhotoEncoder encoder = open(graph, tokens.withPooling(Pooling.MEAN))) {
      assertThat(encoder.encode(photo)[0]).containsExactly(mean, CLOSE);
    }
    OnnxEncoder.Config map = CONFIG.withOutput("map").withPooling(Pooling.MEAN);
    try (PhotoEncoder encoder = open(graph, map)) {
      assertThat(encoder.encode(photo)[0]).containsExactly(mean, CLOSE);
    }
  }

  @Test
  void whatIsNotStatedIsAskedFor() {
    assertThatThrownBy(() -> open(TinyOnnx.tokens(SIDE), CONFIG))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("several outputs")
        .hasMessageContaining("map, tokens");
    assertThatThrownBy(() -> open(TinyOnnx.tokens(SIDE), CONFIG.withOutput("token")))
        .hasMessageContaining("no output token; it gives map, tokens");
    assertThatThrownBy(() -> open(TinyOnnx.tokens(SIDE), CONFIG.withOutput("tokens")))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("[1, 4, 2] as \"tokens\", which pooling=none does not fit");
    assertThatThrownBy(
            () -> open(TinyOnnx.vectors(-1, SIDE), CONFIG.withPooling(Pooling.FIRST_TOKEN)))
        .hasMessageContaining("pooling=first_token does not fit");
  }

  @Test
  void anotherSizeOfPhotosIsRefused() {
    assertThatThrownBy(() -> open(TinyOnnx.vectors(-1, 16), CONFIG))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("takes [-1, 3, 16, 16] as \"photos\"")
        .hasMessageContaining("[B, 3, 8, 8]");
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        Arguments.of(
            "weights in another file",
            TinyOnnx.vectors(-1, SIDE).message(5, TinyOnnx.external("spare", "../../etc/passwd")),
            "\"spare\" is in another file"),
        Arguments.of(
            "weights of a constant in another file",
            TinyOnnx.vectors(-1, SIDE)
                .message(
                    1,
                    TinyOnnx.node("Constant", "", new String[0], "spare")
                        .message(
                            5,
                            new Message()
                                .text(1, "value")
                                .message(5, TinyOnnx.external("inner", "x"))
                                .number(20, 4))),
            "\"inner\" is in another file"),
        Arguments.of(
            "weights of a sparse array in another file",
            TinyOnnx.vectors(-1, SIDE)
                .message(15, new Message().message(1, TinyOnnx.external("thin", "x"))),
            "\"thin\" is in another file"),
        Arguments.of(
            "weights in another file, in a branch",
            TinyOnnx.vectors(-1, SIDE)
                .message(
                    1,
                    TinyOnnx.node("If", "c", "d")
                        .message(
                            5,
                            new Message()
                                .text(1, "then_branch")
                                .message(6, new Message().message(5, TinyOnnx.external("b", "x")))
                                .number(20, 5))),
            "\"b\" is in another file"),
        Arguments.of(
            "an operator of another library",
            TinyOnnx.vectors(-1, SIDE)
                .message(1, TinyOnnx.node("Run", "evil", new String[] {"photos"}, "y")),
            "operators of other libraries, which are not loaded: evil::Run"),
        Arguments.of(
            "a compiled graph in another file",
            TinyOnnx.vectors(-1, SIDE)
                .message(
                    1, TinyOnnx.node("EPContext", "com.microsoft", new String[] {"photos"}, "y")),
            "com.microsoft::EPContext"),
        Arguments.of(
            "two inputs",
            TinyOnnx.vectors(-1, SIDE).message(11, TinyOnnx.value("input_ids", FLOAT, -1, 77)),
            "needs 2 inputs, photos, input_ids"),
        Arguments.of(
            "an input of float16",
            new Message()
                .message(1, TinyOnnx.node("Identity", "photos", "vector"))
                .message(11, TinyOnnx.value("photos", FLOAT16, -1, 3, SIDE, SIDE))
                .message(12, TinyOnnx.value("vector", FLOAT16, -1, 3, SIDE, SIDE)),
            "export it with an input of float32"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refused")
  void isRefusedByName(String name, Message graph, String reason) {
    assertThatThrownBy(() -> open(graph, CONFIG))
        .as(name)
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void graphsWithinGraphsEndSomewhere() {
    Message inner = new Message();
    for (int i = 0; i < 40; i++) {
      Message branch = new Message().text(1, "then_branch").message(6, inner).number(20, 5);
      inner = new Message().message(1, TinyOnnx.node("If", "c", "d").message(5, branch));
    }
    Message deep = inner;
    assertThatThrownBy(() -> open(deep, CONFIG))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("more than 32 deep");
  }

  @Test
  void otherFilesAreNamed() {
    Path file = folder.resolve("model.onnx");
    TinyOnnx.write(
        file, "version https://git-lfs.github.com/spec/v1\n".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> OnnxEncoder.open(file, CONFIG)).hasMessageContaining("Git LFS");
    TinyOnnx.write(file, new byte[0]);
    assertThatThrownBy(() -> OnnxEncoder.open(file, CONFIG)).hasMessageContaining("no graph");
    TinyOnnx.write(file, TinyOnnx.model(TinyOnnx.vectors(-1, SIDE)).message(20, new Message()));
    assertThatThrownBy(() -> OnnxEncoder.open(file, CONFIG)).hasMessageContaining("training");
  }

  @Test
  void cutFilesAreRefused() {
    byte[] whole = TinyOnnx.model(TinyOnnx.vectors(-1, SIDE)).toBytes();
    Path file = folder.resolve("cut.onnx");
    for (int length = 0; length < whole.length; length++) {
      TinyOnnx.write(file, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> OnnxEncoder.open(file, CONFIG).close())
          .isInstanceOf(ModelFormatException.class);
    }
  }

  @Test
  void aFunctionThatTheFileDefinesIsNoOtherLibrary() {
    Message function =
        new Message()
            .text(1, "Same")
            .text(4, "x")
            .text(5, "y")
            .message(7, TinyOnnx.node("Identity", "x", "y"))
            .message(9, TinyOnnx.opset("", 17))
            .text(10, "own");
    Message graph =
        new Message()
            .message(1, TinyOnnx.node("GlobalAveragePool", "photos", "means"))
            .message(1, TinyOnnx.node("Same", "own", new String[] {"means"}, "vector"))
            .message(11, TinyOnnx.value("photos", FLOAT, -1, 3, SIDE, SIDE))
            .message(12, TinyOnnx.value("vector", FLOAT, -1, 3, 1, 1));
    Message model =
        TinyOnnx.model(graph).message(8, TinyOnnx.opset("own", 1)).message(25, function);
    Path file = TinyOnnx.write(folder.resolve("model.onnx"), model);
    try (PhotoEncoder encoder = OnnxEncoder.open(file, CONFIG)) {
      assertThat(encoder.encode(photo(255, 0, 255))[0])
          .containsExactly(new float[] {1, -1, 1}, CLOSE);
    }
  }
}
