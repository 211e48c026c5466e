package io.github.geofix.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.geofix.core.Candidate;
import io.github.geofix.core.Location;
import io.github.geofix.core.Location.ScoreRegion;
import io.github.geofix.core.cell.S2Cell;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.Region;
import io.github.geofix.eval.report.HtmlReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegionCoverageTest {
  private static final LatLng PARIS = new LatLng(48.8566, 2.3522);
  private static final LatLng TOKYO = new LatLng(35.6762, 139.6503);

  @TempDir private Path folder;

  private static Location location(LatLng guess, ScoreRegion... regions) {
    return new Location(guess, List.of(Candidate.of(S2Cell.ofToken("1"), 1)), List.of(regions));
  }

  private static ScoreRegion around(double share, LatLng center, double km) {
    return new ScoreRegion(share, Region.around(center, km));
  }

  private static final DistanceReport REPORT =
      DistanceReport.ofLocations(
          List.of(PARIS, PARIS, TOKYO, TOKYO),
          List.of(
              location(PARIS, around(0.5, PARIS, 10), around(0.9, PARIS, 100)),
              location(TOKYO, around(0.5, TOKYO, 10), around(0.9, PARIS, 100)),
              location(TOKYO, around(0.5, PARIS, 10), around(0.9, TOKYO, 100)),
              location(PARIS, around(0.5, PARIS, 10), around(0.9, PARIS, 100))),
          List.of(25.0));

  @Test
  void countsThePhotosWhoseRegionHoldsTheTruth() {
    assertThat(REPORT.regions()).hasSize(2);
    assertThat(REPORT.regions().get(0).measured()).isEqualTo(Share.of(1, 4));
    assertThat(REPORT.regions().get(1).measured()).isEqualTo(Share.of(3, 4));
    assertThat(REPORT.regions().get(0).medianAreaKm2())
        .isCloseTo(Region.around(PARIS, 10).areaKm2(), within(50.0));
  }

  @Test
  void isKeptInJson() throws IOException {
    JsonArray regions =
        JsonParser.parseString(REPORT.toJson()).getAsJsonObject().getAsJsonArray("regions");
    JsonObject ninety = regions.get(1).getAsJsonObject();
    assertThat(ninety.get("share").getAsDouble()).isEqualTo(0.9);
    assertThat(ninety.getAsJsonObject("measured").get("accuracy").getAsDouble()).isEqualTo(0.75);
    Path file = folder.resolve("report.json");
    Files.writeString(file, REPORT.toJson());
    assertThat(DistanceReport.readJson(file).regions()).isEqualTo(REPORT.regions());
  }

  @Test
  void isShownAsATable() {
    assertThat(REPORT.toMarkdown())
        .contains("| region | holds the truth |")
        .contains("| 90 % | 75.0 % |");
    assertThat(HtmlReport.comparing("Two", Map.of("ours", REPORT)).toHtml())
        .contains("Regions of ours");
  }

  @Test
  void followsThePhotosIntoTheirGroups() {
    Map<String, DistanceReport> groups = REPORT.by(List.of("a", "b", "a", "b"));
    assertThat(groups.values())
        .extracting(group -> group.regions().get(1).measured())
        .containsExactly(Share.of(2, 2), Share.of(1, 2));
  }

  @Test
  void saysNothingWhereALocationHasNoRegions() {
    List<Location> mixed = List.of(location(PARIS, around(0.5, PARIS, 10)), location(PARIS));
    assertThat(RegionCoverage.of(List.of(PARIS, PARIS), mixed)).isEmpty();
    DistanceReport plain = DistanceReport.of(List.of(PARIS), List.of(TOKYO));
    assertThat(plain.toMarkdown()).doesNotContain("region");
    assertThat(plain.toJson()).doesNotContain("regions");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RegionCoverage.of(List.of(PARIS), mixed))
        .withMessage("1 truth does not pair with 2 locations");
  }

  @Test
  void notesRegionsThatHoldTheTruthTooSeldom() {
    List<Boolean> held = new ArrayList<>(Collections.nCopies(65, true));
    held.addAll(Collections.nCopies(35, false));
    List<Double> areas = Collections.nCopies(100, 1.0);
    RegionCoverage half = new RegionCoverage(0.5, held, areas);
    RegionCoverage nineTenths = new RegionCoverage(0.9, held, areas);
    assertThat(half.isShort()).isFalse();
    assertThat(nineTenths.isShort()).isTrue();
    assertThat(RegionCoverage.note(List.of(half))).isEmpty();
    assertThat(RegionCoverage.note(List.of(half, nineTenths)))
        .startsWith("Note: the 90 % region held the truth for 65.0 % of the photos only. ")
        .contains("cells of fewer points");
    DistanceErrors errors = DistanceErrors.ofKm(new double[100]);
    assertThat(
            new DistanceReport(errors, List.of(1.0), List.of(), List.of(half, nineTenths))
                .toMarkdown())
        .contains("65.0 % of the photos only");
  }

  private static final double EARTH = 4 * Math.PI * 6371.01 * 6371.01;

  private static RegionCoverage one(double share, boolean held, double areaKm2) {
    return new RegionCoverage(share, List.of(held), List.of(areaKm2));
  }

  private static double density(RegionCoverage... coverages) {
    return Math.exp(-RegionCoverage.negativeLogLikelihood(List.of(coverages)));
  }

  @Test
  void theDensityOfRegionsHoldsTheirShares() {
    double inside = density(one(0.5, true, 1000), one(0.9, true, 5000));
    double between = density(one(0.5, false, 1000), one(0.9, true, 5000));
    double outside = density(one(0.5, false, 1000), one(0.9, false, 5000));
    assertThat(inside).isCloseTo(0.5 / 1000, within(1e-12));
    assertThat(between).isCloseTo(0.4 / 4000, within(1e-12));
    assertThat(inside * 1000 + between * 4000 + outside * (EARTH - 5000))
        .isCloseTo(1, within(1e-9));
  }

  @Test
  void regionsOfOneAreaLeaveTheirShareToTheRest() {
    assertThat(density(one(0.5, true, 1000), one(0.9, true, 1000)))
        .isCloseTo(0.5 / 1000, within(1e-12));
    assertThat(density(one(0.5, false, 1000), one(0.9, false, 1000)) * (EARTH - 1000))
        .isCloseTo(0.5, within(1e-9));
    assertThat(RegionCoverage.negativeLogLikelihood(List.of(one(1, false, 1000))))
        .isEqualTo(Double.POSITIVE_INFINITY);
  }

  @Test
  void knowingNothingHasTheLogarithmOfTheEarth() {
    assertThat(RegionCoverage.negativeLogLikelihood(List.of(one(0.5, true, EARTH / 2))))
        .isCloseTo(Math.log(EARTH), within(1e-9))
        .isCloseTo(20.05, within(0.005));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RegionCoverage.negativeLogLikelihood(List.of()));
  }

  /** Truths drawn from the density that regions of one size state; others fit it worse. */
  @Test
  void theTrueDensityHasTheLeast() {
    SplittableRandom random = new SplittableRandom(1);
    List<LatLng> truths = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      double drawn = random.nextDouble();
      double u = random.nextDouble();
      // On so small a disk, areas grow with the square of the distance.
      double km =
          drawn < 0.5
              ? 100 * Math.sqrt(u)
              : drawn < 0.9 ? Math.sqrt(100 * 100 + u * (200 * 200 - 100 * 100)) : 9000;
      truths.add(new LatLng(Math.toDegrees(km / 6371.01), 0));
    }
    double best = nats(truths, 1);
    assertThat(best).isLessThan(nats(truths, 0.7));
    assertThat(best).isLessThan(nats(truths, 1.4));
  }

  private static double nats(List<LatLng> truths, double scale) {
    LatLng center = new LatLng(0, 0);
    Location location =
        location(center, around(0.5, center, 100 * scale), around(0.9, center, 200 * scale));
    return RegionCoverage.negativeLogLikelihood(
        RegionCoverage.of(truths, Collections.nCopies(truths.size(), location)));
  }
}
