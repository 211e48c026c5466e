package io.github.geofix.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PublishedFiguresTest {

  @TempDir private Path folder;

  @Test
  void givesEachFigureItsSource() {
    assertThat(PublishedFigures.builtIn().all())
        .hasSizeGreaterThan(700)
        .allSatisfy(
            figure -> {
              assertThat(figure.source()).isNotBlank();
              assertThat(figure.percent()).isBetween(-100.0, 100.0);
            });
    assertThat(PublishedFigures.builtIn().all())
        .contains(
            new PublishedFigures.Figure(
                "PlaNet", "IM2GPS", "acc@25km", 24.5, "GeoSURGE, arXiv 2510.01448, Table I"));
  }

  @Test
  void putsABenchmarkInOneTable() {
    Table table = PublishedFigures.builtIn().table("im2gps");
    assertThat(table.header()).startsWith("method", "acc@1km", "acc@25km").endsWith("published in");
    assertThat(table.rows())
        .anySatisfy(row -> assertThat(row).startsWith("PlaNet", "8.4", "24.5", "37.6"));
  }

  @Test
  void putsARunInTheFirstRow() {
    Table table =
        PublishedFigures.builtIn().table("im2gps", "mine", Map.of("acc@25km", 0.25, "R@1", 1.0));
    assertThat(table.rows().get(0)).startsWith("mine", "", "25.0", "").endsWith("this run");
    assertThat(table.rows()).hasSize(PublishedFigures.builtIn().table("im2gps").rows().size() + 1);
  }

  @Test
  void namesTheBenchmarksItKnows() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PublishedFigures.builtIn().of("im2gps4"))
        .withMessageStartingWith("no published figures of im2gps4, only of IM2GPS,");
  }

  @Test
  void sortsByAnyColumn() {
    Table byFigure = PublishedFigures.builtIn().table("im2gps3k").sortedBy("acc@25km");
    int column = byFigure.header().indexOf("acc@25km");
    List<Double> figures =
        byFigure.rows().stream()
            .map(row -> row.get(column))
            .filter(cell -> !cell.isEmpty())
            .map(Double::valueOf)
            .toList();
    assertThat(figures).isSortedAccordingTo(Comparator.reverseOrder()).hasSizeGreaterThan(20);
    Table byName = PublishedFigures.builtIn().table("im2gps3k").sortedBy("METHOD");
    assertThat(byName.rows())
        .isSortedAccordingTo(
            Comparator.comparing(row -> row.get(0), String.CASE_INSENSITIVE_ORDER));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> byName.sortedBy("acc@3km"))
        .withMessageStartingWith("no column acc@3km to sort by, only method, acc@1km");
  }

  @Test
  void putsCellsWithoutANumberLast() {
    Table table = new Table("name", "km").lowest(List.of("km"));
    table.row("a", "").row("b", "2").row("c", "1").row("d", "2");
    assertThat(table.sortedBy("km").rows())
        .extracting(row -> row.get(0))
        .containsExactly("c", "b", "d", "a");
  }

  @Test
  void explainsAMarkedRowBelowTheTable() {
    Table table = new Table("name", "R@1").highest(List.of("R@1")).caption("c");
    table.row("mine", "9").row("theirs", "8").note(0, "on 5 of 10 photos");
    assertThat(table.toLatex())
        .contains("mine$^{\\dagger}$ & 9 ", "theirs & \\textbf{8}")
        .contains("\\footnotesize $^{\\dagger}$ on 5 of 10 photos}\n\\caption{c}");
    assertThat(table.toMarkdown())
        .contains("| mine \u2020 | 9 |")
        .endsWith("\u2020 on 5 of 10 photos\n");
    assertThat(table.toCsv()).isEqualTo("name,R@1\nmine,9\ntheirs,8\n");
    assertThat(table.sortedBy("name").sortedBy("R@1").toLatex()).isEqualTo(table.toLatex());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> table.note(2, ""))
        .withMessage("no row 2 of 2 to mark");
  }

  @Test
  void addsFiguresOfAFile() throws IOException {
    PublishedFigures builtIn = PublishedFigures.builtIn();
    Path file =
        write(
            "metric,method,dataset,percent,source,note",
            "acc@25km,New,im2gps,51.25,\"Lee, Maps & More, arXiv 2601.00001, Table 2\",x",
            "acc@25km,New,Atlantis,3,example.org",
            "acc@25km,PlaNet,IM2GPS,25,\"GeoSURGE, arXiv 2510.01448, Table I\",corrected");
    PublishedFigures more = builtIn.withCsv(file);
    assertThat(more.all()).hasSize(builtIn.all().size() + 2);
    assertThat(more.datasets()).contains("Atlantis").doesNotContain("im2gps");
    assertThat(more.table("IM2GPS").rows())
        .anySatisfy(row -> assertThat(row).startsWith("New", "", "51.25"))
        .anySatisfy(row -> assertThat(row).startsWith("PlaNet", "8.4", "25", "37.6"));
    assertThat(more.of("Atlantis").toTable().toCsv().lines())
        .containsExactly(
            "method,dataset,metric,percent,source,key,note",
            "New,Atlantis,acc@25km,3.0,example.org,example-org,");
    assertThat(more.toBibTex())
        .contains("@misc{lee-maps-more-arxiv-2601-00001,\n  title = {Lee, Maps \\& More},\n");
    assertThat(builtIn.of("im2gps").all()).noneMatch(figure -> figure.method().equals("New"));
  }

  @Test
  void marksFiguresThatWereReadInAListing() {
    List<PublishedFigures.Figure> listed =
        PublishedFigures.builtIn().all().stream()
            .filter(PublishedFigures.Figure::isUnverified)
            .toList();
    assertThat(listed.stream().filter(figure -> figure.dataset().startsWith("CV")))
        .hasSize(8)
        .allMatch(figure -> figure.method().equals("Sample4Geo"));
    assertThat(listed.stream().filter(figure -> figure.dataset().startsWith("University-1652")))
        .hasSize(48);
    assertThat(PublishedFigures.builtIn().of("CVUSA").toTable().toCsv())
        .contains("Sample4Geo,CVUSA,R@1,98.68,")
        .contains(",unverified\n");
    assertThat(PublishedFigures.builtIn().table("CVUSA").toCsv())
        .contains("as listed by Papers with Code (unverified)");
  }

  @Test
  void readsTheFiguresItWrites() throws IOException {
    Path file = write(PublishedFigures.builtIn().toTable().toCsv().split("\n"));
    assertThat(PublishedFigures.builtIn().withCsv(file).all())
        .isEqualTo(PublishedFigures.builtIn().all());
  }

  @Test
  void givesEachPaperOneKey() {
    String bibTex = PublishedFigures.builtIn().toBibTex();
    List<String> keys =
        bibTex
            .lines()
            .filter(line -> line.startsWith("@"))
            .map(line -> line.substring("@misc{".length(), line.length() - 1))
            .toList();
    assertThat(keys).doesNotHaveDuplicates().allMatch(key -> key.matches("[a-z0-9-]+"));
    assertThat(PublishedFigures.builtIn().all())
        .allSatisfy(figure -> assertThat(keys).contains(figure.key()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "m,d,acc@1km,101,s      | line 2: percent must be -100 to 100: 101.0",
        "m,d,acc@1km,NaN,s      | line 2: percent must be -100 to 100: NaN",
        "m,d,acc@1km,much,s     | line 2: not a number: \"much\"",
        "m,,acc@1km,1,s         | line 2: the dataset is missing",
        "m,d,acc@1km,1          | line 2: the source is missing",
        "m,d,acc@1km,1,?        | line 2: the source has no letter from a to z: ?",
      })
  void refusesWhatIsNoFigure(String row, String reason) throws IOException {
    Path file = write("method,dataset,metric,percent,source", row);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PublishedFigures.builtIn().withCsv(file))
        .withMessage(file + " " + reason);
  }

  @Test
  void refusesFilesWithoutFigures() throws IOException {
    Path twice = write("method,dataset,metric,percent,source", "m,d,a,1,s", "m,d,a,2,s");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PublishedFigures.builtIn().withCsv(twice))
        .withMessage(twice + " line 3: the figure is given twice: m, a");
    Path columns = write("method,dataset,metric,value,source", "m,d,a,1,s");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PublishedFigures.builtIn().withCsv(columns))
        .withMessage(
            columns
                + " needs the columns method,dataset,metric,percent,source, not"
                + " method,dataset,metric,value,source");
    Path empty = write("method,dataset,metric,percent,source");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PublishedFigures.builtIn().withCsv(empty))
        .withMessage(empty + " has no figure");
  }

  private Path write(String... lines) throws IOException {
    return Files.writeString(
        folder.resolve("figures.csv"), String.join("\n", lines) + "\n", StandardCharsets.UTF_8);
  }
}
