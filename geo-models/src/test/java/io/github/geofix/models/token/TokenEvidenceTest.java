package io.github.geofix.models.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.Explanation;
import io.github.geofix.core.Explanation.Beam;
import io.github.geofix.core.Explanation.Token;
import io.github.geofix.core.Explanation.Tokens;
import io.github.geofix.core.Photo;
import io.github.geofix.core.cell.S2Cell;
import io.github.geofix.core.partition.CellTokenizer;
import io.github.geofix.core.partition.Region;
import io.github.geofix.models.GeoModel.AnswerOptions;
import io.github.geofix.models.Samples;
import io.github.geofix.models.token.Decoding.BeamSearch;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TokenEvidenceTest {
  private static final Photo PHOTO = Photo.of(Samples.noise(40, 36, 1));

  /** All 6 * 16 cells of level 2 are candidates. */
  private static TokenModel model(int beamWidth) {
    return TokenModel.create(
        TokenConfigs.answering(
            TokenConfigs.withCells(TokenConfig.tiny(), new CellTokenizer.Options(2, 2)),
            new BeamSearch(beamWidth, 1),
            TokenConfig.SelectionRule.DENSITY,
            new AnswerOptions(500, 200)),
        1);
  }

  private static Explanation explained(TokenModel model, int most) {
    return model.localizer().explain(PHOTO, Explanation.Options.defaults().withMost(most));
  }

  @Test
  void aTokenHasTheScoreOfAllCellsThatBeginWithIt() {
    try (TokenModel model = model(10_000)) {
      Explanation all = explained(model, 1000);
      List<Candidate> candidates = all.location().candidates();
      assertThat(candidates).hasSize(96);
      Tokens evidence = (Tokens) all.evidence();
      assertThat(evidence.tokens()).hasSize(model.tokenizer().length());
      for (Token token : evidence.tokens()) {
        Region cell = Region.of(token.cell());
        double expected =
            candidates.stream()
                .filter(candidate -> cell.containsCell(((S2Cell) candidate.cell()).id()))
                .mapToDouble(Candidate::score)
                .sum();
        assertThat(token.score()).isCloseTo(expected, within(1e-9));
      }
      Token last = evidence.tokens().get(evidence.tokens().size() - 1);
      assertThat(last.cell()).isEqualTo(candidates.get(0).cell());
      assertThat(evidence.lost())
          .extracting(Beam::cell)
          .containsExactlyElementsOf(
              candidates.stream().skip(1).map(candidate -> (S2Cell) candidate.cell()).toList());
    }
  }

  @Test
  void listsTheBeamsThatANarrowSearchLeftBehind() {
    try (TokenModel model = model(1)) {
      Explanation greedy = explained(model, 1000);
      Tokens evidence = (Tokens) greedy.evidence();
      int length = model.tokenizer().length();
      assertThat(evidence.lost())
          .as("five faces, and the other cells below the best one")
          .hasSize(5 + 15)
          .filteredOn(beam -> beam.tokens().size() == 1)
          .hasSize(5);
      double sum = evidence.lost().stream().mapToDouble(Beam::score).sum();
      assertThat(sum + evidence.tokens().get(length - 1).score()).isCloseTo(1, within(1e-9));
      for (Beam beam : evidence.lost()) {
        int[] tokens = beam.tokens().stream().mapToInt(Integer::intValue).toArray();
        assertThat(beam.cell().id()).isEqualTo(model.tokenizer().cellOf(tokens));
      }
      assertThat(((Tokens) explained(model, 3).evidence()).lost())
          .isEqualTo(evidence.lost().subList(0, 3));
    }
  }
}
