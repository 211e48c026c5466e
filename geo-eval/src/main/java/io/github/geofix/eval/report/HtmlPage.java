package io.github.geofix.eval.report;

import static j2html.TagCreator.a;
import static j2html.TagCreator.body;
import static j2html.TagCreator.details;
import static j2html.TagCreator.div;
import static j2html.TagCreator.each;
import static j2html.TagCreator.fieldset;
import static j2html.TagCreator.figcaption;
import static j2html.TagCreator.figure;
import static j2html.TagCreator.footer;
import static j2html.TagCreator.h1;
import static j2html.TagCreator.h2;
import static j2html.TagCreator.head;
import static j2html.TagCreator.header;
import static j2html.TagCreator.html;
import static j2html.TagCreator.iff;
import static j2html.TagCreator.img;
import static j2html.TagCreator.input;
import static j2html.TagCreator.label;
import static j2html.TagCreator.legend;
import static j2html.TagCreator.li;
import static j2html.TagCreator.main;
import static j2html.TagCreator.meta;
import static j2html.TagCreator.nav;
import static j2html.TagCreator.ol;
import static j2html.TagCreator.p;
import static j2html.TagCreator.rawHtml;
import static j2html.TagCreator.script;
import static j2html.TagCreator.section;
import static j2html.TagCreator.span;
import static j2html.TagCreator.style;
import static j2html.TagCreator.summary;
import static j2html.TagCreator.table;
import static j2html.TagCreator.tbody;
import static j2html.TagCreator.td;
import static j2html.TagCreator.th;
import static j2html.TagCreator.thead;
import static j2html.TagCreator.title;
import static j2html.TagCreator.tr;

import com.google.gson.Gson;
import io.github.geofix.eval.DistanceReport;
import io.github.geofix.eval.Share;
import io.github.geofix.eval.Table;
import j2html.tags.DomContent;
import j2html.tags.specialized.DivTag;
import j2html.tags.specialized.TdTag;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Writes an {@link HtmlReport} as HTML. Charts are drawn by report.js from JSON beside them. */
final class HtmlPage {

  /** The version of d3 in the parent's pom. */
  private static final String D3 = "/META-INF/resources/webjars/d3/7.9.0/dist/d3.min.js";

  /** Groups shown at once; more are folded away. */
  private static final int OPEN_GROUPS = 12;

  /** Nothing is fetched, whatever a text or a picture holds. */
  private static final String POLICY =
      "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

  private static final String MOVING =
      "Zoom with the buttons, with + and −, or with Ctrl and the wheel; move with the arrow keys or"
          + " by dragging.";

  private static final Gson GSON = new Gson();

  private HtmlPage() {}

  static String render(HtmlReport report) {
    List<ReportSection> sections = report.sections();
    return "<!DOCTYPE html>\n"
        + html(
                head(
                    meta().withCharset("utf-8"),
                    meta().attr("http-equiv", "Content-Security-Policy").withContent(POLICY),
                    meta().withName("viewport").withContent("width=device-width, initial-scale=1"),
                    meta().withName("color-scheme").withContent("light dark"),
                    title(report.title()),
                    style(rawHtml(resource("report.css")))),
                body(
                    header(
                        h1(report.title()),
                        iff(!report.subtitle().isEmpty(), p(report.subtitle()).withClass("lead")),
                        contents(sections)),
                    main(
                        each(
                            IntStream.range(0, sections.size()).boxed().toList(),
                            i -> part(sections.get(i), "section-" + (i + 1)))),
                    footer(provenance(report)),
                    world(report),
                    script(rawHtml(resource(D3))),
                    script(rawHtml(resource("report.js")))))
            .withLang("en")
            .render()
        + "\n";
  }

  private static DomContent contents(List<ReportSection> sections) {
    List<DomContent> links = new ArrayList<>();
    for (int i = 0; i < sections.size(); i++) {
      if (!sections.get(i).title().isEmpty()) {
        links.add(li(a().withHref("#section-" + (i + 1)).withText(sections.get(i).title())));
      }
    }
    return nav(ol(each(links, link -> link))).attr("aria-label", "Contents");
  }

  /** The picture all maps share: the script copies its address, so the page holds it once. */
  private static DomContent world(HtmlReport report) {
    return report
        .world()
        .map(
            image ->
                (DomContent)
                    img().withId("world").withSrc(image.address()).attr("alt", "").attr("hidden"))
        .orElse(rawHtml(""));
  }

  private static DomContent part(ReportSection section, String id) {
    return section()
        .withId(id)
        .with(
            iff(!section.title().isEmpty(), h2(section.title())),
            each(
                List.of(section.note().split("\n\n")),
                paragraph -> iff(!paragraph.isBlank(), p(paragraph).withClass("note"))),
            content(section, id));
  }

  private static DomContent content(ReportSection section, String id) {
    if (section instanceof ReportSection.Headline headline) {
      return headline(headline);
    } else if (section instanceof ReportSection.PlainTable plain) {
      return scrollable(plain(plain.table()), plain.title());
    } else if (section instanceof ReportSection.Comparison comparison) {
      return comparison(comparison);
    } else if (section instanceof ReportSection.Breakdown breakdown) {
      return breakdown(breakdown);
    } else if (section instanceof ReportSection.ErrorCurves curves) {
      return curves(curves);
    } else if (section instanceof ReportSection.Shares shares) {
      return shares(shares);
    } else if (section instanceof ReportSection.RecallCurves recall) {
      return recall(recall);
    } else if (section instanceof ReportSection.Retrieved retrieved) {
      return RetrievedCards.render(retrieved, id);
    } else if (section instanceof ReportSection.WorldMap map) {
      return map(map);
    } else if (section instanceof ReportSection.CellMap map) {
      return cellMap(map);
    } else if (section instanceof ReportSection.Photos photos) {
      return LocatedCards.render(photos, id);
    } else if (section instanceof ReportSection.ReliabilityCurve curve) {
      return reliability(curve);
    } else if (section instanceof ReportSection.ConfusionMatrix matrix) {
      return confusion(matrix);
    }
    return rawHtml("");
  }

  private static DomContent headline(ReportSection.Headline headline) {
    return div(each(
            headline.figures(),
            figure ->
                div(
                        div(figure.label()).withClass("label"),
                        div(figure.value()).withClass("value"),
                        div(figure.detail()).withClass("detail"))
                    .withClass("tile")))
        .withClass("tiles");
  }

  private static DomContent plain(Table table) {
    return table(
        thead(tr(each(table.header(), name -> th(name).attr("scope", "col")))),
        tbody(
            each(
                table.rows(),
                row ->
                    tr(
                        th(row.get(0)).attr("scope", "row"),
                        each(row.subList(1, row.size()), cell -> td(cell))))));
  }

  private static DivTag scrollable(DomContent wide, String name) {
    return div(wide)
        .withClass("scroll")
        .withTabindex(0)
        .attr("role", "region")
        .attr("aria-label", name);
  }

  private static DomContent comparison(ReportSection.Comparison comparison) {
    Map<String, DistanceReport> systems = comparison.systems();
    String own = systems.keySet().iterator().next();
    return scrollable(reports("system", systems, Optional.of(own)), comparison.title());
  }

  private static DomContent breakdown(ReportSection.Breakdown breakdown) {
    DomContent table =
        scrollable(
            reports(breakdown.of(), breakdown.groups(), Optional.empty()), breakdown.title());
    int groups = breakdown.groups().size();
    return groups <= OPEN_GROUPS ? table : details(summary("All " + groups + " of them"), table);
  }

  /**
   * Writes one row a report.
   *
   * @param own the row that the page is about; then the best figures of several rows are marked
   */
  private static DomContent reports(
      String column, Map<String, DistanceReport> reports, Optional<String> own) {
    List<Double> limitsKm = reports.values().iterator().next().limitsKm();
    boolean marksBest = own.isPresent() && reports.size() > 1;
    double bestMedian =
        reports.values().stream().mapToDouble(DistanceReport::medianKm).min().orElseThrow();
    return table(
            thead(
                tr(
                    th(column).attr("scope", "col"),
                    each(limitsKm, limit -> th("≤ " + distance(limit)).attr("scope", "col")),
                    th("median error").attr("scope", "col"),
                    th("photos").attr("scope", "col"))),
            tbody(
                each(
                    reports.entrySet(),
                    row ->
                        tr(
                                th(row.getKey()).attr("scope", "row"),
                                each(
                                    limitsKm,
                                    limit ->
                                        share(row.getValue().errors().withinKm(limit))
                                            .attr("data-label", "≤ " + distance(limit))
                                            .withCondClass(
                                                marksBest && isBest(reports, row.getValue(), limit),
                                                "best")),
                                td(distance(row.getValue().medianKm()))
                                    .attr("data-label", "median error")
                                    .withCondClass(
                                        marksBest && row.getValue().medianKm() == bestMedian,
                                        "best"),
                                td(String.valueOf(row.getValue().count()))
                                    .attr("data-label", "photos"))
                            .withCondClass(own.filter(row.getKey()::equals).isPresent(), "own"))))
        .withClass("comparison");
  }

  private static DomContent shares(ReportSection.Shares section) {
    return div(each(
            section.shares().entrySet(),
            entry ->
                div(
                        div(entry.getKey()).withClass("label"),
                        div(percent(entry.getValue().accuracy()) + " %").withClass("value"),
                        bar(entry.getValue()),
                        div(interval(entry.getValue())).withClass("detail"))
                    .withClass("tile")))
        .withClass("tiles");
  }

  private static boolean isBest(
      Map<String, DistanceReport> reports, DistanceReport report, double limitKm) {
    double best =
        reports.values().stream()
            .mapToDouble(other -> other.accuracyWithinKm(limitKm))
            .max()
            .orElseThrow();
    return best > 0 && report.accuracyWithinKm(limitKm) == best;
  }

  private static TdTag share(Share share) {
    return td(
        span(percent(share.accuracy()) + " %").withClass("value"),
        bar(share),
        span(interval(share)).withClass("detail"));
  }

  private static DivTag bar(Share share) {
    return div(div().withClass("value"), div().withClass("interval"))
        .withClass("bar")
        .attr("aria-hidden", "true")
        .attr(
            "style",
            String.format(
                Locale.ROOT,
                "--value:%.2f%%;--low:%.2f%%;--high:%.2f%%",
                100 * share.accuracy(),
                100 * share.low(),
                100 * share.high()));
  }

  private static String interval(Share share) {
    return percent(share.low()) + " – " + percent(share.high());
  }

  private static DomContent curves(ReportSection.ErrorCurves curves) {
    List<String> columns = new ArrayList<>(List.of("share of photos"));
    columns.addAll(curves.systems().keySet());
    Table quantiles = new Table(columns);
    for (double q : new double[] {0.1, 0.25, 0.5, 0.75, 0.9, 0.95}) {
      List<String> row = new ArrayList<>();
      row.add(String.format(Locale.ROOT, "%.0f %%", 100 * q));
      curves.systems().values().forEach(errors -> row.add("≤ " + distance(errors.quantileKm(q))));
      quantiles.row(row);
    }
    return figure(
            data(ChartData.curves(curves)),
            div().withClass("plot"),
            details(
                summary("The same in numbers"),
                scrollable(plain(quantiles), "Errors that a share of the photos does not exceed")))
        .withClass("chart")
        .attr("data-chart", "curves");
  }

  private static DomContent recall(ReportSection.RecallCurves curves) {
    return figure(data(ChartData.curves(curves)), div().withClass("plot"))
        .withClass("chart")
        .attr("data-chart", "curves");
  }

  private static DomContent reliability(ReportSection.ReliabilityCurve curve) {
    Table table = new Table("score", "photos", "mean score", "right", "95 % interval");
    curve
        .reliability()
        .bins()
        .forEach(
            bin ->
                table.row(
                    percent(bin.low()) + " – " + percent(bin.high()) + " %",
                    String.valueOf(bin.count()),
                    percent(bin.meanScore()) + " %",
                    percent(bin.accuracy().accuracy()) + " %",
                    percent(bin.accuracy().low()) + " – " + percent(bin.accuracy().high())));
    return figure(
            data(curve.reliability()),
            div().withClass("plot"),
            figcaption(
                "Expected calibration error "
                    + percent(curve.reliability().expectedCalibrationError())
                    + " %. A dot is the photos of one range of scores, larger for more of them, a"
                    + " line its 95 % interval. On the diagonal, a score is the chance to be"
                    + " right."),
            details(summary("The same in numbers"), scrollable(plain(table), curve.title())))
        .withClass("chart")
        .attr("data-chart", "reliability");
  }

  private static DomContent confusion(ReportSection.ConfusionMatrix matrix) {
    List<String> regions = matrix.confusion().regions();
    return scrollable(
        table(
                thead(
                    tr(
                        th("taken\u00A0in\u00A0↓ placed\u00A0in\u00A0→").attr("scope", "col"),
                        each(regions, region -> th(region).attr("scope", "col")))),
                tbody(
                    each(
                        IntStream.range(0, regions.size()).boxed().toList(),
                        r ->
                            tr(
                                th(regions.get(r)).attr("scope", "row"),
                                each(
                                    matrix.confusion().counts().get(r),
                                    count ->
                                        confused(
                                            count,
                                            matrix.confusion().counts().get(r).stream()
                                                .mapToInt(Integer::intValue)
                                                .sum()))))))
            .withClass("confusion"),
        matrix.title());
  }

  private static TdTag confused(int count, int photosOfRegion) {
    double share = photosOfRegion == 0 ? 0 : (double) count / photosOfRegion;
    return td(count == 0 ? "·" : String.valueOf(count))
        .attr("style", String.format(Locale.ROOT, "--share:%.3f", share))
        .withTitle(percent(share) + " % of the photos taken there");
  }

  private static DomContent map(ReportSection.WorldMap map) {
    return figure(
            data(ChartData.arcs(map)),
            div().withClass("plot"),
            each(
                List.of("near", "between", "far"),
                kind ->
                    label(
                            input().withType("checkbox").attr("checked").withValue(kind),
                            span().withClasses("swatch", kind),
                            span(
                                switch (kind) {
                                      case "near" -> "up to " + distance(map.nearKm());
                                      case "far" -> "beyond " + distance(map.farKm());
                                      default -> "between";
                                    }
                                    + ": "
                                    + map.photos().stream()
                                        .filter(
                                            photo ->
                                                kind(photo, map.nearKm(), map.farKm()).equals(kind))
                                        .count()))
                        .withClass("key")),
            figcaption("A ring is where a photo was taken, a dot where it was placed. " + MOVING))
        .withClass("chart map")
        .attr("data-chart", "map");
  }

  private static DomContent cellMap(ReportSection.CellMap map) {
    return figure(data(ChartData.cellMap(map)), div().withClass("plot"), figcaption(MOVING))
        .withClass("chart map")
        .attr("data-chart", "cellMap");
  }

  static DomContent orderChooser(String id) {
    return fieldset()
        .withClass("order")
        .with(
            legend("Order"),
            each(
                List.of("as sampled", "best first", "worst first"),
                order ->
                    label(
                        input()
                            .withType("radio")
                            .withName(id + "-order")
                            .withValue(order)
                            .withCondChecked(order.startsWith("as")),
                        span(order))));
  }

  private static DomContent provenance(HtmlReport report) {
    Map<String, String> lines = report.provenance();
    boolean measured = report.sections().stream().anyMatch(HtmlPage::showsDistances);
    return div(
        iff(
            !lines.isEmpty(),
            details(
                summary("How this report came about"),
                scrollable(
                    table(
                        tbody(
                            each(
                                lines.entrySet(),
                                line ->
                                    tr(
                                        th(line.getKey()).attr("scope", "row"),
                                        td(line.getValue()))))),
                    "Provenance"))),
        iff(
            measured,
            p(
                "Distances are great circles on a sphere of radius 6371.01 km; a photo exactly at a"
                    + " limit counts as within it; intervals are 95 % Wilson score intervals.")));
  }

  private static boolean showsDistances(ReportSection section) {
    return section instanceof ReportSection.Comparison
        || section instanceof ReportSection.Breakdown
        || section instanceof ReportSection.ErrorCurves
        || section instanceof ReportSection.WorldMap
        || section instanceof ReportSection.Photos;
  }

  /** Returns what report.js draws, for it to read. */
  static DomContent data(Object data) {
    // Gson writes < and > as escapes, so no text can end the script element.
    return script(rawHtml(GSON.toJson(data))).withType("application/json");
  }

  static String kind(LocatedPhoto photo, double nearKm, double farKm) {
    double error = photo.errorKm();
    return error <= nearKm ? "near" : error <= farKm ? "between" : "far";
  }

  static String distance(double km) {
    if (km < 1) {
      return String.format(Locale.ROOT, "%.0f m", 1000 * km);
    }
    return String.format(Locale.ROOT, km < 10 && km != Math.rint(km) ? "%.1f km" : "%,.0f km", km)
        .replace(',', '\u202F');
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f", 100 * share);
  }

  private static String resource(String name) {
    try (InputStream in = HtmlPage.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("missing from the class path: " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + name, e);
    }
  }
}
