package io.github.geofix.eval.internal.report;

import static j2html.TagCreator.div;
import static j2html.TagCreator.each;

import j2html.tags.DomContent;
import java.util.List;

/** A few figures in large type. */
final class HeadlineSection extends ReportSection {
  private final List<Figure> figures;

  HeadlineSection(String title, String note, List<Figure> figures) {
    super(title, note);
    this.figures = List.copyOf(figures);
  }

  @Override
  DomContent content(String id) {
    return div(each(
            figures,
            figure ->
                div(
                        div(figure.label()).withClass("label"),
                        div(figure.value()).withClass("value"),
                        div(figure.detail()).withClass("detail"))
                    .withClass("tile")))
        .withClass("tiles");
  }
}
