package io.github.geofix.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.Embeddings;
import io.github.geofix.core.partition.PointSet;
import io.github.geofix.models.io.ModelFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
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
  void positionsAreEmbeddedInTheSpaceOfPhotos() throws IOException {
    assertThat(importGeoClip().code()).isZero();
    String gallery = GEOCLIP.resolve("release/gallery.csv").toString();
    Path positions = folder.resolve("positions.npy");
    Result embedded =
        Result.run(
            "embed",
            "--model=" + folder.resolve("m"),
            "--positions=" + gallery,
            "--out=" + positions);
    assertThat(embedded.code()).as(embedded.err()).isZero();
    Path photos = folder.resolve("photos.npy");
    Path list = folder.resolve("photos.csv");
    Files.writeString(list, "image%n%s%n".formatted(Path.of(PHOTO).toAbsolutePath().normalize()));
    Result ofPhoto =
        Result.run("embed", "--model=" + folder.resolve("m"), "--data=" + list, "--out=" + photos);
    assertThat(ofPhoto.code()).as(ofPhoto.err()).isZero();
    List<LatLng> places = PointSet.readPositions(Path.of(gallery));
    try (Embeddings rows = Embeddings.open(positions);
        Embeddings photo = Embeddings.open(photos)) {
      assertThat(rows.size()).isEqualTo(places.size());
      float[] vector = row(photo, 0);
      int best = 0;
      for (int row = 0; row < rows.size(); row++) {
        best = cosine(row(rows, row), vector) > cosine(row(rows, best), vector) ? row : best;
      }
      String located =
          Result.run("locate", "--model=" + folder.resolve("m"), "--format=csv", PHOTO).out();
      assertThat(located).contains(String.format(Locale.ROOT, "%.4f", places.get(best).latitude()));
    }
    Result other =
        Result.run(
            "embed",
            "--backbone=residual-small",
            "--weights=none",
            "--positions=" + gallery,
            "--out=" + positions);
    assertThat(other.err()).contains("--positions needs --model: a backbone reads photos");
  }

  private static float[] row(Embeddings rows, int row) {
    float[] vector = new float[rows.dimension()];
    rows.read(row, 1, vector);
    return vector;
  }

  private static double cosine(float[] a, float[] b) {
    double dot = 0;
    double squares = 0;
    for (int i = 0; i < a.length; i++) {
      dot += a[i] * b[i];
      squares += a[i] * a[i];
    }
    return dot / Math.sqrt(squares);
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
