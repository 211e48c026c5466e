package io.github.geofix.cli;

import io.github.geofix.models.io.ModelCard;
import io.github.geofix.train.TrainOptions;
import io.github.geofix.train.TrainReport;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;

/** The provenance of a model trained here. */
final class Cards {

  private Cards() {}

  static ModelCard card(String data, TrainOptions options, TrainReport report) {
    return new ModelCard(
        data,
        report.steps() * options.batchSize(),
        report.steps(),
        options.seed(),
        report.seconds(),
        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
        Main.version(),
        ModelCard.thisMachine(),
        Map.of("options", options.toString()));
  }
}
