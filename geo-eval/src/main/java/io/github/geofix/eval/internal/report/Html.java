package io.github.geofix.eval.internal.report;

import static j2html.TagCreator.div;
import static j2html.TagCreator.each;
import static j2html.TagCreator.fieldset;
import static j2html.TagCreator.input;
import static j2html.TagCreator.label;
import static j2html.TagCreator.legend;
import static j2html.TagCreator.rawHtml;
import static j2html.TagCreator.script;
import static j2html.TagCreator.span;
import static j2html.TagCreator.tbody;
import static j2html.TagCreator.td;
import static j2html.TagCreator.th;
import static j2html.TagCreator.thead;
import static j2html.TagCreator.tr;

import com.google.gson.Gson;
import io.github.geofix.eval.Share;
import io.github.geofix.eval.Table;
import j2html.TagCreator;
import j2html.tags.DomContent;
import j2html.tags.specialized.DivTag;
import java.util.List;
import java.util.Locale;

/** Parts of the page that several sections share. Charts are drawn by report.js from JSON. */
final class Html {

  static final String MOVING =
      "Zoom with the buttons, with + and −, or with Ctrl and the wheel; move with the arrow keys or"
          + " by dragging.";

  private static final Gson GSON = new Gson();

  private Html() {}

  /** Returns a plain table, the first cell of a row as its heading. */
  static DomContent table(Table table) {
    return TagCreator.table(
        thead(tr(each(table.header(), name -> th(name).attr("scope", "col")))),
        tbody(
            each(
                table.rows(),
                row ->
                    tr(
                        th(row.get(0)).attr("scope", "row"),
                        each(row.subList(1, row.size()), cell -> td(cell))))));
  }

  /** Returns a region that scrolls sideways, also by keyboard. */
  static DivTag scrollable(DomContent wide, String name) {
    return div(wide)
        .withClass("scroll")
        .withTabindex(0)
        .attr("role", "region")
        .attr("aria-label", name);
  }

  /** Returns a bar of a share and its interval. */
  static DivTag bar(Share share) {
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

  static String interval(Share share) {
    return percent(share.low()) + " – " + percent(share.high());
  }

  /** Returns buttons to order the cards of a section. */
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

  /** Returns the JSON of what report.js draws. */
  static DomContent data(Object data) {
    // Gson writes < and > as escapes, so no text can end the script element.
    return script(rawHtml(GSON.toJson(data))).withType("application/json");
  }

  /** Returns the class of an error: {@code near}, {@code between} or {@code far}. */
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

  static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f", 100 * share);
  }

  /** Returns a share with the digits that a chart can show. */
  static double rounded(double share) {
    return Math.rint(share * 1e5) / 1e5;
  }
}
