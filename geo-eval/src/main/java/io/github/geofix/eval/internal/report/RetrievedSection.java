package io.github.geofix.eval.internal.report;

import static j2html.TagCreator.article;
import static j2html.TagCreator.div;
import static j2html.TagCreator.each;
import static j2html.TagCreator.figcaption;
import static j2html.TagCreator.figure;
import static j2html.TagCreator.h3;
import static j2html.TagCreator.header;
import static j2html.TagCreator.img;
import static j2html.TagCreator.input;
import static j2html.TagCreator.label;
import static j2html.TagCreator.li;
import static j2html.TagCreator.ol;
import static j2html.TagCreator.span;

import io.github.geofix.eval.Matches.Judgment;
import j2html.tags.DomContent;
import j2html.tags.specialized.FigureTag;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/** Ground photos as cards, beside the aerial images found for them. */
final class RetrievedSection extends ReportSection {

  /** Ranks up to here are drawn as near misses. */
  private static final int NEAR_MISS = 10;

  private final List<RetrievedPhoto> photos;

  RetrievedSection(String title, String note, List<RetrievedPhoto> photos) {
    super(title, note);
    this.photos = List.copyOf(photos);
  }

  @Override
  DomContent content(String id) {
    return div(
            div(
                    Html.orderChooser(id),
                    label(input().withType("checkbox").withClass("only-wrong"), span("only misses"))
                        .withClass("key"))
                .withClass("choosers"),
            div(each(
                    IntStream.range(0, photos.size()).boxed().toList(),
                    i -> card(photos.get(i), i)))
                .withClass("cards wide"))
        .withClass("photos");
  }

  private static DomContent card(RetrievedPhoto photo, int index) {
    return article(
            header(
                h3(photo.name()),
                span("rank " + photo.rank())
                    .withClasses("badge", kind(photo.rank()))
                    .withTitle("rank of the best right image")),
            div(
                    div(
                            picture(photo.picture(), "photo " + photo.name())
                                .with(figcaption("photo")),
                            picture(photo.right(), "the right image")
                                .with(figcaption("the right image")))
                        .withClass("sought"),
                    ol(each(photo.found(), RetrievedSection::found)).withClass("found"))
                .withClass("retrieved"))
        .withClass("card")
        .withTabindex(0)
        .attr("data-index", index)
        .attr("data-error", photo.rank());
  }

  private static String kind(int rank) {
    return rank == 1 ? "near" : rank <= NEAR_MISS ? "between" : "far";
  }

  private static DomContent found(RetrievedPhoto.Found found) {
    return li(picture(found.picture(), found.name())
            .with(
                figcaption(
                    span(word(found.judgment())).withClass("word"),
                    span(String.format(Locale.ROOT, "%.3f", found.score())).withClass("score"))))
        .withClass(found.judgment().name().toLowerCase(Locale.ROOT))
        .withTitle(found.name());
  }

  private static String word(Judgment judgment) {
    return switch (judgment) {
      case RIGHT -> "✓ right";
      case COVERING -> "covers";
      case WRONG -> "✗";
    };
  }

  private static FigureTag picture(Optional<EmbeddedImage> picture, String alt) {
    return picture
        .map(
            image ->
                figure(
                    img()
                        .withSrc(image.address())
                        .withAlt(alt)
                        .withWidth(String.valueOf(image.width()))
                        .withHeight(String.valueOf(image.height()))))
        .orElseGet(() -> figure(div(alt).withClass("no-picture")));
  }
}
