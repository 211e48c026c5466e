package io.github.geofix.train;

import io.github.geofix.models.io.ModelCard;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Provenance of models that are trained or made here. */
public final class Provenance {

  private Provenance() {}

  /**
   * Returns the card of a model that has just been trained here.
   *
   * @param data what it was trained on, in words
   */
  public static ModelCard card(String data, TrainOptions options, TrainReport report) {
    return card(
        data,
        report.photos(),
        report.steps(),
        options.seed(),
        report.seconds(),
        NamedValues.of(options));
  }

  /**
   * Returns the card of a model that was made here and not trained.
   *
   * @param origin where its values come from, in words
   */
  public static ModelCard untrained(String origin, long seed) {
    return card(origin, 0, 0, seed, 0, Map.of());
  }

  private static ModelCard card(
      String data,
      long photos,
      long steps,
      long seed,
      double seconds,
      Map<String, String> options) {
    return new ModelCard(
        data,
        photos,
        steps,
        seed,
        seconds,
        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
        Objects.requireNonNullElse(
            Provenance.class.getPackage().getImplementationVersion(), "development"),
        ModelCard.thisMachine(),
        options,
        Optional.empty());
  }
}
