package io.github.geofix.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.geofix.core.Manifest;
import io.github.geofix.core.cell.ZoomGrid;
import io.github.geofix.core.geodesy.Boundaries;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.Embeddings;
import io.github.geofix.core.partition.CellPartition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PhotoReportTest {

  private static final LatLng PARIS = new LatLng(48.85, 2.35);
  private static final LatLng LYON = new LatLng(45.76, 4.84);
  private static final LatLng TOKYO = new LatLng(35.68, 139.69);

  private static Manifest manifest(Map<String, String> columns, LatLng... places) {
    List<Manifest.Entry> entries = new ArrayList<>();
    for (int i = 0; i < places.length; i++) {
      entries.add(new Manifest.Entry(Path.of(i + ".jpg"), places[i], columns));
    }
    return Manifest.of(entries);
  }

  private static PhotoReport report(
      Manifest photos, Manifest answers, PhotoReport.Options options) {
    return PhotoReport.of(
        DistanceEvaluator.defaults().evaluate(answers, photos), photos, answers, options);
  }

  @Test
  void breaksTheFiguresDownByContinentAndCell() {
    Manifest photos = manifest(Map.of(), PARIS, LYON, TOKYO);
    Manifest answers = manifest(Map.of(), PARIS, PARIS, LYON);
    PhotoReport report =
        report(
            photos,
            answers,
            PhotoReport.Options.defaults()
                .withCells(CellPartition.fixedLevel(List.of(PARIS, TOKYO), 6)));
    assertThat(report.continents().keySet()).containsExactly("Europe", "Asia");
    assertThat(report.continents())
        .hasEntrySatisfying(
            "Europe", europe -> assertThat(europe.accuracyWithinKm(1)).isEqualTo(0.5));
    assertThat(report.confusion().regions()).containsExactly("Europe", "Asia");
    assertThat(report.confusion().counts()).containsExactly(List.of(2, 0), List.of(1, 0));
    assertThat(report.cells()).hasSize(3).containsKey("no cell");
    assertThat(report.headings()).isEmpty();
    assertThat(report.reliability()).isEmpty();
    assertThat(report.toMarkdown()).contains("### By continent", "| Europe | 2 |", "### By cell");
    assertThat(report.toCsv())
        .startsWith("group,photos,metric,value,low,high\n")
        .contains("continent Europe,2,within 1 km,0.5,", "all,3,median km,", "all,3,quantile 0.9");
    JsonObject json = JsonParser.parseString(report.toJson()).getAsJsonObject();
    assertThat(json.getAsJsonObject("continents").getAsJsonObject("Asia").get("count").getAsInt())
        .isEqualTo(1);
    assertThat(json.getAsJsonObject("cells").keySet()).hasSize(3);
  }

  @Test
  void isReadAgainAsTheDistancesItHolds(@TempDir Path folder) throws IOException {
    Manifest photos = manifest(Map.of(), PARIS, LYON);
    PhotoReport report = report(photos, manifest(Map.of(), PARIS, PARIS), defaults());
    Files.writeString(folder.resolve("run.json"), report.toJson());
    assertThat(DistanceReport.readJson(folder.resolve("run.json")).toJson())
        .isEqualTo(report.distances().toJson());
  }

  private static PhotoReport.Options defaults() {
    return PhotoReport.Options.defaults();
  }

  @Test
  void reportsHeadingsSequencesAndScoresWhereTheyAreWritten() {
    Manifest photos = manifest(Map.of("heading", "350", "sequence", "[7, 6]"), PARIS, LYON);
    Manifest answers =
        Manifest.of(
            List.of(
                answer(0, PARIS, Map.of("heading", "10", "sequence", "7 6", "score", "0.9")),
                answer(1, TOKYO, Map.of("heading", "340", "sequence", "7 5", "score", "0.2"))));
    PhotoReport report = report(photos, answers, defaults());
    assertThat(report.headings().orElseThrow().medianDegrees()).isCloseTo(15, within(1e-9));
    assertThat(report.sequences().orElseThrow().strict().accuracy()).isEqualTo(0.5);
    assertThat(report.sequences().orElseThrow().prefixes().get(0).accuracy()).isEqualTo(1);
    assertThat(report.reliability().orElseThrow().expectedCalibrationError())
        .isCloseTo(0.15, within(1e-9));
    assertThat(report.toMarkdown())
        .contains("| heading error median degrees | 15.000 |  |")
        .contains("| sequence right at every step | 50.0 % | 9.5 to 90.5 |");
    assertThat(report.toCsv())
        .contains("all,2,heading within 45 degrees,1.0,")
        .contains("all,2,expected calibration error within 200 km,0.15");
    JsonObject json = JsonParser.parseString(report.toJson()).getAsJsonObject();
    assertThat(json.getAsJsonObject("headings").get("medianDegrees").getAsDouble())
        .isCloseTo(15, within(1e-9));
    assertThat(json.getAsJsonObject("sequences").getAsJsonObject("strict").get("accuracy"))
        .hasToString("0.5");
    assertThat(json.getAsJsonObject("reliability").getAsJsonArray("bins")).hasSize(2);
  }

  private static Manifest.Entry answer(int index, LatLng place, Map<String, String> columns) {
    return new Manifest.Entry(Path.of(index + ".jpg"), place, columns);
  }

  @Test
  void findsSequencesOfAGridFromPlaces() {
    ZoomGrid grid = ZoomGrid.local(PARIS, 10_000, 4, 4);
    Manifest photos = manifest(Map.of(), PARIS, PARIS, LYON);
    Manifest answers = manifest(Map.of(), PARIS, TOKYO, LYON);
    // Lyon lies outside: no answer there is right, not even Lyon.
    assertThat(
            report(photos, answers, defaults().withGrid(grid)).sequences().orElseThrow().strict())
        .isEqualTo(Share.of(1, 3));
  }

  /** OSV-5M's table has a column of that name, with Mapillary's ids; some are empty. */
  @Test
  void leavesASequenceColumnOfOtherMakersAlone() {
    for (String id : new String[] {"jCe8ul2PRh2bbmPZkkNRIA", "4449826985073821", ""}) {
      Manifest photos =
          Manifest.of(
              List.of(
                  answer(0, PARIS, Map.of("sequence", id)),
                  answer(1, LYON, Map.of("sequence", "7 6 6 5"))));
      PhotoReport report = report(photos, photos, defaults());
      assertThat(report.sequences()).isEmpty();
      assertThat(report.toMarkdown()).doesNotContain("sequence");
    }
  }

  @Test
  void namesTheAnswerWithoutAPath() {
    Manifest photos = manifest(Map.of("sequence", "7 6"), PARIS);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> report(photos, manifest(Map.of("sequence", "7 six"), PARIS), defaults()))
        .withMessage("the sequence of 0.jpg is not a zoom path such as 7 6 6 5: \"7 six\"");
  }

  @Test
  void namesSharesAsPapersDo() {
    Manifest photos = manifest(Map.of(), PARIS);
    DistanceReport distances =
        DistanceEvaluator.defaults().withKm(0.04, 0.1, 25).evaluate(photos, photos);
    assertThat(PhotoReport.of(distances, photos, photos, defaults()).shares().keySet())
        .containsExactly("R@40m", "R@100m", "acc@25km");
  }

  @Test
  void refusesWhatDoesNotFit() {
    Manifest photos = manifest(Map.of("heading", "350"), PARIS);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> report(photos, manifest(Map.of("heading", "north"), PARIS), defaults()))
        .withMessage("the heading of 0.jpg is not a number: \"north\"");
    DistanceReport two = DistanceReport.of(List.of(PARIS, LYON), List.of(PARIS, LYON));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PhotoReport.of(two, photos, photos, defaults()))
        .withMessage("1 answer and 2 distances do not fit 1 photo");
    assertThatIllegalArgumentException().isThrownBy(() -> defaults().withRightKm(0));
  }

  @Test
  void namesThePhotoWhoseScoreIsNone() {
    Manifest photos = manifest(Map.of(), PARIS, LYON);
    for (String score : new String[] {"1.3", "-0.1", "NaN"}) {
      assertThatIllegalArgumentException()
          .isThrownBy(
              () ->
                  report(
                      photos,
                      Manifest.of(
                          List.of(
                              answer(0, PARIS, Map.of("score", "0.9")),
                              answer(1, LYON, Map.of("score", score)))),
                      defaults()))
          .withMessage(
              "the score of 1.jpg is "
                  + score
                  + ", not within 0 to 1: rename the column if it holds something else");
    }
  }

  @Test
  void scoresHowFarDownTheHierarchyAnswersAreRight() {
    LatLng berlin = new LatLng(52.52, 13.4);
    PhotoReport report =
        report(
            manifest(Map.of(), PARIS, PARIS, PARIS, TOKYO),
            manifest(Map.of(), LYON, berlin, TOKYO, TOKYO),
            defaults());
    PhotoReport.Hierarchy hierarchy = report.hierarchy();
    assertThat(hierarchy.continent()).isEqualTo(Share.of(3, 4));
    assertThat(hierarchy.country()).isEqualTo(Share.of(2, 4));
    assertThat(hierarchy.meanPathScore()).isEqualTo((1 + 0.5 + 0 + 1) / 4);
    assertThat(report.toMarkdown()).contains("| hierarchical path score | 0.625 |");
    assertThat(report.toCsv()).contains("all,4,country right,0.5,");
    JsonObject json = JsonParser.parseString(report.toJson()).getAsJsonObject();
    assertThat(json.getAsJsonObject("hierarchy").get("meanPathScore").getAsDouble())
        .isEqualTo(0.625);
    assertThat(json.has("negativeLogLikelihood")).isFalse();
    assertThat(json.has("bootstrap")).isFalse();
  }

  @Test
  void regionsAreAThirdLevelOfTheHierarchy(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("regions.geojson");
    Files.writeString(
        file,
        """
        {"type": "FeatureCollection", "features": [
          {"type": "Feature", "properties": {"name": "north"}, "geometry": {"type": "Polygon",
           "coordinates": [[[0, 47], [15, 47], [15, 50], [0, 50], [0, 47]]]}},
          {"type": "Feature", "properties": {"name": "south"}, "geometry": {"type": "Polygon",
           "coordinates": [[[0, 40], [15, 40], [15, 47], [0, 47], [0, 40]]]}}]}
        """);
    Boundaries boundaries = Boundaries.readGeoJson(file, "name");
    LatLng stuttgart = new LatLng(48.78, 9.18);
    LatLng reims = new LatLng(49.25, 4.03);
    // The right region across a border, the right region, the right country, and no region.
    PhotoReport.Hierarchy hierarchy =
        report(
                manifest(Map.of(), PARIS, PARIS, PARIS, TOKYO),
                manifest(Map.of(), stuttgart, reims, LYON, TOKYO),
                defaults().withBoundaries(boundaries))
            .hierarchy();
    assertThat(hierarchy.continent()).isEqualTo(Share.of(4, 4));
    assertThat(hierarchy.country()).isEqualTo(Share.of(3, 4));
    assertThat(hierarchy.region()).isEqualTo(Share.of(2, 3));
    assertThat(hierarchy.meanPathScore()).isCloseTo((1 + 1 + 2 / 3.0 + 1) / 4, within(1e-12));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                report(
                    manifest(Map.of(), TOKYO),
                    manifest(Map.of(), PARIS),
                    defaults().withBoundaries(boundaries)))
        .withMessage(
            "no photo was taken in any of the 2 regions: north, south: are they of another area?");
  }

  @Test
  void drawsThePhotosOfAPlaceTogether() {
    LatLng[] truths = new LatLng[100];
    LatLng[] guesses = new LatLng[100];
    for (int i = 0; i < 100; i++) {
      truths[i] = i < 50 ? PARIS : TOKYO;
      guesses[i] = PARIS;
    }
    PhotoReport.Resampling places =
        new PhotoReport.Resampling(Bootstrap.defaults(), OptionalInt.of(13));
    PhotoReport report =
        report(
            manifest(Map.of(), truths),
            manifest(Map.of(), guesses),
            defaults().withResampling(places));
    // Of two places that are drawn twice, both are Tokyo in a quarter of the resamples.
    Bootstrap.Interval shares = report.intervals().get("within 25 km");
    assertThat(shares).isEqualTo(new Bootstrap.Interval(0.5, 0, 1));
    assertThat(report.toMarkdown())
        .contains("### Intervals by bootstrap over 2 places", "| within 25 km | 50.0 % | 0.0 to");
    assertThat(report.toCsv())
        .contains("\nIntervals by bootstrap over 2 places,100,within 25 km,0.5,0.0,1.0\n");

    PhotoReport.Resampling photos =
        new PhotoReport.Resampling(Bootstrap.defaults(), OptionalInt.empty());
    PhotoReport drawnAlone =
        report(
            manifest(Map.of(), truths),
            manifest(Map.of(), guesses),
            defaults().withResampling(photos));
    Bootstrap.Interval alone = Objects.requireNonNull(drawnAlone.intervals().get("within 25 km"));
    // The binomial interval: 1.96 * sqrt(0.5 * 0.5 / 100) is 0.098.
    assertThat(alone.low()).isCloseTo(0.402, within(0.02));
    assertThat(alone.high()).isCloseTo(0.598, within(0.02));
    JsonObject json =
        JsonParser.parseString(report.toJson()).getAsJsonObject().getAsJsonObject("bootstrap");
    assertThat(json.get("over").getAsString()).isEqualTo("places");
    assertThat(json.get("drawn").getAsInt()).isEqualTo(2);
    assertThat(json.getAsJsonObject("byName").keySet()).contains("median km", "game score");
  }

  @Test
  void everyFigureIsDefinedInTheDocumentation(@TempDir Path folder) throws IOException {
    Map<String, String> columns = Map.of("score", "0.5", "heading", "90", "sequence", "7 6 6 5");
    Manifest photos = manifest(columns, PARIS, LYON);
    List<RegionCoverage> regions =
        List.of(new RegionCoverage(0.5, List.of(true, false), List.of(10.0, 10.0)));
    DistanceReport distances =
        new DistanceReport(
            DistanceErrors.ofKm(1, 2), DistanceReport.STANDARD_KM, List.of(), regions);
    Embeddings one = Embeddings.of(new float[][] {{3, 4}});
    List<String> names = new ArrayList<>();
    Path everywhere = folder.resolve("all.geojson");
    Files.writeString(
        everywhere,
        """
        {"type": "FeatureCollection", "features": [
          {"type": "Feature", "properties": {"name": "all"}, "geometry": {"type": "Polygon",
           "coordinates": [[[-180, -90], [180, -90], [180, 90], [-180, 90], [-180, -90]]]}}]}
        """);
    PhotoReport.Options options =
        defaults().withBoundaries(Boundaries.readGeoJson(everywhere, "name"));
    PhotoReport.of(distances, photos, photos, options)
        .toCsv()
        .lines()
        .skip(1)
        .map(line -> line.replace("\"negative log likelihood, nats per km2\"", "likelihood"))
        .forEach(line -> names.add(line.split(",")[2]));
    RetrievalEvaluator.recallAt(1)
        .evaluate(one, one, Matches.of(0))
        .toCsv()
        .lines()
        .skip(1)
        .forEach(line -> names.add(line.split(",")[0]));
    assertThat(names).contains("likelihood", "heading within 10 degrees", "R@1");
    List<String> defined =
        Files.readAllLines(Path.of("../docs/how-to/evaluate.md")).stream()
            .filter(line -> line.startsWith("| "))
            .flatMap(line -> Stream.of(line.split("\\|")[1].split(" / ")))
            .map(String::strip)
            .toList();
    assertThat(names)
        .allSatisfy(
            name ->
                assertThat(defined)
                    .contains(
                        name.equals("likelihood")
                            ? "negative log likelihood, nats per km2"
                            : name.replaceAll("\\d+(\\.\\d+)?", "K")));
  }
}
