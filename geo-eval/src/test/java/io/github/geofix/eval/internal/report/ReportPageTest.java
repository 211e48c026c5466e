package io.github.geofix.eval.internal.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.Location;
import io.github.geofix.core.Location.ScoreRegion;
import io.github.geofix.core.Manifest;
import io.github.geofix.core.cell.CellPath;
import io.github.geofix.core.cell.S2Cell;
import io.github.geofix.core.cell.Tile;
import io.github.geofix.core.cell.ZoomGrid;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.Embeddings;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.core.partition.Region;
import io.github.geofix.eval.DistanceEvaluator;
import io.github.geofix.eval.DistanceReport;
import io.github.geofix.eval.Matches;
import io.github.geofix.eval.Matches.Judgment;
import io.github.geofix.eval.PhotoReport;
import io.github.geofix.eval.RetrievalEvaluator;
import io.github.geofix.eval.RetrievalReport;
import io.github.geofix.eval.Share;
import io.github.geofix.eval.Table;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportPageTest {

  private static final String SAMPLE = SampleReport.of(1, SampleReport.painted()).toHtml();

  @Test
  void fetchesNothing() {
    Matcher addresses = Pattern.compile("<[^>]*\\b(?:src|href)=\"?([^\"> ]{0,20})").matcher(SAMPLE);
    int found = 0;
    while (addresses.find()) {
      assertThat(addresses.group(1)).matches("(data:image/|#section-).*");
      found++;
    }
    assertThat(found).isGreaterThan(30);
    assertThat(SAMPLE).contains("default-src &#x27;none&#x27;").doesNotContain("@import", "url(");
  }

  @Test
  void holdsThePictureOfTheEarthOnce() {
    assertThat(SAMPLE.split("id=\"world\"", -1)).hasSize(2);
    assertThat(SAMPLE.length()).isLessThan(1_500_000);
  }

  @Test
  void showsEverySectionAndLinksToIt() {
    for (int i = 1; i <= 9; i++) {
      assertThat(SAMPLE).contains("<a href=\"#section-" + i + "\">", "<section id=\"section-" + i);
    }
    assertThat(SAMPLE)
        .contains("data-chart=\"curves\"", "data-chart=\"map\"", "data-chart=\"cells\"")
        .contains("data-chart=\"reliability\"", "Expected calibration error");
  }

  @Test
  void takesTextAsText() {
    String hostile = "</script><img src=x onerror=alert(1)>&\"'";
    LocatedPhoto photo =
        LocatedPhoto.of(
                hostile,
                new LatLng(0, 0),
                new Location(new LatLng(1, 1), List.of(Candidate.of(new Tile(1, 0, 0), 1))))
            .withPicture(
                hostile, EmbeddedImage.png(new BufferedImage(2, 2, BufferedImage.TYPE_INT_ARGB)));
    Map<String, DistanceReport> systems =
        Map.of(hostile, DistanceReport.of(List.of(photo.truth()), List.of(photo.guess())));
    String html =
        ReportPage.titled(hostile)
            .subtitle(hostile)
            .add(ReportSection.text(hostile, hostile))
            .add(ReportSection.table(hostile, hostile, new Table(hostile).row(hostile)))
            .add(ReportSection.comparison(hostile, hostile, systems))
            .add(
                ReportSection.errorCurves(
                    hostile,
                    hostile,
                    Map.of(hostile, systems.values().iterator().next().errors()),
                    List.of(25.0)))
            .add(ReportSection.worldMap(hostile, hostile, List.of(photo), 25, 750))
            .add(ReportSection.photos(hostile, hostile, List.of(photo), 25, 750))
            .add(ReportSection.shares(hostile, hostile, Map.of(hostile, Share.of(1, 2))))
            .add(ReportSection.retrieved(hostile, hostile, List.of(retrieved(hostile))))
            .provenance(hostile, hostile)
            .toHtml();
    assertThat(html).doesNotContain("<img src=x").doesNotContain("</script><img");
    assertThat(html).contains("&lt;/script&gt;&lt;img");
  }

  private static RetrievedPhoto retrieved(String name) {
    return new RetrievedPhoto(
        name,
        3,
        Optional.empty(),
        Optional.empty(),
        List.of(new RetrievedPhoto.Found(name, 0.5f, Judgment.COVERING, Optional.empty())));
  }

  @Test
  void showsThePathToATileAndTheCellsOfRegions() {
    LatLng guess = new LatLng(10, 20);
    Location location =
        new Location(
            guess,
            List.of(new Candidate(guess, 1, 5, new Tile(3, 4, 3))),
            List.of(new ScoreRegion(0.9, Region.ofTokens(List.of("47a1cb", "47a1cd")))));
    LocatedPhoto photo = LocatedPhoto.of("a", guess, location);
    assertThat(photo.path())
        .extracting(LocatedPhoto.ScoredCell::name)
        .containsExactly("1/1/0", "2/2/1", "3/4/3");
    // Two neighbors: the edge between them is no border.
    assertThat(photo.regions().get(0).border()).hasSize(6);
    String html =
        ReportPage.titled("").add(ReportSection.photos("", "", List.of(photo), 25, 750)).toHtml();
    assertThat(html).contains("path: 1/1/0 › 2/2/1 › 3/4/3", "\"share\":0.9");
  }

  @Test
  void drawsTheBorderOfCellsOfSeveralSizes() {
    // A cell and two of the four children of its neighbor.
    CellPartition child = CellPartition.ofTokens(List.of("47a1c4", "47a1d1", "47a1d3"));
    List<String> tokens = IntStream.range(0, 3).mapToObj(child::s2Token).toList();
    Region region = Region.ofTokens(tokens);
    LatLng guess = child.centerOf(0);
    Location location =
        new Location(
            guess,
            List.of(new Candidate(guess, 1, 5, child.cell(0))),
            List.of(new ScoreRegion(0.5, region)));
    double drawn = 0;
    double all = 0;
    for (List<LatLng> line : LocatedPhoto.of("a", guess, location).regions().get(0).border()) {
      drawn += GreatCircle.distanceKm(line.get(0), line.get(1));
      // The region is on one side of its border, and not on the other.
      double latitude = (line.get(0).latitude() + line.get(1).latitude()) / 2;
      double longitude = (line.get(0).longitude() + line.get(1).longitude()) / 2;
      assertThat(
              IntStream.range(0, 12)
                  .filter(
                      i ->
                          region.contains(
                              latitude + 1e-4 * Math.sin(i), longitude + 1e-4 * Math.cos(i)))
                  .count())
          .isBetween(1L, 11L);
    }
    for (List<LatLng> cell : region.rings()) {
      for (int i = 0; i < 4; i++) {
        all += GreatCircle.distanceKm(cell.get(i), cell.get((i + 1) % 4));
      }
    }
    // What is left out lies between two cells, so it was there twice.
    assertThat(drawn).isBetween(0.4 * all, 0.9 * all);
  }

  @Test
  void putsARunOverPhotosOnOnePage() {
    Manifest photos =
        Manifest.of(
            List.of(
                new Manifest.Entry(Path.of("a.jpg"), new LatLng(48, 2), Map.of("score", "0.7")),
                new Manifest.Entry(Path.of("b.jpg"), new LatLng(36, 140), Map.of("score", "0.2"))));
    PhotoReport report =
        PhotoReport.of(
            DistanceEvaluator.defaults().evaluate(photos, photos),
            photos,
            photos,
            PhotoReport.Options.defaults()
                .withCells(CellPartition.fixedLevel(photos.locations(), 3)));
    List<LocatedPhoto> shown =
        List.of(LocatedPhoto.of("a.jpg", new LatLng(48, 2), new LatLng(48, 2)));
    assertThat(ReportPage.of("mine", report, shown, 1).toHtml())
        .contains("By continent", "Europe", "By cell", "From continent to continent")
        .contains("<th scope=\"col\">continent</th>")
        .contains("How far scores can be trusted", "Where photos went", "Photo by photo");
    assertThat(ReportPage.of("mine", report, List.of(), 1).toHtml())
        .doesNotContain("Where photos went");
  }

  @Test
  void putsARetrievalOnOnePage() {
    Embeddings rows = Embeddings.of(new float[][] {{1, 0}, {0, 1}, {1, 1}});
    RetrievalReport report =
        RetrievalEvaluator.recallAt(1, 5).evaluate(rows, rows, Matches.of(0, 1, 2));
    assertThat(ReportPage.ofRetrieval("mine", report, List.of(retrieved("q"))).toHtml())
        .contains("R@5", "\"unit\":\"rank\"", "rank 3", "covers")
        .contains("data-error=\"3\"")
        .doesNotContain("great circles");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new RetrievedPhoto("q", 0, Optional.empty(), Optional.empty(), List.of()));
  }

  @Test
  void writesTheFile(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("deep/report.html");
    ReportPage.titled("Größe").add(ReportSection.text("", "two words")).write(file);
    assertThat(Files.readString(file)).startsWith("<!DOCTYPE html>").contains("Größe", "two words");
  }

  @Test
  void drawsEveryKindOfCellByItsCorners() {
    LatLng center = new LatLng(60, 179);
    ZoomGrid grid = ZoomGrid.local(center, 100_000, 4);
    Location location =
        new Location(
            center,
            List.of(
                new Candidate(center, 0.7, 100, grid.cell(CellPath.of(6))),
                new Candidate(center, 0.3, 5, S2Cell.ofToken("47a1cb")),
                new Candidate(center, 0.2, 5, new Tile(1, 1, 0))));
    LocatedPhoto photo = LocatedPhoto.of("a", center, location);
    assertThat(photo.path()).extracting(LocatedPhoto.ScoredCell::name).containsExactly("6");
    List<LocatedPhoto.ScoredCell> cells = photo.cells();
    // The third cell of the second row, 25 km wide, touches the middle with its south-west corner.
    assertThat(cells.get(0).outline()).hasSize(4);
    assertThat(GreatCircle.distanceKm(center, cells.get(0).outline().get(0))).isLessThan(0.2);
    assertThat(GreatCircle.distanceKm(center, cells.get(0).outline().get(2))).isBetween(35.1, 35.6);
    assertThat(cells.get(1).outline()).hasSize(4);
    assertThat(cells.get(2).outline()).startsWith(new LatLng(0, 0), new LatLng(0, 180));
  }

  @Test
  void makesThumbnailsOfAnyImageTypeAndRefusesOutsideAddresses() {
    EmbeddedImage thumbnail =
        EmbeddedImage.thumbnail(new BufferedImage(1000, 300, BufferedImage.TYPE_INT_ARGB), 128);
    assertThat(thumbnail.width()).isEqualTo(128);
    assertThat(thumbnail.height()).isBetween(38, 39);
    assertThat(thumbnail.address()).startsWith("data:image/jpeg;base64,");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new EmbeddedImage("https://example.org/a.png", 1, 1));
  }

  @Test
  void writesDistancesForPeople() {
    assertThat(List.of(0.042, 1.52, 25.0, 190.6, 8518.2))
        .extracting(Html::distance)
        .containsExactly("42 m", "1.5 km", "25 km", "191 km", "8\u202F518 km");
  }

  @Test
  void comparesSystemsPhotoByPhotoAndBesidePublishedFigures() {
    List<LatLng> truths = List.of(new LatLng(0, 0), new LatLng(10, 10), new LatLng(20, 20));
    Map<String, DistanceReport> systems = new LinkedHashMap<>();
    systems.put(
        "old", DistanceReport.of(truths, List.of(truths.get(1), truths.get(2), truths.get(0))));
    systems.put("new", DistanceReport.of(truths, truths));
    String html = ReportPage.comparing("Two runs", systems).published("IM2GPS3k").toHtml();
    assertThat(html)
        .contains("new against old", "+100.0 points", "Published elsewhere")
        .contains("None of it was measured here");
  }
}
