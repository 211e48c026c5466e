package io.github.geofix.cli;

import io.github.geofix.core.internal.Count;
import io.github.geofix.models.gallery.GalleryModel;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;
import java.util.Objects;
import java.util.function.DoublePredicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of when a gallery answers. */
final class GalleryLimitOptions {
  private static final MathContext DIGITS = new MathContext(3);

  /** Half the circumference of the Earth. */
  private static final double MOST_KM = 20_015;

  @Option(
      names = "--false-answers",
      paramLabel = "SHARE",
      description =
          "Find the limit so that a photo of another place is answered with this probability at"
              + " most, above 0 and below 1; 0.05 for gallery build.")
  private @Nullable Double falseAnswers;

  @Option(
      names = "--elsewhere-km",
      paramLabel = "KM",
      description =
          "Find the limit by photos more than this apart, instead of 1 km, ten times the distance"
              + " of agreement, or the median distance of two photos if that is less.")
  private @Nullable Double elsewhereKm;

  @Option(
      names = "--min-score",
      paramLabel = "SCORE",
      description =
          "Set the limit: no answer if the best score is below, -1 to 1; -1 for always an"
              + " answer.")
  private @Nullable Double minScore;

  /** Returns whether a limit is asked for. */
  boolean isGiven() {
    return falseAnswers != null || elsewhereKm != null || minScore != null;
  }

  /** Refuses what does not fit, before photos are encoded. */
  void check() {
    if (minScore != null && (falseAnswers != null || elsewhereKm != null)) {
      throw new IllegalArgumentException(
          "--min-score sets the limit that --false-answers and --elsewhere-km find: name one of"
              + " them");
    }
    check("--min-score", minScore, value -> value >= -1 && value <= 1, "-1 to 1");
    check("--false-answers", falseAnswers, value -> value > 0 && value < 1, "above 0 and below 1");
    check(
        "--elsewhere-km",
        elsewhereKm,
        value -> value > 0 && value <= MOST_KM,
        "above 0 and at most 20015");
  }

  private static void check(
      String option, @Nullable Double value, DoublePredicate fits, String range) {
    if (value != null && !fits.test(value)) {
      throw new IllegalArgumentException(option + " must be " + range + ": " + value);
    }
  }

  /** Sets the limit of a gallery, and returns it in words. */
  String set(GalleryModel gallery) {
    double share = Objects.requireNonNullElse(falseAnswers, GalleryModel.FALSE_ANSWERS);
    if (minScore != null) {
      gallery.setMinScore(minScore);
      return minScore == -1
          ? "no limit: every photo is answered"
          : String.format(Locale.ROOT, "no answer below a score of %.3f", minScore);
    }
    return describe(
        elsewhereKm == null ? gallery.setLimit(share) : gallery.setLimit(share, elsewhereKm),
        share);
  }

  private static String describe(GalleryModel.Limit limit, double share) {
    String meters =
        BigDecimal.valueOf(1000 * limit.elsewhereKm())
            .round(DIGITS)
            .stripTrailingZeros()
            .toPlainString();
    return limit.minScore().isEmpty()
        ? String.format(
            Locale.ROOT,
            "no limit: %s compared with others more than %s m away, which is too few for a"
                + " probability of %s. Every photo is answered, one of another place, too: set a"
                + " limit by gallery compact --min-score, or a shorter distance by --elsewhere-km",
            Count.of(limit.photos(), "photos were"),
            meters,
            share)
        : String.format(
            Locale.ROOT,
            "no answer below a score of %.3f, which photos of other places, more than %s m away,"
                + " exceed with a probability of at most %s; %.0f %% of the gallery's photos reach"
                + " it, each by the others",
            limit.minScore().getAsDouble(),
            meters,
            share,
            100 * limit.answered());
  }
}
