package io.github.geofix.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.geofix.core.geodesy.LatLng;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestTest {
  private final Path folder;

  ManifestTest(@TempDir Path folder) {
    this.folder = folder;
  }

  /** As spreadsheets write it: a byte order mark, quotes around all, lines that end in CR LF. */
  @ParameterizedTest
  @ValueSource(strings = {"UTF-8", "UTF-16LE", "UTF-16BE"})
  void readsATableOfASpreadsheet(String charset) throws IOException {
    Path file = folder.resolve("photos.csv");
    String text =
        "\uFEFF\"Image\",\"Lat\",\"Lng\",\"Note\"\r\n"
            + "\"caf\u00e9, 1.jpg\",\"48.5\",\"-2.25\",\"said \"\"here\"\"\"\r\n"
            + "\r\n"
            + "\"b.jpg\",\" -33 \",\"151\",\r\n";
    Files.writeString(file, text, Charset.forName(charset));
    Manifest photos = Manifest.readCsv(file);
    assertThat(photos.locations()).containsExactly(new LatLng(48.5, -2.25), new LatLng(-33, 151));
    assertThat(photos.entries().get(0).image()).isEqualTo(folder.resolve("caf\u00e9, 1.jpg"));
    assertThat(photos.entries().get(0).extra()).containsEntry("note", "said \"here\"");
  }

  @Test
  void namesTheColumnsItNeeds() throws IOException {
    Path file = Files.writeString(folder.resolve("photos.csv"), "image,x,y\n");
    assertThatThrownBy(() -> Manifest.readCsv(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has no column latitude or lat: its header is image,x,y");
  }

  @Test
  void refusesAColumnThatIsTwiceThere() throws IOException {
    Path file = folder.resolve("twice.csv");
    Files.writeString(file, "image,latitude,longitude,Latitude,,\na.jpg,1,2,3,,\n");
    assertThatThrownBy(() -> Manifest.readCsv(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(file + " has the column latitude twice: leave one of them out");
  }

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
  void writesFurtherColumnsThatItReadsAgain() throws IOException {
    Path file = folder.resolve("written.csv");
    Manifest.of(
            List.of(
                new Manifest.Entry(
                    folder.resolve("a, b.jpg"), new LatLng(48.5, -2), Map.of("time", "noon")),
                new Manifest.Entry(Path.of("/elsewhere/c.jpg"), new LatLng(1, 2), Map.of())))
        .writeCsv(file, "time");
    assertThat(file)
        .content()
        .isEqualToNormalizingNewlines(
            """
            image,latitude,longitude,time
            "a, b.jpg",48.5,-2.0,noon
            /elsewhere/c.jpg,1.0,2.0,
            """);
    assertThat(Manifest.readCsv(file).entries().get(0).extra()).containsEntry("time", "noon");
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

  @Test
  void writesNoFormulas() {
    Path file = folder.resolve("written.csv");
    Path image = folder.resolve("=1+1.png");
    Manifest.of(List.of(new Manifest.Entry(image, new LatLng(1, 2), Map.of()))).writeCsv(file);
    assertThat(file).content().contains("./=1+1.png,1.0,2.0");
    assertThat(Manifest.readCsv(file).entries().get(0).image().normalize()).isEqualTo(image);
  }
}
