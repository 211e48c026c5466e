package io.github.geofix.eval.internal.report;

import static j2html.TagCreator.div;
import static j2html.TagCreator.each;

import io.github.geofix.eval.Share;
import j2html.tags.DomContent;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** A few shares of one system, each with its interval drawn. */
final class SharesSection extends ReportSection {
  private final Map<String, Share> shares;

  SharesSection(String title, String note, Map<String, Share> shares) {
    super(title, note);
    this.shares = Collections.unmodifiableMap(new LinkedHashMap<>(shares));
  }

  @Override
  DomContent content(String id) {
    return div(each(
            shares.entrySet(),
            entry ->
                div(
                        div(entry.getKey()).withClass("label"),
                        div(Html.percent(entry.getValue().accuracy()) + " %").withClass("value"),
                        Html.bar(entry.getValue()),
                        div(Html.interval(entry.getValue())).withClass("detail"))
                    .withClass("tile")))
        .withClass("tiles");
  }
}
