package io.github.geofix.eval.internal.report;

import static j2html.TagCreator.div;
import static j2html.TagCreator.each;
import static j2html.TagCreator.figcaption;
import static j2html.TagCreator.figure;
import static j2html.TagCreator.img;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.Location;
import io.github.geofix.core.geodesy.GreatCircle;
import j2html.tags.DomContent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The answer to one photo: the photo, a map of the candidates, and a list of them. */
final class LocationSection extends ReportSection {
  private static final int LISTED = 10;

  private final LocatedPhoto photo;
  private final List<Candidate> candidates;

  LocationSection(String title, Location location, Optional<EmbeddedImage> picture) {
    super(title, note(location));
    LocatedPhoto located = LocatedPhoto.of(title, location.latLng(), location);
    this.photo = picture.map(image -> located.withPicture("photo", image)).orElse(located);
    this.candidates =
        location.candidates().subList(0, Math.min(LISTED, location.candidates().size()));
  }

  private static String note(Location location) {
    return "Placed at "
        + location.latLng()
        + ". On the map the dot is the answer; the brighter a cell, the higher its score"
        + (location.regions().isEmpty()
            ? "."
            : "; the green line is the border of the 50 % region, the dashed one of the 90 %"
                + " region.")
        + elsewhere(location);
  }

  /** Returns a sentence if the answer is not at the best candidate, of which the evidence is. */
  private static String elsewhere(Location location) {
    Candidate best = location.candidates().get(0);
    double km = GreatCircle.distanceKm(location.latLng(), best.latLng());
    return km <= 2 * best.radiusKm()
        ? ""
        : " The answer is where most of the score is close together, "
            + Html.distance(km)
            + " from the best candidate; the evidence is for that candidate.";
  }

  @Override
  DomContent content(String id) {
    return div(
            div(
                    each(
                        photo.pictures(),
                        picture ->
                            figure(
                                img()
                                    .withSrc(picture.image().address())
                                    .withAlt("the photo " + title())
                                    .withWidth(String.valueOf(picture.image().width()))
                                    .withHeight(String.valueOf(picture.image().height())),
                                figcaption(picture.caption()))),
                    figure(Html.data(PhotosSection.map(photo, false)), div().withClass("plot"))
                        .withClass("chart")
                        .attr("data-chart", "cells"))
                .withClass("located"),
            table())
        .withClass("evidence");
  }

  private DomContent table() {
    boolean headings = candidates.stream().anyMatch(place -> place.headingDegrees().isPresent());
    List<String> columns = new ArrayList<>(List.of("candidate", "score", "radius", "cell"));
    if (headings) {
      columns.add("heading");
    }
    return EvidenceSection.rows(
        columns,
        candidates,
        candidate -> {
          List<Object> row =
              new ArrayList<>(
                  List.of(
                      EvidenceSection.position(candidate.latLng()),
                      EvidenceSection.bar(candidate.score(), candidates.get(0).score()),
                      Html.distance(candidate.radiusKm()).replace(' ', '\u00a0'),
                      candidate.cell().toString()));
          if (headings) {
            row.add(String.format(Locale.ROOT, "%.0f°", candidate.headingDegrees().orElse(0)));
          }
          return row;
        },
        "Candidates");
  }
}
