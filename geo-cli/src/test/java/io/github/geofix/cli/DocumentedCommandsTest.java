package io.github.geofix.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every geofix command of the documentation runs, in the order it stands there, each in a JVM of
 * its own in a folder that looks like a checkout and holds a small VIGOR. Training is cut short.
 */
final class DocumentedCommandsTest {
  private static final Path ROOT = Objects.requireNonNull(Path.of("").toAbsolutePath().getParent());
  private static final String COMMAND = "bin/geofix ";

  @TempDir private Path folder;

  @Test
  void runAsTheyStand() throws IOException, InterruptedException {
    Files.createSymbolicLink(folder.resolve("examples"), ROOT.resolve("examples"));
    VigorSample.write(folder.resolve("data/VIGOR"), ROOT.resolve("examples/data/earth"));
    Files.copy(
        ROOT.resolve("geo-core/src/test/resources/checkpoints/t213_module_prefix.pth.tar"),
        folder.resolve("model_best.pth.tar"));
    copyOnnx();
    Files.writeString(
        folder.resolve("states.geojson"),
        """
        {"type": "FeatureCollection", "features": [
          {"type": "Feature", "properties": {"name": "north"}, "geometry": {"type": "Polygon",
           "coordinates": [[[-180, 0], [180, 0], [180, 90], [-180, 90], [-180, 0]]]}}]}
        """);
    copyRelease(ROOT.resolve("geo-models/src/test/resources/releases/geoclip"));
    List<String> commands = documentedCommands();
    assertThat(commands).hasSizeGreaterThan(5);
    for (String command : commands) {
      run(command);
    }
    assertThat(folder.resolve("out/report.html")).isNotEmptyFile();
    assertThat(folder.resolve("out/report.json")).isNotEmptyFile();
    assertThat(folder.resolve("figures.json")).isNotEmptyFile();
  }

  /** An encoder of mean colors, as geo-onnx's TinyOnnx writes it, and how it reads photos. */
  private void copyOnnx() throws IOException {
    Files.copy(ROOT.resolve("geo-cli/src/test/resources/tiny.onnx"), folder.resolve("model.onnx"));
    Files.writeString(
        folder.resolve("preprocessor_config.json"),
        """
        {"size": {"height": 8, "width": 8}, "do_center_crop": false, "resample": 2,
         "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}
        """);
  }

  /** A narrow GeoCLIP under the names of the published one, and a photo. */
  private void copyRelease(Path releases) throws IOException {
    copy(releases.resolve("release"), folder.resolve("geoclip"));
    copy(releases.resolve("backbone"), folder.resolve("clip-vit-large-patch14"));
    Files.copy(releases.resolve("photos/0.png"), folder.resolve("photo.jpg"));
    Files.copy(releases.resolve("release/gallery.csv"), folder.resolve("gallery.csv"));
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(Objects.requireNonNull(file.getFileName())));
      }
    }
  }

  /** Returns the commands; one that stands on two pages is run once, as a reader would. */
  private static List<String> documentedCommands() throws IOException {
    List<Path> documents = new ArrayList<>(List.of(ROOT.resolve("README.md")));
    try (Stream<Path> files = Files.walk(ROOT.resolve("docs"))) {
      files.filter(f -> f.toString().endsWith(".md")).sorted().forEach(documents::add);
    }
    List<String> commands = new ArrayList<>();
    for (Path document : documents) {
      for (String line : Files.readAllLines(document)) {
        int start = line.indexOf(COMMAND);
        if (start >= 0 && line.startsWith("    ")) {
          commands.add(line.substring(start + COMMAND.length()).strip());
        }
      }
    }
    return commands.stream().distinct().toList();
  }

  private void run(String command) throws IOException, InterruptedException {
    List<String> line =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-Djava.awt.headless=true",
                "-Dgeofix.home=" + ROOT,
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
    line.addAll(List.of(command.split(" +")));
    if (command.startsWith("demo")) {
      line.addAll(List.of("--steps", "3", "--photos", "12"));
    }
    Path output = folder.resolve("output.txt");
    Process process =
        new ProcessBuilder(line)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended = process.waitFor(5, TimeUnit.MINUTES);
    process.destroyForcibly();
    assertThat(ended).as("%s ended by itself", command).isTrue();
    assertThat(process.exitValue()).as(command + "\n" + Files.readString(output)).isZero();
  }
}
