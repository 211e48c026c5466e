package io.github.geofix.eval.internal.report;

import static j2html.TagCreator.div;
import static j2html.TagCreator.each;
import static j2html.TagCreator.figcaption;
import static j2html.TagCreator.figure;
import static j2html.TagCreator.input;
import static j2html.TagCreator.label;
import static j2html.TagCreator.span;

import j2html.tags.DomContent;
import j2html.tags.specialized.LabelTag;
import java.util.List;

/** A world map with an arc from each true position to the predicted one. */
final class WorldMapSection extends ReportSection {
  private final List<LocatedPhoto> photos;
  private final double nearKm;
  private final double farKm;

  WorldMapSection(
      String title, String note, List<LocatedPhoto> photos, double nearKm, double farKm) {
    super(title, note);
    this.photos = List.copyOf(photos);
    this.nearKm = nearKm;
    this.farKm = farKm;
  }

  /** The JSON that report.js draws. */
  private record Arcs(List<Arc> arcs) {}

  private record Arc(
      String name, List<Double> truth, List<Double> guess, String kind, String error) {}

  @Override
  DomContent content(String id) {
    return figure(
            Html.data(new Arcs(photos.stream().map(this::arc).toList())),
            div().withClass("plot"),
            each(List.of("near", "between", "far"), this::key),
            figcaption(
                "A ring is where a photo was taken, a dot where it was placed. " + Html.MOVING))
        .withClass("chart map")
        .attr("data-chart", "map");
  }

  @Override
  boolean showsDistances() {
    return true;
  }

  private Arc arc(LocatedPhoto photo) {
    return new Arc(
        photo.name(),
        CellShape.position(photo.truth()),
        CellShape.position(photo.guess()),
        Html.kind(photo, nearKm, farKm),
        Html.distance(photo.errorKm()));
  }

  private LabelTag key(String kind) {
    String range =
        switch (kind) {
          case "near" -> "up to " + Html.distance(nearKm);
          case "far" -> "beyond " + Html.distance(farKm);
          default -> "between";
        };
    long count =
        photos.stream().filter(photo -> Html.kind(photo, nearKm, farKm).equals(kind)).count();
    return label(
            input().withType("checkbox").attr("checked").withValue(kind),
            span().withClasses("swatch", kind),
            span(range + ": " + count))
        .withClass("key");
  }
}
