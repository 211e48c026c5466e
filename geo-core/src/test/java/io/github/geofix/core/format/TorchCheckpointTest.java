package io.github.geofix.core.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.geofix.core.format.TensorFile.DType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files that PyTorch 1.13 and 2.13 wrote, with the tensors that it reads, and files made by hand.
 */
class TorchCheckpointTest {
  private static final Path FILES = Path.of("src/test/resources/checkpoints");

  @TempDir private Path folder;

  private static List<String> files(String part) {
    try (Stream<Path> all = Files.list(FILES)) {
      return all.map(file -> file.getFileName().toString())
          .filter(name -> name.contains(part))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<String> expected() {
    return files(".expected.safetensors");
  }

  static List<String> hostile() {
    List<String> all = new ArrayList<>(files("bad_"));
    all.addAll(files("_hostile_"));
    all.addAll(files("_whole_module"));
    all.addAll(files("bypass_"));
    return all;
  }

  /** What the commands in the hostile files would make, were they run. */
  @AfterEach
  void nothingWasRun() throws IOException {
    try (Stream<Path> temporary = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      assertThat(temporary.map(file -> file.getFileName().toString()))
          .noneMatch(name -> name.startsWith("geofix-pwned-marker"));
    }
  }

  @ParameterizedTest
  @MethodSource("expected")
  void readsWhatPyTorchReads(String expected) {
    String name = expected.replace(".expected.safetensors", "");
    try (TensorFile file = TensorFile.open(FILES.resolve(name))) {
      assertThat(file).isInstanceOf(TorchCheckpoint.class);
      assertSame(file, expected);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "odd_unaligned.pth, t213_state_dict.pth",
    "odd_prefix_blank.pth, t213_state_dict.pth",
    "odd_zip64.pth, t213_state_dict.pth",
    "odd_byteorder_big.pt, t213_dtypes.pt",
  })
  void readsOddButValidFiles(String odd, String same) {
    try (TensorFile file = TensorFile.open(FILES.resolve(odd))) {
      assertSame(file, same + ".expected.safetensors");
    }
  }

  private static void assertSame(TensorFile file, String expected) {
    try (TensorFile wanted = TensorFile.open(FILES.resolve(expected))) {
      assertThat(file.names()).containsExactlyInAnyOrderElementsOf(wanted.names());
      for (String name : wanted.names()) {
        assertThat(file.shape(name)).as(name).isEqualTo(wanted.shape(name));
        assertThat(file.dtype(name)).as(name).isEqualTo(wanted.dtype(name));
        assertThat(file.count(name)).as(name).isEqualTo(wanted.count(name));
        assertThat(file.doubles(name)).as(name).isEqualTo(wanted.doubles(name));
        assertThat(file.floats(name)).as(name).isEqualTo(wanted.floats(name));
        if (wanted.dtype(name).isInteger()) {
          assertThat(file.longs(name)).as(name).isEqualTo(wanted.longs(name));
        }
        assertThat(bytes(file, name)).as("bits of %s", name).isEqualTo(bytes(wanted, name));
      }
    }
  }

  private static byte[] bytes(TensorFile file, String name) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      file.copy(name, Channels.newChannel(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  @ParameterizedTest
  @ValueSource(strings = {"t213_views.pt", "odd_byteorder_big.pt", "t113_legacy_dtypes.pt"})
  void becomesSafetensors(String name) {
    Path copy = folder.resolve("copy.safetensors");
    try (TensorFile file = TensorFile.open(FILES.resolve(name))) {
      Safetensors.Writer writer = Safetensors.writer();
      file.names().forEach(tensor -> writer.tensor("a." + tensor, file, tensor));
      writer.write(copy);
      try (TensorFile converted = TensorFile.open(copy)) {
        assertThat(converted.names()).hasSameSizeAs(file.names());
        for (String tensor : file.names()) {
          assertThat(converted.shape("a." + tensor)).isEqualTo(file.shape(tensor));
          assertThat(converted.dtype("a." + tensor)).isEqualTo(file.dtype(tensor));
          assertThat(bytes(converted, "a." + tensor)).isEqualTo(bytes(file, tensor));
        }
      }
    }
  }

  @Test
  void readsFilesOfOtherWriters() {
    try (TensorFile file = TensorFile.open(FILES.resolve("odd_handmade_ok.pt"))) {
      assertThat(file.shape("w")).containsExactly(2, 3);
      assertThat(file.floats("w")).containsExactly(0, 1, 2, 3, 4, 5);
    }
    try (TensorFile file = TensorFile.open(FILES.resolve("real_geoclip_logit_scale_weights.pth"))) {
      assertThat(file.names()).containsExactly("value");
      assertThat(file.shape("value")).isEmpty();
      assertThat(file.floats("value")).containsExactly(3.6810348f);
    }
    try (TensorFile file = TensorFile.open(FILES.resolve("odd_safetensors_named.pt"))) {
      assertThat(file).isInstanceOf(Safetensors.class);
    }
  }

  @ParameterizedTest
  @MethodSource("hostile")
  void refuses(String name) {
    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(10),
        () ->
            assertThatThrownBy(() -> TensorFile.open(FILES.resolve(name)))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining(name));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "t113_hostile_os_system.pt | posix.system, which is not trusted",
        "t213_hostile_eval_in_key.pt | __builtin__.eval, which is not trusted",
        "t213_hostile_legacy.pt | posix.system, which is not trusted",
        "t113_whole_module.pt | torch.nn.modules.linear.Linear, which is not trusted: it is a whole"
            + " module",
        "bad_binunicode_length.pt | ends within a text of",
        "bad_deep_nesting.pt | nest deeper than 256",
        "bad_deflated.pth | is compressed",
        "bad_duplicate_entry.pth | occurs twice",
        "bad_expanded_huge.pt | more than 16 times its size",
        "bad_getattr_chain.pt | getattr, which is not trusted",
        "bad_inst_opcode.pt | operation 0x53",
        "bad_memo_bomb.pt | values left over",
        "bad_memo_missing.pt | which it never had",
        "bad_no_pickle.pth | without",
        "bad_no_stop.pt | ends before it is complete",
        "bad_not_a_checkpoint.pt | is not a safetensors file",
        "bad_numel_lies.pt | has 24 bytes where its pickle has",
        "bad_obj_opcode.pt | os.system, which is not trusted",
        "bad_offset_negative.pt | reaches beyond its storage",
        "bad_plain_pickle.pt | none of torch.save",
        "bad_rank_mismatch.pt | 2 lengths and 1 strides",
        "bad_self_reference.pt | nest deeper than 256",
        "bad_setitem_on_tensor.pt | operation",
        "bad_size_beyond_storage.pt | reaches beyond its storage",
        "bad_size_negative.pt | something else than lengths",
        "bad_size_overflow.pt | reaches beyond its storage",
        "bad_stack_global.pt | protocol 4",
        "bad_stack_underflow.pt | takes more values than there are",
        "bad_storage_missing.pth | lacks the entry data/0",
        "bad_storage_short.pth | has 428 bytes where its pickle has 432",
        "bad_stride_negative.pt | something else than lengths",
        "bad_tar.pt | it is a tar",
        "bad_truncated_empty.pth | is not a safetensors file",
        "bad_truncated_half.pth | cut off",
        "bad_truncated_legacy.pth | cut off",
        "bad_two_level_prefix.pth | without",
        "bad_unknown_storage.pt | QInt8Storage",
        "bypass_collect_env.pt | torch.utils.collect_env.run, which is not trusted",
        "bypass_damaged_after.pt | posix.system, which is not trusted",
        "bypass_damaged_directory.pt | does not match its checksum",
        "bypass_file_handler.pt | logging.FileHandler, which is not trusted",
        "bypass_flag_bits.pt | has the flags 0x1",
        "bypass_hidden_pickle.pt | torch.load, which is not trusted",
        "bypass_local_flag_bits.pt | differs from that in the directory",
        "bypass_local_name.pt | differs from that in the directory",
        "bypass_pip_main.pt | pip.main, which is not trusted",
        "bypass_unreadable_entry_first.pt | differs from that in the directory",
      })
  void saysWhyItRefuses(String name, String reason) {
    assertThatThrownBy(() -> TensorFile.open(FILES.resolve(name)))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining(reason);
  }

  @ParameterizedTest
  @CsvSource({
    "t113_complex.pt, complex64",
    "t213_complex.pt, complex64",
    "t213_dtypes_new.pt, float8_e4m3fn"
  })
  void namesTheTypeThatItCannotRead(String name, String type) {
    try (TensorFile file = TensorFile.open(FILES.resolve(name))) {
      assertThatThrownBy(() -> file.names().forEach(file::doubles))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining(type);
      assertThatThrownBy(() -> file.names().forEach(n -> Safetensors.writer().tensor(n, file, n)))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining(type);
    }
  }

  @Test
  void readsUnsignedTypesOfNewerFiles() {
    try (TensorFile file = TensorFile.open(FILES.resolve("t213_dtypes_new.pt"))) {
      assertThat(file.dtype("u16")).isEqualTo(DType.U16);
      assertThat(file.longs("u16")).hasSize(2);
    }
  }

  @Test
  void reportsWhatItChose() {
    try (TensorFile file = TensorFile.open(FILES.resolve("t213_nested.ckpt"))) {
      assertThat(file.notes())
          .singleElement()
          .asString()
          .contains("read was its dictionary \"state_dict\"; left out: ")
          .contains("optimizer");
    }
    try (TensorFile file = TensorFile.open(FILES.resolve("t213_ema_two_candidates.pt"))) {
      assertThat(file.notes().get(0))
          .contains("\"model_ema\" holds as many tensors as \"model\": name it");
    }
    try (TensorFile file = TensorFile.open(FILES.resolve("t213_namespace_numpy.pt"))) {
      assertThat(file.notes().get(1)).contains("argparse.Namespace", "numpy.dtype");
    }
    try (TensorFile file = TensorFile.open(FILES.resolve("t213_plain_dict.pt"))) {
      assertThat(file.notes()).isEmpty();
    }
  }

  @Test
  void findsThePrefixesOfWrappers() {
    try (TensorFile file = TensorFile.open(FILES.resolve("t213_module_prefix.pth.tar"))) {
      assertThat(file.wrapperPrefixes()).containsExactly("module.");
    }
    try (TensorFile file = TensorFile.open(FILES.resolve("t213_hyperparams_lightning.ckpt"))) {
      assertThat(file.wrapperPrefixes()).containsExactly("model.");
    }
    try (TensorFile file = TensorFile.open(FILES.resolve("t213_state_dict.pth"))) {
      assertThat(file.wrapperPrefixes()).isEmpty();
    }
    Path chain = folder.resolve("chain.safetensors");
    Safetensors.writer()
        .floats("module._orig_mod.visual.trunk.w", new float[1])
        .floats("logit_scale", new float[1])
        .floats("models.w", new float[1])
        .write(chain);
    try (TensorFile file = TensorFile.open(chain)) {
      assertThat(file.wrapperPrefixes())
          .containsExactly("module.", "module._orig_mod.", "module._orig_mod.visual.trunk.");
    }
  }

  @Test
  void readsTheDictionaryAskedFor() {
    Path path = FILES.resolve("t213_ema_two_candidates.pt");
    try (TensorFile model = TorchCheckpoint.open(path);
        TensorFile average = TorchCheckpoint.open(path, "model_ema")) {
      assertThat(average.names()).isEqualTo(model.names());
      assertThat(average.floats("head.weight")).isNotEqualTo(model.floats("head.weight"));
    }
    assertThatThrownBy(() -> TorchCheckpoint.open(path, "teacher"))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("no dictionary \"teacher\"; it has model (9 tensors), model_ema (9");
  }

  @ParameterizedTest
  @ValueSource(strings = {"base", "col2", "transposed", "step", "expanded", "channels_last"})
  void readsPartsOfViews(String name) {
    try (TensorFile file = TensorFile.open(FILES.resolve("t213_views.pt"))) {
      float[] all = file.floats(name);
      for (int first = 0; first < all.length; first++) {
        float[] part = new float[all.length - first];
        file.read(name, first, FloatBuffer.wrap(part));
        assertThat(part).isEqualTo(Arrays.copyOfRange(all, first, all.length));
      }
      assertThatThrownBy(() -> file.read(name, 1, FloatBuffer.allocate(all.length)))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void doesNotReadAfterItWasClosed() {
    TensorFile file = TensorFile.open(FILES.resolve("t213_views.pt"));
    file.close();
    assertThatThrownBy(() -> file.floats("base")).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> file.floats("col2")).isInstanceOf(IllegalStateException.class);
  }
}
