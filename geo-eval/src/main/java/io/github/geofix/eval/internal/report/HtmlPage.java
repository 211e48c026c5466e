package io.github.geofix.eval.internal.report;

import static j2html.TagCreator.a;
import static j2html.TagCreator.body;
import static j2html.TagCreator.details;
import static j2html.TagCreator.div;
import static j2html.TagCreator.each;
import static j2html.TagCreator.footer;
import static j2html.TagCreator.h1;
import static j2html.TagCreator.h2;
import static j2html.TagCreator.head;
import static j2html.TagCreator.header;
import static j2html.TagCreator.html;
import static j2html.TagCreator.iff;
import static j2html.TagCreator.img;
import static j2html.TagCreator.li;
import static j2html.TagCreator.main;
import static j2html.TagCreator.meta;
import static j2html.TagCreator.nav;
import static j2html.TagCreator.ol;
import static j2html.TagCreator.p;
import static j2html.TagCreator.rawHtml;
import static j2html.TagCreator.script;
import static j2html.TagCreator.section;
import static j2html.TagCreator.style;
import static j2html.TagCreator.summary;
import static j2html.TagCreator.table;
import static j2html.TagCreator.tbody;
import static j2html.TagCreator.td;
import static j2html.TagCreator.th;
import static j2html.TagCreator.title;
import static j2html.TagCreator.tr;

import j2html.tags.DomContent;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Renders an {@link ReportPage} as one HTML page. */
final class HtmlPage {

  /** The version of d3 in the parent's pom. */
  private static final String D3 = "/META-INF/resources/webjars/d3/7.9.0/dist/d3.min.js";

  /** Nothing is fetched, whatever a text or a picture holds. */
  private static final String POLICY =
      "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

  private HtmlPage() {}

  static String render(ReportPage report) {
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
  private static DomContent world(ReportPage report) {
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
            section.content(id));
  }

  private static DomContent provenance(ReportPage report) {
    Map<String, String> lines = report.provenance();
    boolean measured = report.sections().stream().anyMatch(ReportSection::showsDistances);
    return div(
        iff(
            !lines.isEmpty(),
            details(
                summary("How this report came about"),
                Html.scrollable(
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
