package io.github.geofix.models.token;

import io.github.geofix.core.Explanation;
import io.github.geofix.core.cell.CellPath;
import io.github.geofix.core.cell.S2Cell;
import io.github.geofix.models.internal.decode.SearchOutcome;
import io.github.geofix.models.token.Selection.DecodedPhoto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** The tokens of the best sequence, and the sequences that lost. */
final class TokenEvidence {
  private TokenEvidence() {}

  /**
   * Returns the tokens of the sequence of the highest share.
   *
   * @param most the most other sequences
   */
  static Explanation.Tokens of(DecodedPhoto photo, SearchOutcome outcome, int most) {
    int best = outcome.best(1)[0];
    CellPath chosen = outcome.cells().get(best);
    List<Explanation.Token> tokens = new ArrayList<>();
    for (int n = 1; n <= chosen.length(); n++) {
      CellPath prefix = chosen.prefix(n);
      double score =
          IntStream.range(0, outcome.shares().length)
              .filter(i -> prefix.isPrefixOf(outcome.cells().get(i)))
              .mapToDouble(i -> outcome.shares()[i])
              .sum();
      tokens.add(new Explanation.Token(prefix.last(), cell(photo, prefix), score));
    }
    List<Explanation.Beam> lost =
        IntStream.range(0, outcome.shares().length)
            .filter(i -> i != best)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer i) -> -outcome.shares()[i]))
            .limit(most)
            .map(i -> beam(photo, outcome.cells().get(i), outcome.shares()[i]))
            .toList();
    return new Explanation.Tokens(tokens, lost);
  }

  private static Explanation.Beam beam(DecodedPhoto photo, CellPath path, double score) {
    List<Integer> values = Arrays.stream(path.toArray()).boxed().toList();
    return new Explanation.Beam(values, cell(photo, path), score);
  }

  private static S2Cell cell(DecodedPhoto photo, CellPath path) {
    return new S2Cell(photo.tokenizer().cellOf(path.toArray()));
  }
}
