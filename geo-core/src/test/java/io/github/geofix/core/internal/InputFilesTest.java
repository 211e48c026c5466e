package io.github.geofix.core.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.geofix.core.Manifest;
import io.github.geofix.core.format.Safetensors;
import io.github.geofix.core.index.EmbeddingIndex;
import io.github.geofix.core.internal.format.MappedFile;
import io.github.geofix.core.partition.PointSet;
import io.github.geofix.core.tile.TileSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class InputFilesTest {
  @TempDir private Path folder;

  @Test
  void findsAFileInAFolderWhoseReplacementWasKilled() throws IOException {
    TemporaryName killed = TemporaryName.begin(folder.resolve("data"));
    killed.end();
    Files.writeString(Files.createDirectory(killed.complete()).resolve("list.csv"), "new");
    Files.createDirectory(killed.replaced());
    Path file = folder.resolve("data/list.csv");
    assertThat(InputFiles.find(file)).hasContent("new");
  }

  @Test
  void refusesFoldersAndWhatIsNotThere() {
    assertThatThrownBy(() -> InputFiles.find(folder)).hasMessageContaining("it is a folder");
    assertThatThrownBy(() -> InputFiles.find(folder.resolve("none/file")))
        .isInstanceOf(NoSuchFileException.class);
  }

  static Stream<Map.Entry<String, Consumer<Path>>> readers() {
    return Stream.of(
        Map.<String, Consumer<Path>>entry("list.csv", Manifest::readCsv),
        Map.<String, Consumer<Path>>entry("points.csv", PointSet::readCsv),
        Map.<String, Consumer<Path>>entry("w.safetensors", Safetensors::open),
        Map.<String, Consumer<Path>>entry("w.safetensors.index.json", Safetensors::open),
        Map.<String, Consumer<Path>>entry("any", MappedFile::open),
        Map.<String, Consumer<Path>>entry("x.index", EmbeddingIndex::open),
        Map.<String, Consumer<Path>>entry("c.json", p -> StrictJson.readObject(p, 100)),
        Map.<String, Consumer<Path>>entry("m.mbtiles", InputFilesTest::openTiles),
        Map.<String, Consumer<Path>>entry("m.pmtiles", InputFilesTest::openTiles),
        Map.<String, Consumer<Path>>entry("m.tif", InputFilesTest::openTiles),
        Map.<String, Consumer<Path>>entry("layout.yaml", InputFilesTest::openTiles),
        Map.<String, Consumer<Path>>entry("m.png", InputFilesTest::openTiles));
  }

  private static void openTiles(Path map) {
    TileSource.open(map.toString(), map, TileSource.Options.defaults());
  }

  /** Opening a pipe blocks until somebody writes, and a device may never end. */
  @ParameterizedTest
  @MethodSource("readers")
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "it has no such files")
  void everyReaderRefusesPipesAndDevices(Map.Entry<String, Consumer<Path>> reader)
      throws IOException, InterruptedException {
    Path pipe = folder.resolve(reader.getKey());
    Process mkfifo = new ProcessBuilder("mkfifo", pipe.toString()).start();
    assertThat(mkfifo.waitFor(10, TimeUnit.SECONDS)).isTrue();
    refuses(reader.getValue(), pipe);
    Files.delete(pipe);
    Files.createSymbolicLink(pipe, Path.of("/dev/zero"));
    refuses(reader.getValue(), pipe);
    Files.delete(pipe);
  }

  private static void refuses(Consumer<Path> reader, Path file) {
    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(10),
        () ->
            assertThatThrownBy(() -> reader.accept(file))
                .hasMessageContaining(file.toString())
                .hasMessageContaining("it is a device or a pipe"));
  }
}
