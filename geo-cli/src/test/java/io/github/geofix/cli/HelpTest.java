package io.github.geofix.cli;

import static io.github.geofix.cli.Result.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** What the commands say of themselves, and of a command line that is wrong. */
final class HelpTest {

  static Stream<CommandLine> commands() {
    List<CommandLine> commands = new ArrayList<>();
    add(commands, Main.commands());
    assertThat(commands).hasSizeGreaterThan(10);
    return commands.stream();
  }

  private static void add(List<CommandLine> commands, CommandLine command) {
    if (command.getSubcommands().isEmpty()) {
      commands.add(command);
    }
    command.getSubcommands().values().forEach(below -> add(commands, below));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandHasExamplesThatAreRight(CommandLine command) {
    List<String> examples =
        Arrays.stream(command.getCommandSpec().usageMessage().footer())
            .filter(line -> line.startsWith("  geofix "))
            .map(String::strip)
            .toList();
    assertThat(examples).isNotEmpty();
    for (String example : examples) {
      // Longer ones would be broken, and could not be copied.
      assertThat(example + " ")
          .hasSizeLessThan(99)
          .startsWith(command.getCommandSpec().qualifiedName() + " ");
      String[] words = example.split(" ");
      assertThatCode(() -> Main.commands().parseArgs(Arrays.copyOfRange(words, 1, words.length)))
          .as(example)
          .doesNotThrowAnyException();
    }
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyOptionWithADefaultTellsIt(CommandLine command) {
    command.getCommandSpec().options().stream()
        .filter(option -> option.defaultValue() != null)
        .forEach(
            option ->
                assertThat(String.join(" ", option.description()))
                    .as(option.longestName())
                    .contains("(default: "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          locate --top 2.7 --model m p | '--top': '2.7' is not a whole number from -2147483648
          track --km-per-hour NaN      | '--km-per-hour': 'NaN' is not a number
          evaluate --right-km 1e400    | '--right-km': '1e400' is not a number
          demo --steps 1,000           | '--steps': '1,000' is not a whole number
          train --method a --from b --data c --out d | give only one of (--from=DIR |
          compare one.json             | requires at least 2 values
          locate --model m --modle m p | Unknown option: '--modle'
          """)
  void saysInTwoLinesWhatIsWrongWithACommandLine(String line, String message) {
    Result result = run(line.split(" "));
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.out()).isEmpty();
    assertThat(result.err().lines())
        .hasSize(2)
        .first()
        .asString()
        .startsWith("geofix: ")
        .contains(message);
  }

  @Test
  void takesAnEmptyTextForNoFolder() {
    Result result = run("locate", "--model", "", "photo.jpg");
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("'--model'", "a file or folder is needed");
  }

  @Test
  void showsTheCommandsWhereOneIsMissing() {
    assertThat(run().err()).contains("locate", "track", "geofix demo");
    assertThat(run("index").err()).contains("build", "query");
  }

  @Test
  void doesNotControlTheTerminalWithAFileOfAnotherKind(@TempDir Path folder) throws IOException {
    Path csv = folder.resolve("noise.csv");
    Files.writeString(csv, "image,\u001b[31m" + "x".repeat(10_000) + "\n");
    Result result = run("partition", "--data", csv.toString(), "--out", csv + ".out");
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err().strip()).doesNotContain("\u001b").hasSizeLessThan(2100);
  }

  @Test
  void refusesTwoResultsInOneFile(@TempDir Path folder) {
    String file = folder.resolve("a.csv").toString();
    String same = folder.resolve("below/../a.csv").toString();
    Result result = run("partition", "--data", "none", "--out", file, "--map", same);
    assertThat(result.err()).contains("two results were to be written to " + same);
  }
}
