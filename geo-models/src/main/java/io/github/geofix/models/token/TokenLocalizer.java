package io.github.geofix.models.token;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.Location;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.models.answer.BatchLocalizer;
import java.util.Comparator;
import java.util.List;

/** Locates photos by a decoding and a selection. */
final class TokenLocalizer extends BatchLocalizer {
  private final TokenModel model;
  private final Decoding decoding;
  private final Selection selection;

  TokenLocalizer(TokenModel model, Decoding decoding, Selection selection) {
    super(model.config().image());
    this.model = model;
    this.decoding = decoding;
    this.selection = selection;
  }

  @Override
  protected List<Location> locate(float[] photos, int count) {
    return model.pools(photos, count, decoding, selection.readsStates()).stream()
        .map(pool -> model.location(pool, selection))
        .toList();
  }

  /** Returns the location that a pool means. */
  static Location location(Pool pool, Selection selection, TokenModel model) {
    ScoredCells cells = ScoredCells.of(pool, model.calibration().temperature());
    CellPartition partition = cells.partition();
    List<Candidate> candidates =
        pool.words().stream()
            .map(word -> partition.labelOfCell(pool.tokenizer().cellOf(word.toArray())))
            .distinct()
            .sorted(Comparator.comparingDouble((Integer label) -> -cells.scores()[label]))
            .limit(model.answerOptions().candidates())
            .map(
                label ->
                    new Candidate(
                        partition.centerOf(label),
                        cells.scores()[label],
                        partition.radiusKm(label),
                        partition.cell(label)))
            .toList();
    return new Location(
        selection.choose(pool),
        candidates,
        regions(partition, cells.scores(), model.calibration().regionShares()));
  }
}
