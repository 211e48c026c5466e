package io.github.geofix.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.github.geofix.core.internal.JsonRecords;
import io.github.geofix.core.internal.StrictJson;
import io.github.geofix.models.Family;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/**
 * The generated pages of {@code docs/reference} are those of the present code. With {@code
 * -Dreference.write=true} they are written instead of compared.
 */
final class ReferenceTest {
  private static final Path ROOT = Objects.requireNonNull(Path.of("").toAbsolutePath().getParent());
  private static final List<String> PUBLISHED =
      List.of(
          "geo-core",
          "geo-models",
          "geo-train",
          "geo-eval",
          "geo-judge",
          "geo-onnx",
          "geo-serve",
          "geo-spark");

  private static final Pattern PUBLIC_TYPE =
      Pattern.compile(
          "^public (?:(?:final|abstract|sealed|non-sealed) )*"
              + "(?:class|interface|record|enum|@interface) (\\w+)",
          Pattern.MULTILINE);

  /**
   * A generated page.
   *
   * @param file its name in {@code docs/reference}
   * @param text its present text
   */
  private record Page(String file, String text) {
    @Override
    public String toString() {
      return file;
    }
  }

  static Stream<Page> pages() {
    return Stream.of(
        new Page("commands.md", commands()),
        new Page("settings.md", settings()),
        new Page("types.md", types()));
  }

  @ParameterizedTest
  @MethodSource("pages")
  void isUpToDate(Page page) throws IOException {
    Path file = ROOT.resolve("docs/reference").resolve(page.file());
    if (Boolean.getBoolean("reference.write")) {
      Files.writeString(file, page.text());
    }
    assertThat(file)
        .as("CONTRIBUTING.md has the command that writes it again")
        .content()
        .isEqualTo(page.text());
  }

  private static String commands() {
    StringBuilder page =
        new StringBuilder(
            """
            # Commands

            What `geofix COMMAND --help` prints, written by the build. Exit codes: 0 done, 1 wrong input
            (one line with the reason; `--verbose` adds the stack trace), 2 wrong usage, 3 an answer was withheld,
            130 interrupted.
            Data goes to standard output, messages and progress to standard error.
            """);
    Main.commands().getSubcommands().values().forEach(command -> append(page, command));
    return page.toString();
  }

  private static void append(StringBuilder page, CommandLine command) {
    if (command.getSubcommands().isEmpty()) {
      page.append("\n## ")
          .append(command.getCommandSpec().qualifiedName())
          .append("\n\n```text\n")
          .append(command.getUsageMessage(CommandLine.Help.Ansi.OFF).stripTrailing())
          .append("\n```\n");
    }
    command.getSubcommands().values().forEach(below -> append(page, below));
  }

  private static String settings() {
    StringBuilder page =
        new StringBuilder(
            """
            # Settings

            What `--set NAME=VALUE` changes, written by the build. The values are those of the size `paper`;
            `geofix describe --method METHOD --size SIZE --settings` prints those of another size. The
            meaning of each is in the javadoc of the configuration's records. Training options, for `--opt`,
            are printed by `geofix train --help-settings`.
            """);
    for (String method : List.of("embed", "token", "zoom", "recombine", "geoclip")) {
      Result described =
          Result.run("describe", "--method", method, "--size", "paper", "--markdown");
      assertThat(described.code()).as(described.err()).isZero();
      page.append("\n## ")
          .append(method)
          .append("\n\n")
          .append(described.out().strip())
          .append('\n');
    }
    page.append(
        """

        ## In a model folder

        `config.json` of two models of size `tiny`, without the SHA-256 of the files; the paths are those
        of the settings above.
        """);
    appendConfig(page, "embed", Map.of());
    appendConfig(page, "zoom", Map.of("map", "earth.jpg"));
    return page.toString();
  }

  private static void appendConfig(
      StringBuilder page, String method, Map<String, String> settings) {
    JsonObject folder = new JsonObject();
    folder.addProperty("format", 2);
    folder.addProperty("method", method);
    folder.add("config", JsonRecords.write(Family.named(method).config("tiny", settings)));
    page.append("\n```json\n").append(StrictJson.print(folder).strip()).append("\n```\n");
  }

  private static String types() {
    StringBuilder page =
        new StringBuilder(
            "# Public types\n\n"
                + "Every public type of the published modules, written by the build. Packages named"
                + " `internal` are\n"
                + "not part of the API.\n");
    for (String module : PUBLISHED) {
      page.append("\n## ").append(module).append('\n');
      Path root = ROOT.resolve(module).resolve("src/main/java");
      try (Stream<Path> files = Files.walk(root)) {
        files
            .filter(f -> f.toString().endsWith(".java"))
            .filter(f -> !(packageOf(root, f) + ".").contains(".internal."))
            .collect(Collectors.groupingBy(f -> packageOf(root, f)))
            .entrySet()
            .stream()
            .sorted(Map.Entry.comparingByKey())
            .forEach(entry -> appendPackage(page, entry.getKey(), entry.getValue()));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return page.toString();
  }

  private static String packageOf(Path root, Path file) {
    return root.relativize(Objects.requireNonNull(file.getParent()))
        .toString()
        .replace(file.getFileSystem().getSeparator(), ".");
  }

  private static void appendPackage(StringBuilder page, String name, List<Path> files) {
    String lines = files.stream().sorted().map(ReferenceTest::line).collect(Collectors.joining());
    if (!lines.isEmpty()) {
      page.append("\n### ").append(name).append("\n\n| type | |\n|---|---|\n").append(lines);
    }
  }

  /** Returns the table row of a file's public type; empty if it has none. */
  private static String line(Path file) {
    try {
      String source = Files.readString(file);
      Matcher type = PUBLIC_TYPE.matcher(source);
      if (!type.find()) {
        return "";
      }
      int start = source.lastIndexOf("/**", type.start());
      String javadoc = source.substring(start + 3, source.indexOf("*/", start));
      return "| `%s` | %s |%n".formatted(type.group(1), summary(javadoc));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the first sentence of a javadoc comment as text. */
  private static String summary(String javadoc) {
    String text =
        javadoc
            .replaceAll("(?m)^\\s*\\*", " ")
            .replaceAll("\\{@(?:link|linkplain) (?:[\\w.#(),]+ )?([^}]*)\\}", "$1")
            .replaceAll("\\{@code ([^}]*)\\}", "`$1`")
            .replaceAll("<[^>]+>", " ")
            .replaceAll("\\s+", " ")
            .strip();
    Matcher sentence = Pattern.compile("^(.*?[.])(?: |$)").matcher(text);
    return (sentence.find() ? sentence.group(1) : text).replace("|", "\\|");
  }
}
