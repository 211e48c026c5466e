package io.github.geofix.cli;

import static io.github.geofix.cli.MainTest.assertOneLine;
import static io.github.geofix.cli.Result.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.geofix.core.format.TensorFile;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConvertCommandTest {
  private static final Path CHECKPOINTS =
      Path.of("").toAbsolutePath().resolveSibling("geo-core/src/test/resources/checkpoints");

  @TempDir private Path folder;

  private Path out() {
    return folder.resolve("out.safetensors");
  }

  private Result convert(String name, String... options) {
    String[] arguments = new String[options.length + 3];
    arguments[0] = "convert";
    arguments[1] = CHECKPOINTS.resolve(name).toString();
    arguments[2] = out().toString();
    System.arraycopy(options, 0, arguments, 3, options.length);
    return run(arguments);
  }

  @Test
  void saysWhatItReadAndLeftOut() {
    Result result = convert("t213_module_prefix.pth.tar");
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out())
        .contains("read was its dictionary \"state_dict\"; left out: epoch, best_acc1")
        .contains("every name begins with module., which import leaves out")
        .contains("out.safetensors: 9 tensors");
    try (TensorFile file = TensorFile.open(out())) {
      assertThat(file.names()).contains("module.conv.weight");
    }
  }

  @Test
  void leavesAPrefixOut() {
    assertThat(convert("t213_module_prefix.pth.tar", "--without-prefix", "module.").code())
        .isZero();
    try (TensorFile file = TensorFile.open(out())) {
      assertThat(file.names()).hasSize(9).contains("conv.weight");
    }
    assertOneLine(
        convert("t213_state_dict.pth", "--without-prefix", "module."),
        "9 of 9 names do not begin with module., such as");
  }

  @Test
  void readsTheDictionaryAskedFor() {
    assertThat(convert("t213_ema_two_candidates.pt", "--dictionary", "model_ema").code()).isZero();
    try (TensorFile file = TensorFile.open(out());
        TensorFile other = TensorFile.open(CHECKPOINTS.resolve("t213_ema_two_candidates.pt"))) {
      assertThat(file.floats("conv.weight")).isNotEqualTo(other.floats("conv.weight"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "t213_hostile_os_system.pt",
        "t113_hostile_legacy.pt",
        "bypass_pip_main.pt",
        "bad_storage_short.pth",
        "t213_complex.pt",
        "t213_dtypes_new.pt"
      })
  void makesNoFileOfWhatItRefuses(String name) {
    assertOneLine(convert(name), name);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void refusesToCallTheOutputSomethingElse() {
    Path pth = folder.resolve("out.pth");
    assertOneLine(
        run("convert", CHECKPOINTS.resolve("t213_state_dict.pth").toString(), pth.toString()),
        "let its name end with .safetensors");
    assertThat(folder).isEmptyDirectory();
  }
}
