package io.github.geofix.models.token;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.LatLng;
import io.github.geofix.core.Location;
import io.github.geofix.core.geodesy.WeightedPoints;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.core.partition.CellTokenizer;
import io.github.geofix.models.io.BatchLocalizer;
import io.github.geofix.models.token.TokenModel.Config;
import java.util.Arrays;
import java.util.List;

/** Turns the words of photos into locations. */
final class TokenLocalizer extends BatchLocalizer {
  private final TokenModel model;

  TokenLocalizer(TokenModel model) {
    super(model.config().image());
    this.model = model;
  }

  @Override
  protected List<Location> locate(float[] photos, int count) {
    return model.search(photos, count).stream().map(this::location).toList();
  }

  private Location location(BeamSearch.Result found) {
    Config config = model.config();
    CellTokenizer tokenizer = model.tokenizer();
    ScoredCells cells = ScoredCells.of(tokenizer, found, config.scoreTemperature());
    CellPartition partition = cells.partition();
    int[] labels =
        found.words().stream()
            .mapToInt(word -> partition.labelOfCell(tokenizer.cellOf(word.toArray())))
            .toArray();
    List<LatLng> points = Arrays.stream(labels).mapToObj(partition::centerOf).toList();
    double[] weights = Arrays.stream(labels).mapToDouble(l -> cells.scores()[l]).toArray();
    List<Candidate> candidates =
        Arrays.stream(labels)
            .limit(config.candidates())
            .mapToObj(
                label ->
                    new Candidate(
                        partition.centerOf(label),
                        cells.scores()[label],
                        partition.radiusKm(label),
                        partition.s2Token(label)))
            .toList();
    WeightedPoints pool = WeightedPoints.of(points, weights);
    LatLng answer =
        switch (config.answer()) {
          case MOST_PROBABLE -> points.get(0);
          case MEDOID -> points.get(pool.medoid());
          case DENSITY -> pool.densityMode(config.densityKm());
        };
    return new Location(answer, candidates, regions(partition, cells.scores()));
  }
}
