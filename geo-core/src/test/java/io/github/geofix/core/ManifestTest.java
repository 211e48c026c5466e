package io.github.geofix.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ManifestTest {
  @TempDir private Path folder;

  @Test
  void readsWhatSpreadsheetsWrite() throws IOException {
    Path file = folder.resolve("mit Ümlaut und Leerzeichen.csv");
    Files.writeString(file, "\uFEFFImage, Lat ,lng\r\n\"a, b.jpg\",48.5,-2\r\n");
    Manifest photos = Manifest.readCsv(file);
    assertThat(photos.entries()).hasSize(1);
    assertThat(photos.entries().get(0).image()).isEqualTo(folder.resolve("a, b.jpg"));
    assertThat(photos.locations()).containsExactly(new LatLng(48.5, -2));
  }

  @Test
  void saysThatAFileIsAFolder() {
    assertThatThrownBy(() -> Manifest.readCsv(folder))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageStartingWith("cannot read " + folder + ": ")
        .hasMessageNotContaining("first record");
  }

  @Test
  void doesNotControlTheTerminalWithAFileOfAnotherKind() throws IOException {
    byte[] noise = new byte[5000];
    new Random(1).nextBytes(noise);
    for (int i = 0; i < noise.length; i++) {
      // One long line without quotes.
      noise[i] = noise[i] == '\n' || noise[i] == '\r' || noise[i] == '"' ? 27 : noise[i];
    }
    Path file = Files.write(folder.resolve("noise"), noise);
    assertThatThrownBy(() -> Manifest.readCsv(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has no column image")
        .satisfies(
            e ->
                assertThat(e.getMessage())
                    .doesNotMatch("(?s).*\\p{Cntrl}.*")
                    .hasSizeLessThan(300 + file.toString().length()));
  }
}
