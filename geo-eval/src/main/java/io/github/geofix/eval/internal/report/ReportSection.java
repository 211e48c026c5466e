package io.github.geofix.eval.internal.report;

import io.github.geofix.core.Explanation;
import io.github.geofix.core.Location;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.eval.DistanceErrors;
import io.github.geofix.eval.DistanceReport;
import io.github.geofix.eval.PhotoReport.Confusion;
import io.github.geofix.eval.PhotoReport.Reliability;
import io.github.geofix.eval.RetrievalReport;
import io.github.geofix.eval.RiskCoverage;
import io.github.geofix.eval.Share;
import io.github.geofix.eval.Table;
import j2html.tags.DomContent;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One section of an {@link ReportPage}: a table, a chart, a map or photos, below a heading.
 * Immutable.
 *
 * <p>The heading and the note below it may be empty; an empty line in a note starts another
 * paragraph. All text is escaped, so it is never taken as HTML.
 */
public abstract sealed class ReportSection
    permits BreakdownSection,
        CellMapSection,
        ComparisonSection,
        ConfusionSection,
        ErrorCurvesSection,
        EvidenceSection,
        HeadlineSection,
        LocationSection,
        PhotosSection,
        RecallCurvesSection,
        ReliabilitySection,
        RetrievedSection,
        RiskCoverageSection,
        SharesSection,
        TableSection,
        TextSection,
        WorldMapSection {

  private final String title;
  private final String note;

  ReportSection(String title, String note) {
    this.title = title;
    this.note = note;
  }

  /**
   * A figure in large type.
   *
   * @param value for example {@code 191 km}
   * @param label what it is
   * @param detail for example its interval; may be empty
   */
  public record Figure(String value, String label, String detail) {}

  /** Returns a few figures in large type, three to six of them. */
  public static ReportSection headline(String title, String note, List<Figure> figures) {
    return new HeadlineSection(title, note, figures);
  }

  /** Returns paragraphs of text. */
  public static ReportSection text(String title, String note) {
    return new TextSection(title, note);
  }

  /** Returns a plain table. */
  public static ReportSection table(String title, String note, Table table) {
    return new TableSection(title, note, table);
  }

  /**
   * Returns a table of systems with their intervals drawn. The best of each column is marked.
   *
   * @param systems the systems' reports by name, all with the same limits; the first is the one
   *     that the report is about
   * @throws IllegalArgumentException if there is no system
   */
  public static ReportSection comparison(
      String title, String note, Map<String, DistanceReport> systems) {
    return new ComparisonSection(title, note, systems);
  }

  /**
   * Returns a table of one system by group of photos, with the intervals drawn.
   *
   * @param of what a group is, such as {@code continent}
   * @param groups the groups' reports by name, at least 1, all with the same limits
   */
  public static ReportSection breakdown(
      String title, String note, String of, Map<String, DistanceReport> groups) {
    return new BreakdownSection(title, note, of, groups);
  }

  /**
   * Returns the share of photos within each distance, as a curve over the distance.
   *
   * @param systems the systems' errors by name
   * @param limitsKm distances to mark, in km
   */
  public static ReportSection errorCurves(
      String title, String note, Map<String, DistanceErrors> systems, List<Double> limitsKm) {
    return new ErrorCurvesSection(title, note, systems, limitsKm);
  }

  /**
   * Returns a few shares of one system, each with its interval drawn.
   *
   * @param shares the shares by name
   */
  public static ReportSection shares(String title, String note, Map<String, Share> shares) {
    return new SharesSection(title, note, shares);
  }

  /**
   * Returns the share of queries with a positive among their K best rows, as a curve over K.
   *
   * @param systems the systems' reports by name, at least 1
   */
  public static ReportSection recallCurves(
      String title, String note, Map<String, RetrievalReport> systems) {
    return new RecallCurvesSection(title, note, systems);
  }

  /**
   * Returns ground photos beside the aerial images found for them.
   *
   * @param photos the photos, at least 1
   */
  public static ReportSection retrieved(String title, String note, List<RetrievedPhoto> photos) {
    return new RetrievedSection(title, note, photos);
  }

  /**
   * Returns a world map with an arc from each true position to the predicted one.
   *
   * @param photos the photos drawn
   * @param nearKm errors up to here are drawn as near
   * @param farKm errors beyond here are drawn as far
   */
  public static ReportSection worldMap(
      String title, String note, List<LocatedPhoto> photos, double nearKm, double farKm) {
    return new WorldMapSection(title, note, photos, nearKm, farKm);
  }

  /**
   * Returns a world map of a partition, its cells colored by their number of points. Of a large
   * partition the 20,000 cells with most points are drawn.
   */
  public static ReportSection cellMap(String title, String note, CellPartition partition) {
    return CellMapSection.of(title, note, partition);
  }

  /**
   * Returns photos beside the pictures to compare them with, each with the scores of its cells as a
   * heat map.
   *
   * @param photos the photos, at least 1
   * @param nearKm errors up to here are marked as near
   * @param farKm errors beyond here are marked as far
   */
  public static ReportSection photos(
      String title, String note, List<LocatedPhoto> photos, double nearKm, double farKm) {
    return new PhotosSection(title, note, photos, nearKm, farKm);
  }

  /**
   * Returns risk-coverage curves: the share of wrong answers by the share of photos answered.
   *
   * @param systems the curve of each system by its name, in the order of the legend
   */
  public static ReportSection riskCoverage(
      String title, String note, Map<String, RiskCoverage> systems) {
    return new RiskCoverageSection(title, note, systems);
  }

  /**
   * Returns a reliability diagram: the share of right answers by score.
   *
   * @param note the text below the heading; it defines which answers are right
   */
  public static ReportSection reliability(String title, String note, Reliability reliability) {
    return new ReliabilitySection(title, note, reliability);
  }

  /**
   * Returns the answer to one photo: a map of the candidates and regions, and a list of them.
   *
   * @param title the name of the photo
   * @param picture the photo, if it is to be shown
   */
  public static ReportSection location(
      String title, Location location, Optional<EmbeddedImage> picture) {
    return new LocationSection(title, location, picture);
  }

  /** Returns the evidence for one answer, drawn in the form of the model's family. */
  public static ReportSection evidence(String title, Explanation.Evidence evidence) {
    return new EvidenceSection(title, evidence);
  }

  /** Returns the confusion matrix of regions: photos by true region and predicted region. */
  public static ReportSection confusion(String title, String note, Confusion confusion) {
    return new ConfusionSection(title, note, confusion);
  }

  /** Returns the heading; may be empty. */
  final String title() {
    return title;
  }

  /** Returns a sentence or two below the heading; may be empty. */
  final String note() {
    return note;
  }

  /**
   * Returns the part below heading and note.
   *
   * @param id the section's id on the page, to derive other ids from
   */
  abstract DomContent content(String id);

  /** Returns whether the section shows distances between true and predicted positions. */
  boolean showsDistances() {
    return false;
  }
}
