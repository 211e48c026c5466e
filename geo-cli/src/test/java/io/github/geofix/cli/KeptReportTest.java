package io.github.geofix.cli;

import static io.github.geofix.cli.Result.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.geofix.eval.protocol.RunProvenance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A report that one machine wrote is verified, or refused, on each machine that builds this. */
class KeptReportTest {
  private static final Path KEPT = Path.of("src/test/resources/kept-report");
  private static final Path REPORT = KEPT.resolve("report.json");

  @TempDir private Path folder;

  private static Result verify(Path report) {
    return run(
        "verify",
        report.toString(),
        "--model=" + KEPT.resolve("model"),
        "--data=" + KEPT.resolve("photos.csv"));
  }

  private Path changed(String pattern, String replacement) throws IOException {
    String text = Files.readString(REPORT);
    Path file = folder.resolve("changed.json");
    String changed = text.replaceFirst(pattern, replacement);
    assertThat(changed).isNotEqualTo(text);
    return Files.writeString(file, changed);
  }

  @Test
  void theReportOfAnotherMachineIsVerified() {
    RunProvenance kept = RunProvenance.read(REPORT);
    assertThat(kept.machine()).contains("Java 17", "processors");
    Result result = verify(REPORT);
    assertThat(result.err()).isEmpty();
    assertThat(result.out()).startsWith("verified: ");
    assertThat(result.code()).isZero();
    assertThat(result.out().contains("GeoFix: was " + kept.version()))
        .isEqualTo(!kept.version().equals(Main.version()));
  }

  @Test
  void anotherVersionAndMachineAreNamed() throws IOException {
    Path older =
        changed(
            "\"version\": \"[^\"]*\"(?s)(.*)\"machine\": \"[^\"]*\"",
            "\"version\": \"0.0.1\"$1\"machine\": \"Plan 9, Java 99\"");
    Result result = verify(older);
    assertThat(result.code()).isZero();
    assertThat(result.out())
        .startsWith("verified: ")
        .contains("  GeoFix: was 0.0.1, is " + Main.version())
        .contains("  machine: was Plan 9, Java 99, is ");
  }

  @ParameterizedTest
  @CsvSource({"system, model (6 files", "data, photos.csv (16 files"})
  void aReportOfOtherFilesIsRefused(String what, String found) throws IOException {
    Path other =
        changed("(\"%s\": \\{[^}]*\"sha256\": \")[0-9a-f]{8}".formatted(what), "$1" + "00000000");
    Result result = verify(other);
    assertThat(result.code()).isOne();
    assertThat(result.out()).isEmpty();
    assertThat(result.err().lines()).hasSize(1);
    assertThat(result.err())
        .startsWith("geofix: the " + what + " changed: the report was made with " + found)
        .contains("sha256 00000000")
        .contains(", this is " + found);
  }

  @Test
  void aReportWithAnotherNumberIsRefused() throws IOException {
    Result result = verify(changed("\"medianKm\": [0-9.]+", "\"medianKm\": 25.0"));
    assertThat(result.code()).isOne();
    assertThat(result.out().lines().toList().get(0)).contains("edianKm was 25.0, is ");
    assertThat(result.out().lines().toList().get(1)).startsWith("NOT verified: ");
  }
}
