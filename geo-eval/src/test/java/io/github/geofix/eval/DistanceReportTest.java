package io.github.geofix.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.geofix.core.geodesy.LatLng;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DistanceReportTest {

  private static final LatLng PARIS = new LatLng(48.8566, 2.3522);
  private static final LatLng BERLIN = new LatLng(52.52, 13.405);
  private static final LatLng TOKYO = new LatLng(35.6762, 139.6503);

  private static final DistanceReport REPORT =
      DistanceReport.of(List.of(PARIS, PARIS, PARIS), List.of(PARIS, BERLIN, TOKYO));

  @Test
  void countsPhotosWithinTheFieldsLimits() {
    assertThat(REPORT.accuracyWithinKm(1)).isEqualTo(1 / 3.0);
    assertThat(REPORT.accuracyWithinKm(750)).isEqualTo(1 / 3.0);
    assertThat(REPORT.accuracyWithinKm(2500)).isEqualTo(2 / 3.0);
    assertThat(REPORT.medianKm()).isBetween(870.0, 885.0);
  }

  @Test
  void writesJsonWithTheLimitsAsKeys() {
    JsonObject json = JsonParser.parseString(REPORT.toJson()).getAsJsonObject();
    assertThat(json.get("count").getAsInt()).isEqualTo(3);
    assertThat(json.get("medianKm").getAsDouble()).isEqualTo(REPORT.medianKm());
    JsonObject within = json.getAsJsonObject("withinKm");
    assertThat(within.keySet()).containsExactly("1", "25", "200", "750", "2500");
    assertThat(within.getAsJsonObject("2500").get("accuracy").getAsDouble()).isEqualTo(2 / 3.0);
    assertThat(within.getAsJsonObject("2500").keySet()).containsExactly("accuracy", "low", "high");
    assertThat(json.getAsJsonArray("errorsKm")).hasSize(3);
  }

  @Test
  void writesMarkdown() {
    assertThat(REPORT.toMarkdown())
        .startsWith(
            """
            | within | photos | 95 % interval |
            |---|---:|---:|
            | 1 km | 33.3 % | 6.1 to 79.2 |
            """)
        .contains("3 photos; error median 877 km");
  }

  @Test
  void putsSystemsInOneTable() {
    Map<String, DistanceReport> systems = new LinkedHashMap<>();
    systems.put("ours", DistanceReport.of(List.of(PARIS), List.of(PARIS), 0.05, 25));
    systems.put("far & away", DistanceReport.of(List.of(PARIS), List.of(TOKYO), 0.05, 25));
    Table table = DistanceReport.table(systems);
    assertThat(table.header())
        .containsExactly("system", "photos", "0.05 km", "25 km", "median km", "game score");
    assertThat(table.rows().get(0))
        .containsExactly(
            "ours", "1", "100.0 % (20.7 to 100.0)", "100.0 % (20.7 to 100.0)", "0.000", "5000");
    assertThat(table.toLatex()).contains("far \\& away & 1 & 0.0 \\% (0.0 to 79.3)");
    assertThat(table.toCsv()).startsWith("system,photos,0.05 km");
    systems.put("other limits", REPORT);
    assertThatIllegalArgumentException().isThrownBy(() -> DistanceReport.table(systems));
  }

  @Test
  void refusesLimitsOutOfOrder() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DistanceReport.of(List.of(PARIS), List.of(PARIS), 25, 1))
        .withMessage("limits must be positive and ascending: [25.0, 1.0]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DistanceReport.of(List.of(PARIS), List.of(PARIS), Double.NaN));
  }

  @Test
  void readsWhatItWrote(@TempDir Path folder) throws IOException {
    DistanceReport named =
        new DistanceReport(
            DistanceErrors.ofKm(1.25, 300), List.of(0.05, 25.0), List.of("a.jpg", "ü/b.jpg"));
    Path file = folder.resolve("report.json");
    Files.writeString(file, named.toJson());
    DistanceReport read = DistanceReport.readJson(file);
    assertThat(read.toJson()).isEqualTo(named.toJson());
    assertThat(read.photos()).isEqualTo(named.photos());
    for (String wrong :
        List.of(
            "",
            "{}",
            "[]",
            "{\"errorsKm\": 3",
            "{\"errorsKm\": [\"x\"]}",
            "{\"errorsKm\": [null], \"withinKm\": {\"5\": null}}",
            "{\"errorsKm\": [-1], \"withinKm\": {\"5\": null}}",
            "{\"errorsKm\": [1], \"withinKm\": {}}",
            "{\"errorsKm\": [1], \"withinKm\": {\"5\": {\"accuracy\": 2}}}",
            "{\"errorsKm\": [1], \"withinKm\": {\"5\": null}, \"photos\": [null]}",
            "{\"errorsKm\": [1], \"withinKm\": {\"5\": null}, \"regions\": [null]}")) {
      Files.writeString(file, wrong);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> DistanceReport.readJson(file))
          .withMessageContaining("report.json is not a report")
          .withMessageNotContainingAny("Cannot invoke", "report: null");
    }
  }

  @Test
  void keepsRegionsAndNamesAtOtherLimits() {
    RegionCoverage coverage = new RegionCoverage(0.5, List.of(true, false), List.of(1.0, 2.0));
    DistanceReport report =
        new DistanceReport(
            DistanceErrors.ofKm(1, 2), List.of(25.0), List.of("a", "b"), List.of(coverage));
    DistanceReport other = report.withKm(List.of(1.0, 2.0));
    assertThat(other.limitsKm()).containsExactly(1.0, 2.0);
    assertThat(other.photos()).isEqualTo(report.photos());
    assertThat(other.regions()).isEqualTo(report.regions());
  }

  @Test
  void reportsEachGroupOfPhotos() {
    Map<String, DistanceReport> groups = REPORT.by(List.of("Asia", "Europe", "Europe"));
    assertThat(groups.keySet()).containsExactly("Europe", "Asia");
    assertThat(groups.get("Europe"))
        .satisfies(europe -> assertThat(europe.errors().km(1)).isEqualTo(REPORT.errors().km(2)));
    assertThatIllegalArgumentException().isThrownBy(() -> REPORT.by(List.of("Asia")));
  }
}
