package io.github.geofix.eval.report;

import io.github.geofix.eval.DistanceReport;
import io.github.geofix.eval.PhotoReport;
import io.github.geofix.eval.internal.report.ReportPage;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A report as one HTML page: pictures, charts and their code are inside it, so it can be mailed,
 * archived and read without a network.
 *
 * <pre>{@code
 * HtmlReport.comparing("Im2GPS3k", Map.of("ours", first, "theirs", second))
 *     .subtitle("2,997 photos")
 *     .published("IM2GPS3k")
 *     .write(Path.of("report.html"));
 * }</pre>
 *
 * <p>The page follows the reader's light or dark setting, works on a phone, by keyboard and with a
 * screen reader, and shows its tables without JavaScript. Not thread-safe.
 */
public interface HtmlReport {

  /**
   * Starts a report of systems run on the same photos: a table, the error curves, and each system
   * compared with the first photo by photo.
   *
   * @param systems the systems' reports by name, all with the same limits; the first is the
   *     reference
   * @throws IllegalArgumentException if there is none, or they are not of the same photos
   */
  static HtmlReport comparing(String title, Map<String, DistanceReport> systems) {
    return ReportPage.comparing(title, systems);
  }

  /**
   * Starts a report of one run over photos: the shares, the error curve, figures by continent and
   * cell, and what is known of headings, sequences and scores.
   *
   * @param name the name of the system
   */
  static HtmlReport of(String name, PhotoReport report) {
    return ReportPage.of(name, report, List.of(), 0);
  }

  /**
   * Adds the figures that others published for a benchmark, marked as such.
   *
   * @throws IllegalArgumentException if nothing is known of the benchmark
   */
  HtmlReport published(String dataset);

  /** Sets the line below the title. */
  HtmlReport subtitle(String subtitle);

  /**
   * Sets the picture of the Earth that maps are drawn on: equirectangular, the whole planet, north
   * up, 180 degrees west at the left. It is stored once, at most 1600 pixels wide, however many
   * maps there are. Without it maps have a grid only.
   */
  HtmlReport world(BufferedImage equirectangular);

  /** Adds a line to the table of provenance at the end. */
  HtmlReport provenance(String name, String value);

  /** Returns the page. */
  String toHtml();

  /**
   * Writes the page in UTF-8.
   *
   * @throws java.io.UncheckedIOException if the file cannot be written; then no file is left behind
   */
  void write(Path file);
}
