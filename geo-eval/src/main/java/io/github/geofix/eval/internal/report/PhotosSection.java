package io.github.geofix.eval.internal.report;

import static j2html.TagCreator.article;
import static j2html.TagCreator.details;
import static j2html.TagCreator.div;
import static j2html.TagCreator.each;
import static j2html.TagCreator.figcaption;
import static j2html.TagCreator.figure;
import static j2html.TagCreator.h3;
import static j2html.TagCreator.header;
import static j2html.TagCreator.iff;
import static j2html.TagCreator.img;
import static j2html.TagCreator.li;
import static j2html.TagCreator.ol;
import static j2html.TagCreator.p;
import static j2html.TagCreator.span;
import static j2html.TagCreator.summary;

import io.github.geofix.eval.internal.report.LocatedPhoto.Picture;
import io.github.geofix.eval.internal.report.LocatedPhoto.ScoredCell;
import j2html.tags.DomContent;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Photos as cards: their pictures, and a map with the scores of their cells. */
final class PhotosSection extends ReportSection {

  /** Cells drawn of one photo at most. */
  private static final int MAX_CELLS = 300;

  /** The share of the best score below which a cell could not be seen. */
  private static final double VISIBLE_SCORE = 0.002;

  /** A region with a longer border is spread so thin that drawing it would show nothing. */
  private static final int MAX_BORDER = 500;

  /** Candidates listed in words below a photo. */
  private static final int LISTED_CELLS = 5;

  private final List<LocatedPhoto> photos;
  private final double nearKm;
  private final double farKm;

  PhotosSection(String title, String note, List<LocatedPhoto> photos, double nearKm, double farKm) {
    super(title, note);
    this.photos = List.copyOf(photos);
    this.nearKm = nearKm;
    this.farKm = farKm;
  }

  /** The JSON that report.js draws of one photo. */
  record PhotoMap(
      @Nullable List<Double> truth,
      List<Double> guess,
      List<CellShape> cells,
      List<Part> regions,
      List<CellShape> path) {}

  record Part(double share, List<List<List<Double>>> border) {}

  @Override
  DomContent content(String id) {
    return div(
            p(mapKey()).withClass("note"),
            Html.orderChooser(id),
            div(each(
                    IntStream.range(0, photos.size()).boxed().toList(),
                    i -> card(photos.get(i), i)))
                .withClass("cards"))
        .withClass("photos");
  }

  @Override
  boolean showsDistances() {
    return true;
  }

  /** Returns what the maps of the cards show, as far as these photos have it. */
  private String mapKey() {
    return "On the maps the ring is the truth, the dot the guess"
        + (photos.stream().anyMatch(photo -> !photo.cells().isEmpty())
            ? "; the brighter a cell, the higher its score"
            : "")
        + (photos.stream().anyMatch(photo -> !photo.regions().isEmpty())
            ? "; the green line is the border of the 50 % region, the dashed one of the 90 % region"
            : "")
        + (photos.stream().anyMatch(photo -> !photo.path().isEmpty())
            ? "; dotted squares are the way to the guess"
            : "")
        + ".";
  }

  private DomContent card(LocatedPhoto photo, int index) {
    return article(
            header(
                h3(photo.name()),
                span(Html.distance(photo.errorKm()))
                    .withClasses("badge", Html.kind(photo, nearKm, farKm))
                    .withTitle("distance between truth and guess")),
            iff(!photo.pictures().isEmpty(), pictures(photo)),
            figure(Html.data(map(photo, true)), div().withClass("plot"))
                .withClass("chart")
                .attr("data-chart", "cells"),
            details(
                summary("Positions and best cells"),
                p("taken at " + photo.truth() + ", placed at " + photo.guess()),
                iff(!photo.path().isEmpty(), p("path: " + path(photo)).withClass("path")),
                ol(
                    each(
                        photo.cells().subList(0, Math.min(LISTED_CELLS, photo.cells().size())),
                        cell -> li(cell.name() + ", score " + score(cell.score()))))))
        .withClass("card")
        .withTabindex(0)
        .attr("data-index", index)
        .attr("data-error", String.format(Locale.ROOT, "%.4f", photo.errorKm()));
  }

  private static String path(LocatedPhoto photo) {
    return photo.path().stream().map(ScoredCell::name).collect(Collectors.joining(" › "));
  }

  private static DomContent pictures(LocatedPhoto photo) {
    return div(each(
            photo.pictures(),
            picture ->
                figure(
                    img()
                        .withSrc(picture.image().address())
                        .withAlt(alt(photo, picture))
                        .withWidth(String.valueOf(picture.image().width()))
                        .withHeight(String.valueOf(picture.image().height())),
                    figcaption(picture.caption()))))
        .withClass("pictures");
  }

  private static String alt(LocatedPhoto photo, Picture picture) {
    return picture.caption() + " of " + photo.name();
  }

  /** Returns what is drawn of a photo, with or without where it was taken. */
  static PhotoMap map(LocatedPhoto photo, boolean withTruth) {
    double best = photo.cells().stream().mapToDouble(ScoredCell::score).max().orElse(0);
    List<ScoredCell> visible =
        photo.cells().stream()
            .filter(cell -> cell.score() >= VISIBLE_SCORE * best)
            .limit(MAX_CELLS)
            .toList();
    return new PhotoMap(
        withTruth ? CellShape.position(photo.truth()) : null,
        CellShape.position(photo.guess()),
        CellShape.of(visible),
        photo.regions().stream()
            .filter(region -> region.border().size() <= MAX_BORDER)
            .map(
                region ->
                    new Part(
                        region.share(),
                        region.border().stream().map(CellShape::positions).toList()))
            .toList(),
        CellShape.of(photo.path()));
  }

  private static String score(double score) {
    return String.format(Locale.ROOT, score >= 0.001 ? "%.3f" : "%.1e", score);
  }
}
