package io.github.geofix.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every Java block of the documentation stands in an example to the letter, and every example runs,
 * in a JVM of its own, in a folder that holds what the README's commands leave there.
 */
final class ExamplesTest {
  private static final Path ROOT = Objects.requireNonNull(Path.of("").toAbsolutePath().getParent());
  private static final Path SOURCES =
      ROOT.resolve("examples/src/main/java/io/github/geofix/examples");

  /** Runs in the tests of geo-spark, which a build may leave out. */
  private static final Path SPARK =
      ROOT.resolve("geo-spark/src/test/java/io/github/geofix/spark/SparkExample.java");

  private static final Pattern JAVA_BLOCK =
      Pattern.compile("^```java\\R(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL);

  @TempDir private static Path folder;

  @BeforeAll
  static void makeWhatTheReadmeMakes() {
    ExampleData.write(ROOT.resolve("examples/data/earth"), folder);
  }

  static Stream<String> examples() {
    // In order: the first ones write what the later ones read.
    return Stream.of(
        "Train",
        "Locate",
        "Evaluate",
        "Partition",
        "OwnPhotos",
        "OwnBackbone",
        "FineTune",
        "ImportWeights",
        "PublishedModels",
        "CrossView",
        "Protocols",
        "Geography",
        "Gallery",
        "PhotoGallery",
        "AskVlm",
        "Vectors",
        "Tracks",
        "Upload",
        "Explain",
        "Serve",
        "Cascades",
        "Judging",
        "OwnTiles");
  }

  @ParameterizedTest
  @MethodSource("examples")
  void runs(String name) throws IOException, InterruptedException {
    Path output = folder.resolve(name + ".txt");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.awt.headless=true",
                "-Dai.djl.pytorch.num_threads=1",
                "-cp",
                absoluteClassPath(),
                "io.github.geofix.examples." + name)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended = process.waitFor(3, TimeUnit.MINUTES);
    process.destroyForcibly();
    assertThat(ended).as("%s ended by itself", name).isTrue();
    assertThat(process.exitValue()).as(read(output)).isZero();
    assertThat(read(output)).isNotBlank();
  }

  private static String absoluteClassPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  @Test
  void listsAllExamples() throws IOException {
    try (Stream<Path> files = Files.list(SOURCES)) {
      assertThat(files.map(f -> f.getFileName().toString()).filter(f -> !f.startsWith("package")))
          .containsExactlyInAnyOrderElementsOf(examples().map(e -> e + ".java").toList());
    }
  }

  static List<Path> documents() throws IOException {
    List<Path> documents = new ArrayList<>(List.of(ROOT.resolve("README.md")));
    try (Stream<Path> files = Files.walk(ROOT.resolve("docs"))) {
      files.filter(f -> f.toString().endsWith(".md")).sorted().forEach(documents::add);
    }
    return documents;
  }

  @ParameterizedTest
  @MethodSource("documents")
  void everyJavaBlockStandsInAnExample(Path document) throws IOException {
    List<String> examples;
    try (Stream<Path> files = Files.list(SOURCES)) {
      examples =
          Stream.concat(files, Stream.of(SPARK)).map(f -> withoutIndentation(read(f))).toList();
    }
    Matcher blocks = JAVA_BLOCK.matcher(read(document));
    while (blocks.find()) {
      String block = withoutIndentation(blocks.group(1));
      assertThat(examples)
          .as("an example that holds this block of %s:%n%s", document, block)
          .anyMatch(example -> example.contains(block));
    }
  }

  private static String withoutIndentation(String text) {
    return text.lines()
        .map(String::strip)
        .filter(l -> !l.isEmpty())
        .reduce("", (a, b) -> a + "\n" + b);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
