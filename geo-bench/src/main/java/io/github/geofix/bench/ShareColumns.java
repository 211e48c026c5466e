package io.github.geofix.bench;

import io.github.geofix.eval.DistanceReport;
import io.github.geofix.eval.Share;
import java.util.Locale;
import java.util.stream.Collectors;

/** The shares of a report as columns of CSV. */
final class ShareColumns {
  private ShareColumns() {}

  /** Returns for each limit the share and the ends of its interval, in per cent. */
  static String of(DistanceReport report) {
    return report.limitsKm().stream()
        .map(km -> text(report.errors().withinKm(km)))
        .collect(Collectors.joining(","));
  }

  private static String text(Share share) {
    return String.format(
        Locale.ROOT,
        "%.1f,%.1f,%.1f",
        100 * share.accuracy(),
        100 * share.low(),
        100 * share.high());
  }
}
