package io.github.geofix.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import org.junit.jupiter.api.Test;

class PublishedFiguresTest {

  private static final Share ONE = Share.of(1, 1);

  @Test
  void givesEachFigureItsSource() {
    assertThat(PublishedFigures.all())
        .hasSizeGreaterThan(700)
        .allSatisfy(
            figure -> {
              assertThat(figure.source()).isNotBlank();
              assertThat(figure.percent()).isBetween(-100.0, 100.0);
            });
    assertThat(PublishedFigures.all())
        .contains(
            new PublishedFigures.Figure(
                "PlaNet", "IM2GPS", "acc@25km", 24.5, "GeoSURGE, arXiv 2510.01448, Table I"));
  }

  @Test
  void putsABenchmarkInOneTable() {
    Table table = PublishedFigures.table("im2gps");
    assertThat(table.header()).startsWith("method", "acc@1km", "acc@25km").endsWith("published in");
    assertThat(table.rows())
        .anySatisfy(row -> assertThat(row).startsWith("PlaNet", "8.4", "24.5", "37.6"));
  }

  @Test
  void putsARunInTheFirstRow() {
    Table table =
        PublishedFigures.table("im2gps", "mine", Map.of("acc@25km", Share.of(1, 4), "R@1", ONE));
    assertThat(table.rows().get(0)).startsWith("mine", "", "25.0", "").endsWith("this run");
    assertThat(table.rows()).hasSize(PublishedFigures.table("im2gps").rows().size() + 1);
  }

  @Test
  void namesTheBenchmarksItKnows() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PublishedFigures.of("im2gps4"))
        .withMessageStartingWith("no published figures of im2gps4, only of IM2GPS,");
  }
}
