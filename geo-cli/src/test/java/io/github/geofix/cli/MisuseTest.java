package io.github.geofix.cli;

import static io.github.geofix.cli.Result.run;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;

/** Command lines that would destroy a file, or hold options that change nothing. */
final class MisuseTest {
  @TempDir private Path temp;

  private Result runIn(String line) {
    return run(
        Arrays.stream(line.split(" "))
            .map(word -> word.replace("@", temp + "/"))
            .toArray(String[]::new));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "evaluate --model @m --data @a --json @a",
        "evaluate --model @m --data @a --csv @below/../a",
        "evaluate --predictions @a --data @b --latex @a",
        "evaluate --model @m --data @a --list @a",
        "evaluate --model @m --data @b --cells @a --report @a",
        "evaluate --model @m --data @b --tiles @a --json @a",
        "compare @a @b --report @a",
        "track --model @m --data @a --km-per-hour 5 --csv @a",
        "track --model @m --km-per-hour 5 --geojson @a @a",
        "partition --data @a --out @a",
        "partition --data @a --out @c --map @a",
        "embed --model @m --data @a --out @a",
        "neighbors --vectors @b,@a --out @a",
        "neighbors --vectors @b --among @a --out @a",
        "locate --model @m --explain @a @b @a",
        "convert @a @a",
        "index build --model @m --tiles @a --region 1,2,3,4 --zoom 3 --out @a",
      })
  void neverWritesToAFileThatTheSameCommandReads(String line) throws IOException {
    Files.createDirectory(temp.resolve("below"));
    for (String name : new String[] {"a", "b"}) {
      Files.writeString(temp.resolve(name), "kept");
    }
    Result result = runIn(line);
    assertThat(result.code()).as(result.err()).isEqualTo(2);
    assertThat(result.err()).contains(" would replace ", " reads: write to another file");
    assertThat(temp.resolve("a")).hasContent("kept");
  }

  static Stream<CommandSpec> commands() {
    return HelpTest.commands().map(CommandLine::getCommandSpec);
  }

  /** A new option has to be in the list of those that are written. */
  @ParameterizedTest
  @MethodSource("commands")
  void everyOptionThatNamesAFileToWriteIsGuarded(CommandSpec command) {
    Stream.concat(command.options().stream(), command.positionalParameters().stream())
        .filter(argument -> argument.type() == Path.class)
        .forEach(
            argument ->
                assertThat(OutputFiles.isWritten(command.name(), argument))
                    .as(command.qualifiedName() + " " + argument.paramLabel() + argument)
                    .isEqualTo(isDescribedAsWritten(argument)));
  }

  private static boolean isDescribedAsWritten(ArgSpec argument) {
    String description = String.join(" ", argument.description());
    return description.startsWith("Write ")
        || description.contains("to write")
        || description.startsWith("Receives ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          evaluate --data @a --json @j                           | --json needs something to measure
          evaluate --data @a --km 5                              | --km needs something to measure
          evaluate --protocol cvusa --root @r --ties flattering  | --ties needs something to measure
          evaluate --predictions @a --data @a --then @m          | --then is for a model
          evaluate --predictions @a --data @a --set a.b=3        | --set is for a model
          evaluate --predictions @a --data @a --closest-candidate | --closest-candidate is for a model
          evaluate --predictions @a --data @a --skip-unreadable  | --skip-unreadable is for a model
          evaluate --predictions @a --data @a --memory 64        | --memory is for a model
          evaluate --predictions @a --data @a --decode beam      | --decode is for a model
          evaluate --protocol cvusa --root @r --queries @q --gallery @g --precision bfloat16 | --precision is for a model
          evaluate --protocol im2gps3k                           | im2gps3k needs the benchmark's folder
          partition --data @a --out @b --world @w                | --world is the picture of --map
          partition --data @a --out @b --depth 3                 | --depth is for --rule quadtree
          describe --method zoom --recipe --settings             | --recipe and --settings
          describe --method zoom --recipe --batch 3              | --batch is for the estimate
          describe --method zoom --settings --batch 3            | --batch is for the estimate
          describe --method zoom --settings --json               | give only one of (--json | --settings | --markdown)
          locate --model @m --set candidates @p                  | Value for option '--set' (KEY=VALUE)
          locate --model @m --precision float16 @p               | expected one of [auto, float32, bfloat16] but was 'float16'
          """)
  void refusesOptionsThatChangeNothing(String line, String message) {
    Result result = runIn(line);
    assertThat(result.code()).as(result.err()).isEqualTo(2);
    assertThat(result.err().lines()).hasSize(2).first().asString().contains(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          evaluate --protocol nope                               | no protocol nope, only im2gps,
          describe --method zoom --batch 0                       | --batch must be 1 or more: 0
          neighbors --vectors @a --out @b --top 0                | --top must be 1 or more: 0
          locate --list @none --model @m                         | none: there is no such file
          locate --list @rows.csv --model @m                     | rows.csv is a CSV file: --list takes
          embed --model @m --data @rows.csv --out @v.npy         | rows.csv lists nothing
          gallery build --model @m --photos @rows.csv --out @g   | rows.csv lists nothing
          train --method embed --data @rows.csv --out @m         | rows.csv lists nothing
          train --method gallery --data @rows.csv --out @m       | a gallery is not trained but built from
          train --method onnx --data @rows.csv --out @m          | an ONNX encoder is not created but imported
          calibrate --model @m --data @rows.csv                  | rows.csv lists nothing
          classmaps --source water --data @rows.csv              | rows.csv lists nothing
          gallery compact --gallery @g --false-answers 2         | --false-answers must be above 0 and below 1: 2.0
          gallery compact --gallery @g --min-score 2             | --min-score must be -1 to 1: 2.0
          gallery compact --gallery @g --elsewhere-km 0          | --elsewhere-km must be above 0 and at most 20015
          verify @rows.csv --model @m --data @rows.csv           | this is not JSON: malformed at line 1
          """)
  void namesTheFaultInOneLine(String line, String message) throws IOException {
    Files.writeString(temp.resolve("rows.csv"), "image,latitude,longitude\n");
    Result result = runIn(line);
    assertThat(result.code()).as(result.err()).isEqualTo(1);
    assertThat(result.err().lines()).hasSize(1).first().asString().contains(message);
  }

  @Test
  void namesWhyPathsOfAListAreMissing() throws IOException {
    Path list = temp.resolve("list.csv");
    Files.writeString(list, "image,latitude,longitude\nphotos\\a.png,1,2\n");
    String windows = run("evaluate", "--data", list.toString()).err();
    Files.writeString(list, "image,latitude,longitude\na.png ,1,2\n");
    String spaces = run("evaluate", "--data", list.toString()).err();
    if (temp.getFileSystem().getSeparator().equals("/")) {
      assertThat(windows).contains("images missing, whose paths have \\ where / is needed: 1 (");
      assertThat(spaces).contains("images missing, whose paths begin or end with a space: 1 (");
    }
  }
}
