package io.github.geofix.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.geofix.models.io.ModelFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Published models from the command line, with releases whose networks are narrow. */
final class ReleaseCommandsTest {
  private static final Path GEOCLIP = Path.of("../geo-models/src/test/resources/releases/geoclip");
  private static final String PHOTO = GEOCLIP.resolve("photos/0.png").toString();

  @TempDir private Path folder;

  private Result importGeoClip(String... more) {
    String[] command = {
      "import",
      "--release=geoclip",
      "--from=" + GEOCLIP.resolve("release"),
      "--backbone=" + GEOCLIP.resolve("backbone"),
      "--out=" + folder.resolve("m")
    };
    String[] all = new String[command.length + more.length];
    System.arraycopy(command, 0, all, 0, command.length);
    System.arraycopy(more, 0, all, command.length, more.length);
    return Result.run(all);
  }

  @Test
  void geoClipIsImportedAndLocates() {
    Result imported = importGeoClip();
    assertThat(imported.code()).as(imported.err()).isZero();
    assertThat(imported.out()).contains("0 missing, 0 unexpected", "license: MIT");
    assertThat(ModelFolder.open(folder.resolve("m")).card().data()).contains("license: MIT");

    Result located =
        Result.run("locate", "--model=" + folder.resolve("m"), "--format=csv", PHOTO, PHOTO);
    assertThat(located.code()).as(located.err()).isZero();
    assertThat(located.out().lines()).hasSizeGreaterThan(2);
    assertThat(located.err()).containsOnlyOnce("license: MIT").containsOnlyOnce("NeurIPS 2023");
  }

  @Test
  void geoClipIsEvaluated() throws IOException {
    assertThat(importGeoClip().code()).isZero();
    Path list = folder.resolve("list.csv");
    Files.writeString(
        list,
        "image,latitude,longitude%n%s,60,24%n"
            .formatted(Path.of(PHOTO).toAbsolutePath().normalize()));
    Result evaluated = Result.run("evaluate", "--model=" + folder.resolve("m"), "--data=" + list);
    assertThat(evaluated.code()).as(evaluated.err()).isZero();
    assertThat(evaluated.out()).contains("2500");
  }

  @Test
  void aGalleryOfOnesOwnReplacesTheReleases() throws IOException {
    Path gallery = folder.resolve("gallery.csv");
    Files.writeString(gallery, "latitude,longitude\n60.5,24.5\n");
    Result imported = importGeoClip("--gallery=" + gallery);
    assertThat(imported.code()).as(imported.err()).isZero();
    Result located = Result.run("locate", "--model=" + folder.resolve("m"), "--format=csv", PHOTO);
    assertThat(located.out()).contains("60.5").contains("24.5");
  }

  @Test
  void theReleasesAreListedWithTheirTerms() {
    Result listed = Result.run("releases");
    assertThat(listed.code()).isZero();
    assertThat(listed.out()).contains("geoclip: ", "license: MIT", "cite: ", "--backbone");
  }

  @Test
  void anUnknownReleaseIsAnsweredByTheKnownOnes() {
    Result result =
        Result.run(
            "import", "--release=nothing", "--from=" + GEOCLIP, "--out=" + folder.resolve("m"));
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).contains("no release nothing; there are").contains("geoclip");
  }
}
