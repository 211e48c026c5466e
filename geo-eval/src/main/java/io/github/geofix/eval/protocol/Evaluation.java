package io.github.geofix.eval.protocol;

import io.github.geofix.eval.Table;
import io.github.geofix.eval.report.HtmlReport;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.function.Function;

/** The figures of one system on one benchmark, in every format. */
public sealed interface Evaluation permits PhotoEvaluation, CrossViewEvaluation {

  /**
   * Returns a copy with another name of the system, which tables and pages show.
   *
   * @param name for example the name of the model's folder
   */
  Evaluation named(String name);

  /** Returns a copy that states what made the figures, in JSON, CSV, LaTeX and on the page. */
  Evaluation withProvenance(RunProvenance provenance);

  /** Returns the figures in Markdown, published figures below them. */
  String toMarkdown();

  /**
   * Returns the figures as a JSON object, with the names of system and benchmark, and whether the
   * data were the whole benchmark.
   */
  String toJson();

  /** Returns the figures as CSV, one row a figure; lines of provenance start with {@code #}. */
  String toCsv();

  /** Returns a table for a paper: the system in the first row, published figures below it. */
  Table toTable();

  /** Returns {@link #toTable} as LaTeX, the provenance in comments. */
  String toLatex();

  /**
   * Returns the figures as a page, with some photos in detail.
   *
   * @param decode reads an image file, such as {@code Photos::read} of geo-models
   */
  HtmlReport toHtml(Function<Path, BufferedImage> decode);
}
