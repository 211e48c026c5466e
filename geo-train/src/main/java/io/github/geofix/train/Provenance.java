package io.github.geofix.train;

import io.github.geofix.models.io.ModelCard;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Objects;

/** Writes down where a trained model comes from. */
public final class Provenance {

  private Provenance() {}

  /**
   * Returns the card of a model that has just been trained here.
   *
   * @param data what it was trained on, in words
   */
  public static ModelCard card(String data, TrainOptions options, TrainReport report) {
    return new ModelCard(
        data,
        report.steps() * options.batchSize(),
        report.steps(),
        options.seed(),
        report.seconds(),
        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
        Objects.requireNonNullElse(
            Provenance.class.getPackage().getImplementationVersion(), "development"),
        ModelCard.thisMachine(),
        Map.of("options", options.toString()));
  }
}
