package io.github.geofix.eval.internal.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.github.geofix.core.Candidate;
import io.github.geofix.core.Explanation;
import io.github.geofix.core.Explanation.Beam;
import io.github.geofix.core.Explanation.Direction;
import io.github.geofix.core.Explanation.Evidence;
import io.github.geofix.core.Explanation.Heading;
import io.github.geofix.core.Explanation.HeatMap;
import io.github.geofix.core.Explanation.Level;
import io.github.geofix.core.Explanation.LevelCell;
import io.github.geofix.core.Explanation.Neighbor;
import io.github.geofix.core.Explanation.Step;
import io.github.geofix.core.Explanation.Token;
import io.github.geofix.core.Location;
import io.github.geofix.core.LocationJson;
import io.github.geofix.core.cell.S2Cell;
import io.github.geofix.core.geodesy.LatLng;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EvidenceSectionTest {
  private static final S2Cell CELL = S2Cell.of(new LatLng(10, 20), 6);
  private static final Candidate CANDIDATE = Candidate.of(CELL, 0.25);
  private static final Optional<BufferedImage> PICTURE =
      Optional.of(new BufferedImage(8, 4, BufferedImage.TYPE_INT_RGB));
  private static final HeatMap HEAT = new HeatMap(1, 3, List.of(-0.5, 0.0, 0.5), PICTURE);

  /** What is drawn, and what the page and the JSON hold then. */
  private record Drawn(Evidence evidence, String kind, List<String> parts) {}

  static Stream<Drawn> kinds() {
    Neighbor neighbor = new Neighbor("<b>.png", new LatLng(1, 2), 0.75, 0.5, PICTURE);
    return Stream.of(
        new Drawn(
            new Explanation.Levels(
                List.of(new Level(1234, List.of(new LevelCell(CELL, 0.125, 0.375)))),
                List.of(neighbor)),
            "levels",
            List.of("Level 1: 1,234 cells", CELL.toString(), "0.125", "0.375", "0.750")),
        new Drawn(
            new Explanation.Tokens(
                List.of(new Token(7, CELL, 0.625)), List.of(new Beam(List.of(3, 9), CELL, 0.25))),
            "tokens",
            List.of("0.625", "Sequences that lost", "3 9", "0.250")),
        new Drawn(
            new Explanation.Zoom(
                List.of(new Step(CELL, PICTURE, 2, List.of(0.0, 0.25, 0.5, 0.125), 2, 3))),
            "zoom",
            List.of("child 3 of 4, score 0.500, 3 views compared", "class=\"chosen\"")),
        new Drawn(
            new Explanation.Directions(
                0.875,
                OptionalDouble.of(90),
                List.of(new Heading(0, 0.5), new Heading(90, 0.875)),
                List.of(new Direction(180, 360, 0.375), new Direction(0, 180, 0.5)),
                HEAT,
                Optional.empty()),
            "directions",
            List.of("Cosine 0.875", "180° to 0°", "Headings tried", "cosines -0.50 to 0.50")),
        new Drawn(
            new Explanation.Neighbors(List.of(neighbor)),
            "neighbors",
            List.of("&lt;b&gt;.png", "1.0000, 2.0000", "0.750", "data:image/jpeg")),
        new Drawn(
            new Explanation.Stages(
                new Explanation.Candidates(List.of(CANDIDATE)),
                List.of(new Explanation.Stage("zoom", List.of(CANDIDATE)))),
            "stages",
            List.of("After zoom", CELL.toString())),
        new Drawn(
            new Explanation.Candidates(List.of(CANDIDATE)),
            "candidates",
            List.of("no evidence but its candidates")));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void drawsEveryKind(Drawn drawn) {
    String html =
        ReportPage.titled("x").add(ReportSection.evidence("Why", drawn.evidence())).toHtml();
    assertThat(html).contains(drawn.parts()).doesNotContain("<b>.png");
    JsonObject json = LocationJson.of(drawn.evidence());
    assertThat(json.get("kind").getAsString()).isEqualTo(drawn.kind());
    assertThat(json.size()).isGreaterThan(1);
  }

  @Test
  void drawsTheBestCellStrongestAndTheWeakestNot() {
    String html =
        ReportPage.titled("x")
            .add(
                ReportSection.evidence(
                    "",
                    new Explanation.Directions(
                        1, OptionalDouble.empty(), List.of(), List.of(), HEAT, Optional.of(HEAT))))
            .toHtml();
    assertThat(Pattern.compile("--v:([0-9.]+)").matcher(html).results().map(m -> m.group(1)))
        .containsExactly("0.000", "0.500", "1.000", "0.000", "0.500", "1.000");
  }

  @Test
  void aLocationHasAMapWithoutATruth() {
    Location location = new Location(new LatLng(10, 20), List.of(CANDIDATE));
    String html =
        ReportPage.titled("x")
            .add(ReportSection.location("a.jpg", location, Optional.empty()))
            .toHtml();
    assertThat(html)
        .contains("Placed at 10", "data-chart=\"cells\"", "\"guess\":[20.0,10.0]")
        .doesNotContain("\"truth\":", "from the best candidate");
    Location elsewhere = new Location(new LatLng(-30, 120), List.of(CANDIDATE));
    assertThat(
            ReportPage.titled("x")
                .add(ReportSection.location("a.jpg", elsewhere, Optional.empty()))
                .toHtml())
        .containsPattern("close together, 11.\\d{3} km from the best candidate");
  }

  @Test
  void aPhotoOfAGalleryIsNamedWithoutItsFolders() {
    for (String photo : List.of("/home/me/city/a.jpg", "C:\\city\\a.jpg", "a.jpg")) {
      Neighbor neighbor = new Neighbor(photo, new LatLng(1, 2), 0.75, 0.5, Optional.empty());
      assertThat(
              ReportPage.titled("x")
                  .add(ReportSection.evidence("", new Explanation.Neighbors(List.of(neighbor))))
                  .toHtml())
          .contains(">a.jpg</span>");
    }
  }
}
