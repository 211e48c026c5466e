package io.github.geofix.cli;

import io.github.geofix.eval.Table;
import io.github.geofix.eval.report.HtmlReport;
import java.util.function.Supplier;

/**
 * What an evaluation has to say, in every format.
 *
 * @param markdown for people
 * @param json for programs and {@code geofix compare}
 * @param csv one row a figure
 * @param table for a paper: the run in the first row, published figures below it
 * @param page for the browser; made only when asked for, since it holds pictures
 */
record Evaluated(
    String markdown, String json, String csv, Table table, Supplier<HtmlReport> page) {}
