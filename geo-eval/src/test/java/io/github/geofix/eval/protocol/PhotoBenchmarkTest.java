package io.github.geofix.eval.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.geofix.core.Candidate;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Localizer.PhotoOutcome;
import io.github.geofix.core.Location;
import io.github.geofix.core.Manifest;
import io.github.geofix.core.NoAnswerException;
import io.github.geofix.core.cell.Tile;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.eval.DistanceErrors;
import io.github.geofix.eval.DistanceReport;
import io.github.geofix.eval.protocol.Evaluation.PhotoEvaluation;
import io.github.geofix.eval.protocol.PhotoBenchmark.PhotoSet;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PhotoBenchmarkTest {
  private static final LatLng PARIS = new LatLng(48.8584, 2.2945);

  @SuppressWarnings("NullAway.Init") // set by JUnit
  @TempDir
  private Path root;

  /** Places every photo in Paris; cannot read files that say so. */
  private static class Parisian implements Localizer {
    @Override
    public List<Location> locateAll(List<Path> photos) {
      return photos.stream().map(Parisian::locateFile).toList();
    }

    private static Location locateFile(Path photo) {
      try {
        if (Files.readString(photo).contains("cut")) {
          throw new IOException("the file is cut short");
        }
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read photo " + photo + ": " + e.getMessage(), e);
      }
      return new Location(PARIS, List.of(new Candidate(PARIS, 0.7, 10, new Tile(3, 4, 2))));
    }

    @Override
    public List<Location> locateImages(List<BufferedImage> photos) {
      throw new AssertionError("photo files stay files");
    }

    @Override
    public void close() {}
  }

  @BeforeEach
  void writeABenchmark() throws IOException {
    Files.writeString(
        root.resolve("im2gps3k.csv"),
        "IMG_ID,LAT,LON\na.jpg,48.8584,2.2945\nb.jpg,45.76,4.84\nc.jpg,48.85,2.35\n");
    for (String name : new String[] {"a.jpg", "b.jpg", "c.jpg"}) {
      Files.writeString(root.resolve(name), name);
    }
  }

  private static BufferedImage picture(Path file) {
    assertThat(file).exists();
    return new BufferedImage(3, 2, BufferedImage.TYPE_INT_RGB);
  }

  @Test
  void measuresALocalizerInTwoLines() {
    PhotoBenchmark benchmark = PhotoProtocol.named("im2gps3k").open(root);
    DistanceReport report = benchmark.evaluate(new Parisian()).report().distances();
    assertThat(report.limitsKm()).isEqualTo(DistanceReport.STANDARD_KM);
    assertThat(report.accuracyWithinKm(1)).isEqualTo(1.0 / 3);
    assertThat(report.accuracyWithinKm(25)).isEqualTo(2.0 / 3);
    assertThat(report.photos()).hasSize(3).first().asString().endsWith("a.jpg");
  }

  @Test
  void showsTheRunInEveryFormat() {
    PhotoEvaluation evaluation =
        PhotoProtocol.IM2GPS3K.open(root).evaluate(new Parisian()).named("parisian_1");
    assertThat(evaluation.toMarkdown())
        .contains("| within | photos |", "### Beside figures published elsewhere")
        .contains("| parisian_1 \u2020 |", "not the whole benchmark");
    JsonObject json = JsonParser.parseString(evaluation.toJson()).getAsJsonObject();
    assertThat(json.get("system").getAsString()).isEqualTo("parisian_1");
    assertThat(json.get("benchmark").getAsString()).isEqualTo("IM2GPS3k");
    assertThat(json.get("wholeBenchmark").getAsBoolean()).isFalse();
    assertThat(json.get("count").getAsInt()).isEqualTo(3);
    assertThat(json.getAsJsonObject("reliability")).isNotNull();
    assertThat(evaluation.toCsv()).contains("all,3,within 1 km,0.333");
    assertThat(evaluation.toTable().toLatex())
        .startsWith("% \\usepackage{booktabs}\n\\begin{table}")
        .contains("parisian\\_1$^{\\dagger}$ & 33.3 &")
        .contains(
            "$^{\\dagger}$ measured on 3 of 2,997 photos: does not compare with the other rows}")
        .contains("\\caption{parisian\\_1 on IM2GPS3k, not the whole benchmark}");
    assertThat(evaluation.toHtml(PhotoBenchmarkTest::picture).toHtml())
        .contains("parisian_1 on IM2GPS3k, photos: 3", "data-chart=\"map\"", "data:image/jpeg");
    assertThat(evaluation.answers().entries().get(1).extra()).containsEntry("score", "0.7");
  }

  @Test
  void readsItsOwnJson() throws IOException {
    Path json = root.resolve("run.json");
    PhotoEvaluation evaluation = PhotoProtocol.IM2GPS3K.open(root).evaluate(new Parisian());
    Files.writeString(json, evaluation.toJson());
    assertThat(DistanceReport.readJson(json).errors().toArray())
        .isEqualTo(evaluation.report().distances().errors().toArray());
  }

  @Test
  void leavesOutUnreadablePhotosOnlyIfTold() throws IOException {
    Files.writeString(root.resolve("b.jpg"), "cut");
    PhotoBenchmark benchmark = PhotoProtocol.IM2GPS3K.open(root);
    assertThatThrownBy(() -> benchmark.evaluate(new Parisian()))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("b.jpg: the file is cut short");
    PhotoEvaluation evaluation = benchmark.skippingUnreadable().evaluate(new Parisian());
    assertThat(evaluation.skipped())
        .extracting(PhotoOutcome.Failed::reason)
        .singleElement()
        .asString()
        .contains("b.jpg");
    assertThat(evaluation.report().distances().count()).isEqualTo(2);
    assertThat(evaluation.toJson()).contains("\"skipped\": [", "\"wholeBenchmark\": false");
    assertThat(evaluation.toHtml(PhotoBenchmarkTest::picture).toHtml())
        .contains("unreadable photos, left out");
  }

  @Test
  void countsPhotosWithoutAnAnswerAsFarAsCanBe() {
    Parisian shy =
        new Parisian() {
          @Override
          public List<Location> locateAll(List<Path> photos) {
            if (photos.stream().anyMatch(photo -> photo.endsWith("b.jpg"))) {
              throw new NoAnswerException("it resembles nothing");
            }
            return super.locateAll(photos);
          }
        };
    PhotoEvaluation evaluation = PhotoProtocol.IM2GPS3K.open(root).evaluate(shy);
    assertThat(evaluation.unanswered())
        .extracting(PhotoOutcome.Unanswered::reason)
        .containsExactly("it resembles nothing");
    assertThat(evaluation.report().distances().count()).isEqualTo(3);
    assertThat(evaluation.report().distances().errors().quantileKm(1))
        .isCloseTo(DistanceErrors.WORST_KM, within(1e-6));
    assertThat(evaluation.toJson()).contains("\"unanswered\": [");
    assertThat(evaluation.toMarkdown())
        .contains("photos without an answer, which count as 20,015 km away: 1.");
    assertThat(evaluation.toHtml(PhotoBenchmarkTest::picture).toHtml())
        .contains("photos without an answer");
  }

  @Test
  void refusesABenchmarkWithoutItsImages() throws IOException {
    Files.delete(root.resolve("c.jpg"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PhotoProtocol.IM2GPS3K.open(root))
        .withMessage("the data are not complete: images missing: 1 (c.jpg)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PhotoProtocol.named("im2gps4"))
        .withMessageStartingWith("no protocol im2gps4, only im2gps, im2gps3k,");
  }

  /** Benchmarks name photos by bare ids, other systems' answers by files. */
  @Test
  void pairsPredictionsNamedByFilesWithIds() throws IOException {
    Files.writeString(
        root.resolve("test.csv"), "id,latitude,longitude\n1018881332,48.8584,2.2945\n");
    Path csv = root.resolve("answers.csv");
    Files.writeString(csv, "image,latitude,longitude\n1018881332.jpg,48.8584,2.2945\n");
    PhotoSet table = PhotoProtocol.OSV5M.readTable(root);
    PhotoEvaluation evaluation =
        PhotoBenchmark.of(PhotoProtocol.OSV5M, table).evaluate(Manifest.readCsv(csv));
    assertThat(evaluation.report().distances().accuracyWithinKm(1)).isEqualTo(1);
  }

  /** Predictions that keep the columns of OSV-5M's table. */
  @Test
  void measuresPredictionsWithIdsOfMapillarysSequences() throws IOException {
    Path csv = root.resolve("osv5m.csv");
    Files.writeString(
        csv,
        """
        image,latitude,longitude,sequence
        1,-43.8,-176.6,jCe8ul2PRh2bbmPZkkNRIA
        2,-43.9,170.1,
        """);
    PhotoSet photos = PhotoSet.of(Manifest.readCsv(csv), false);
    PhotoEvaluation evaluation = PhotoBenchmark.of(photos).evaluate(Manifest.readCsv(csv));
    assertThat(evaluation.report().sequences()).isEmpty();
    assertThat(evaluation.toMarkdown()).doesNotContain("sequence", "published elsewhere");
    assertThat(evaluation.toTable().rows()).hasSize(1);
  }
}
