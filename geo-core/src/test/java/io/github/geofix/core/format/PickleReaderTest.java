package io.github.geofix.core.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Pickles written operation by operation. */
class PickleReaderTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  private PickleReaderTest write(String latin1) {
    bytes.writeBytes(latin1.getBytes(StandardCharsets.ISO_8859_1));
    return this;
  }

  private PickleReaderTest repeat(String latin1, int times) {
    byte[] one = latin1.getBytes(StandardCharsets.ISO_8859_1);
    byte[] all = new byte[one.length * times];
    for (int i = 0; i < all.length; i++) {
      all[i] = one[i % one.length];
    }
    bytes.writeBytes(all);
    return this;
  }

  private Object read() {
    return new PickleReader(Path.of("test.pt"), ByteBuffer.wrap(bytes.toByteArray())).read();
  }

  @Test
  void readsNumbersAndTexts() {
    write(
        "\u0080\u0002(K\u00ffM\u0001\u0080J\u00fe\u00ff\u00ff\u00ff\u008a\u0000\u008a\u0002\u0000\u0080");
    write("\u008a\u0009\0\0\0\0\0\0\0\0\u0001G?\u00f8\0\0\0\0\0\0N\u0088\u0089");
    write("X\u0003\0\0\0\u00c3\u00a9xU\u0001\u00e9t.");
    assertThat(read())
        .isEqualTo(
            new Pickle.Tuple(
                List.of(
                    255L,
                    32769L,
                    -2L,
                    0L,
                    -32768L,
                    BigInteger.ONE.shiftLeft(64),
                    1.5,
                    Pickle.NONE,
                    true,
                    false,
                    "éx",
                    "é")));
  }

  @Test
  void recallsMoreThan256Values() {
    write("\u0080\u0002(K\u0007r\u0000\u0001\0\0K\u0008r\u0001\u0001\0\0j\u0000\u0001\0\0t.");
    assertThat(read()).isEqualTo(new Pickle.Tuple(List.of(7L, 8L, 7L)));
  }

  @Test
  void readsOrderedDictionariesOfPython2() {
    write("\u0080\u0002ccollections\nOrderedDict\n](](U\u0001aK\u0001ee\u0085R.");
    Pickle.Dict dict = (Pickle.Dict) read();
    assertThat(dict.get("a")).isEqualTo(1L);
  }

  @Test
  void aLaterEntryHidesAnEarlierOne() {
    write("\u0080\u0002}(U\u0001aK\u0001U\u0001aK\u0002u.");
    assertThat(((Pickle.Dict) read()).get("a")).isEqualTo(2L);
  }

  @Test
  void boundsEverything() {
    write("\u0080\u0002").repeat("N", 1_000_001).write(".");
    assertThatThrownBy(this::read).hasMessageContaining("stacks more than 1000000 values");
    bytes.reset();
    write("\u0080\u0002").repeat("(", 1_000_001).write(".");
    assertThatThrownBy(this::read).hasMessageContaining("more than 1000000 marks");
    bytes.reset();
    write("\u0080\u0002]");
    for (int i = 0; i < 3; i++) {
      write("(").repeat("N", 900_000).write("e");
    }
    assertThatThrownBy(() -> write(".").read())
        .hasMessageContaining("holds more than 2000000 values");
    bytes.reset();
    write("\u0080\u0002N");
    for (int i = 0; i <= 1_000_000; i++) {
      bytes.write('r');
      bytes.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(i).array());
    }
    assertThatThrownBy(() -> write(".").read()).hasMessageContaining("memo holds more than");
    bytes.reset();
    write("\u0080\u0002c").repeat("a", 300).write("\nb\n.");
    assertThatThrownBy(this::read).hasMessageContaining("a name that is none");
    bytes.reset();
    write("\u0080\u0002X\u0001\0\u0010\0").repeat("a", 0x100001).write(".");
    assertThat(read()).isInstanceOf(Pickle.Opaque.class);
  }

  /** A list of two references to a tuple of two references, and so on, 40 times. */
  @Test
  void doesNotCopyWhatIsShared() {
    CheckpointTensors tensors = new CheckpointTensors(Path.of("test.pt"));
    write("\u0080\u0002)q\u0000");
    repeat("h\u0000\u0086q\u0000", 40).write(".");
    Object bomb = read();
    assertThatThrownBy(() -> tensors.find(bomb, null))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("more than 1000000 values");
  }

  @Test
  void refusesWhatTheFormatCannotMean() {
    Map.of(
            "\u0080\u0002(.", "takes more values",
            "\u0080\u0002K\u0001(t.", "values left over",
            "\u0080\u0002e.", "a mark that is not there",
            "\u0080\u0002K\u0001(K\u0001a.", "takes more values",
            "\u0080\u0002K\u0001K\u0001a.", "not a list",
            "\u0080\u0002}(K\u0001u.", "a key without a value",
            "\u0080\u0002]K\u0001K\u0001s.", "not a dictionary",
            "\u0080\u0002K\u0001}b.", "the state of something",
            "\u0080\u0002ctorch._utils\n_rebuild_tensor_v2\n)R.", "something else than a storage",
            "\u0080\u0002ctorch\nSize\n)\u0081.", "it calls torch.Size")
        .forEach(
            (pickle, reason) -> {
              bytes.reset();
              assertThatThrownBy(() -> write(pickle).read())
                  .as(Arrays.toString(pickle.toCharArray()))
                  .isInstanceOf(ModelFormatException.class)
                  .hasMessageContaining(reason);
            });
  }
}
