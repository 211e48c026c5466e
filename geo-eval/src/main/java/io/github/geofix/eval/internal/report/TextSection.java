package io.github.geofix.eval.internal.report;

import static j2html.TagCreator.rawHtml;

import j2html.tags.DomContent;

/** Paragraphs of text: the note is all there is. */
final class TextSection extends ReportSection {
  TextSection(String title, String note) {
    super(title, note);
  }

  @Override
  DomContent content(String id) {
    return rawHtml("");
  }
}
