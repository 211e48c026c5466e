package io.github.geofix.eval.internal.report;

import static j2html.TagCreator.div;
import static j2html.TagCreator.each;
import static j2html.TagCreator.figcaption;
import static j2html.TagCreator.figure;
import static j2html.TagCreator.h3;
import static j2html.TagCreator.i;
import static j2html.TagCreator.iff;
import static j2html.TagCreator.img;
import static j2html.TagCreator.span;
import static j2html.TagCreator.tbody;
import static j2html.TagCreator.td;
import static j2html.TagCreator.th;
import static j2html.TagCreator.thead;
import static j2html.TagCreator.tr;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.Explanation;
import io.github.geofix.core.Explanation.Direction;
import io.github.geofix.core.Explanation.Evidence;
import io.github.geofix.core.Explanation.Heading;
import io.github.geofix.core.Explanation.HeatMap;
import io.github.geofix.core.Explanation.Neighbor;
import io.github.geofix.core.Explanation.Step;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.Count;
import j2html.TagCreator;
import j2html.tags.DomContent;
import j2html.tags.specialized.DivTag;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The evidence for one answer, drawn in the form of the model's family. */
final class EvidenceSection extends ReportSection {

  /** Candidates listed of each stage of a cascade. */
  private static final int LISTED = 5;

  private final Evidence evidence;

  EvidenceSection(String title, Evidence evidence) {
    super(title, note(evidence));
    this.evidence = evidence;
  }

  private static String note(Evidence evidence) {
    if (evidence instanceof Explanation.Levels) {
      return "The best cells of each level of the hierarchy. The score of a cell is the sum over the"
          + " finest cells in it; its own score is what its level gave it without the others.";
    } else if (evidence instanceof Explanation.Tokens) {
      return "The tokens of the answer, coarse to fine, and the sequences that lost.";
    } else if (evidence instanceof Explanation.Zoom) {
      return "The views that the search went through, coarse to fine. The brighter a child, the"
          + " higher its score among all children compared in that step; the frame is the one"
          + " chosen.";
    } else if (evidence instanceof Explanation.Directions) {
      return "How photo and map tile match. The brighter a cell, the more it resembles the other"
          + " image in the same direction.";
    } else if (evidence instanceof Explanation.Neighbors) {
      return "The photos of the gallery that are most similar, and their shares of the votes.";
    } else if (evidence instanceof Explanation.Stages stages) {
      return "The first model's evidence, and the candidates after each refiner. "
          + note(stages.first());
    }
    return "This model gives no evidence but its candidates.";
  }

  @Override
  DomContent content(String id) {
    return div(drawn(evidence)).withClass("evidence");
  }

  private static DivTag drawn(Evidence evidence) {
    if (evidence instanceof Explanation.Levels levels) {
      return drawn(levels);
    } else if (evidence instanceof Explanation.Tokens tokens) {
      return drawn(tokens);
    } else if (evidence instanceof Explanation.Zoom zoom) {
      return div(each(zoom.steps(), EvidenceSection::step)).withClass("views");
    } else if (evidence instanceof Explanation.Directions directions) {
      return drawn(directions);
    } else if (evidence instanceof Explanation.Neighbors neighbors) {
      return div(neighbors(neighbors.neighbors()));
    } else if (evidence instanceof Explanation.Stages stages) {
      return div(
          drawn(stages.first()),
          each(stages.stages(), stage -> div(h3("After " + stage.name()), stage(stage))));
    }
    return div();
  }

  private static DivTag drawn(Explanation.Levels levels) {
    return div(
        div(each(
                IntStream.range(0, levels.levels().size()).boxed().toList(),
                n -> level(n, levels.levels().get(n))))
            .withClass("levels"),
        iff(!levels.neighbors().isEmpty(), h3("Photos of which the answer is the mean")),
        iff(!levels.neighbors().isEmpty(), neighbors(levels.neighbors())));
  }

  private static DomContent level(int n, Explanation.Level level) {
    double best = level.best().get(0).score();
    return div(
        h3("Level " + (n + 1) + ": " + Count.of(level.cells(), "cells")),
        rows(
            List.of("cell", "score", "own score"),
            level.best(),
            cell -> List.of(cell.cell().toString(), bar(cell.score(), best), number(cell.own())),
            "Level " + (n + 1)));
  }

  private static DivTag drawn(Explanation.Tokens tokens) {
    double best = tokens.tokens().get(tokens.tokens().size() - 1).score();
    return div(
        rows(
            List.of("token", "value", "score", "cell"),
            IntStream.range(0, tokens.tokens().size()).boxed().toList(),
            n -> {
              Explanation.Token token = tokens.tokens().get(n);
              return List.of(n + 1, token.value(), bar(token.score(), 1), token.cell().toString());
            },
            "Tokens"),
        iff(!tokens.lost().isEmpty(), h3("Sequences that lost")),
        iff(
            !tokens.lost().isEmpty(),
            rows(
                List.of("cell", "score", "tokens"),
                tokens.lost(),
                beam ->
                    List.of(
                        beam.cell().toString(),
                        bar(beam.score(), best),
                        beam.tokens().stream()
                            .map(String::valueOf)
                            .collect(Collectors.joining(" "))),
                "Sequences that lost")));
  }

  private static DomContent step(Step step) {
    double best = Collections.max(step.scores());
    double chosen = step.scores().get(step.chosen());
    return overlaid(
        step.picture(),
        new Grid(step.side(), step.side(), step.scores(), Math.max(best, Double.MIN_NORMAL), 0),
        step.chosen(),
        "View "
            + (step.view().toString().isEmpty() ? "of the whole area" : step.view())
            + ": child "
            + (step.chosen() + 1)
            + " of "
            + step.scores().size()
            + ", score "
            + number(chosen)
            + ", "
            + Count.of(step.compared(), "views compared"));
  }

  private static DivTag drawn(Explanation.Directions directions) {
    double most = directions.regions().stream().mapToDouble(Direction::part).max().orElse(1);
    return div(
        div(
                heatMap(directions.photo(), "photo"),
                each(directions.tile().stream().toList(), tile -> heatMap(tile, "map tile")))
            .withClass("views"),
        h3("Cosine " + number(directions.cosine()) + ", by direction"),
        rows(
            List.of("direction", "part of the cosine"),
            directions.regions(),
            region ->
                List.of(
                    String.format(
                        Locale.ROOT,
                        "%.0f° to %.0f°",
                        region.fromDegrees(),
                        region.toDegrees() % 360),
                    bar(region.part(), most)),
            "Directions"),
        iff(directions.headings().size() > 1, h3("Headings tried")),
        iff(directions.headings().size() > 1, headings(directions)));
  }

  private static DomContent headings(Explanation.Directions directions) {
    List<Heading> best =
        directions.headings().stream()
            .sorted((a, b) -> Double.compare(b.cosine(), a.cosine()))
            .limit(LISTED)
            .toList();
    return rows(
        List.of("heading", "cosine"),
        best,
        heading ->
            List.of(
                String.format(Locale.ROOT, "%.0f°", heading.degrees()),
                bar(heading.cosine(), best.get(0).cosine())),
        "Headings");
  }

  private static DomContent heatMap(HeatMap map, String caption) {
    return overlaid(
        map.picture(),
        new Grid(
            map.rows(),
            map.columns(),
            map.values(),
            Collections.max(map.values()),
            Collections.min(map.values())),
        -1,
        caption
            + String.format(
                Locale.ROOT,
                ": cosines %.2f to %.2f",
                Collections.min(map.values()),
                Collections.max(map.values())));
  }

  private record Grid(
      int rows, int columns, List<Double> values, double strongest, double weakest) {
    /** Returns how strong a cell is drawn, 0 to 1. */
    double strength(int cell) {
      double range = strongest - weakest;
      return range > 0 ? Math.max(0, (values.get(cell) - weakest) / range) : 0;
    }
  }

  /** Returns a picture with a grid over it; without a picture the grid alone. */
  private static DomContent overlaid(
      Optional<BufferedImage> picture, Grid grid, int chosen, String caption) {
    List<DomContent> parts = new ArrayList<>();
    picture.ifPresent(image -> parts.add(img().withSrc(jpeg(image)).withAlt("")));
    parts.add(
        div(each(
                IntStream.range(0, grid.values().size()).boxed().toList(),
                cell ->
                    i().attr("style", String.format(Locale.ROOT, "--v:%.3f", grid.strength(cell)))
                        .withTitle(number(grid.values().get(cell)))
                        .withCondClass(cell == chosen, "chosen")))
            .withClass("grid")
            .attr(
                "style",
                "grid-template:repeat(%d,1fr)/repeat(%d,1fr)"
                    .formatted(grid.rows(), grid.columns())));
    String shape =
        picture
            .map(image -> image.getWidth() + "/" + image.getHeight())
            .orElse(grid.columns() + "/" + grid.rows());
    return figure(
        div(each(parts, part -> part))
            .withClass("overlaid")
            .attr("role", "img")
            .attr("aria-label", caption)
            .attr("style", "aspect-ratio:" + shape),
        figcaption(caption));
  }

  private static String jpeg(BufferedImage image) {
    return EmbeddedImage.jpeg(image).address();
  }

  private static DomContent neighbors(List<Neighbor> neighbors) {
    double most = neighbors.stream().mapToDouble(Neighbor::vote).max().orElse(1);
    boolean pictures = neighbors.stream().anyMatch(neighbor -> neighbor.picture().isPresent());
    List<String> columns = new ArrayList<>(List.of("photo", "place", "similarity", "votes"));
    if (pictures) {
      columns.add(1, "picture");
    }
    return rows(
        columns,
        neighbors,
        neighbor -> {
          List<Object> row =
              new ArrayList<>(
                  List.of(
                      file(neighbor.photo()),
                      position(neighbor.latLng()),
                      number(neighbor.score()),
                      bar(neighbor.vote(), most)));
          if (pictures) {
            row.add(
                1,
                neighbor
                    .picture()
                    .<Object>map(image -> img().withSrc(jpeg(image)).withAlt("").withClass("small"))
                    .orElse("–"));
          }
          return row;
        },
        "Neighbors");
  }

  /** Returns the name of a file, without the folders above it. */
  private static DomContent file(String photo) {
    return span(photo.substring(Math.max(photo.lastIndexOf('/'), photo.lastIndexOf('\\')) + 1))
        .withTitle(photo);
  }

  private static DomContent stage(Explanation.Stage stage) {
    List<Candidate> best =
        stage.candidates().subList(0, Math.min(LISTED, stage.candidates().size()));
    return rows(
        List.of("candidate", "score", "cell"),
        best,
        candidate ->
            List.of(
                position(candidate.latLng()),
                bar(candidate.score(), best.get(0).score()),
                candidate.cell().toString()),
        "After " + stage.name());
  }

  /** Returns a table; what is no HTML is text. */
  static <T> DomContent rows(
      List<String> columns, List<T> items, Function<T, List<?>> cells, String name) {
    return Html.scrollable(
        TagCreator.table(
            thead(tr(each(columns, column -> th(column).attr("scope", "col")))),
            tbody(
                each(
                    items,
                    item -> {
                      List<?> row = cells.apply(item);
                      return tr(
                          th(html(row.get(0))).attr("scope", "row"),
                          each(row.subList(1, row.size()), cell -> td(html(cell))));
                    }))),
        name);
  }

  private static DomContent html(Object cell) {
    return cell instanceof DomContent content ? content : TagCreator.text(String.valueOf(cell));
  }

  /** Returns a number with a bar of its part of the largest. */
  static DomContent bar(double value, double most) {
    double part = most > 0 ? Math.max(0, Math.min(1, value / most)) : 0;
    return div(
            span(number(value)),
            div(div().withClass("value"))
                .withClass("bar")
                .attr("aria-hidden", "true")
                .attr("style", String.format(Locale.ROOT, "--value:%.1f%%", 100 * part)))
        .withClass("barred");
  }

  /** Returns a position within 10 m. */
  static String position(LatLng place) {
    return String.format(Locale.ROOT, "%.4f, %.4f", place.latitude(), place.longitude());
  }

  private static String number(double value) {
    double size = Math.abs(value);
    return String.format(Locale.ROOT, size >= 0.001 || size == 0 ? "%.3f" : "%.1e", value);
  }
}
