package io.github.geofix.cli;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.Location;
import io.github.geofix.core.Location.ScoreRegion;
import io.github.geofix.core.internal.Printable;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;

/** Locations for people. */
record TextLocations(PrintWriter out, int top) implements LocationWriter {
  @Override
  public void write(Path photo, Location location) {
    out.println(Printable.of(photo) + "  " + location.latLng());
    for (Candidate candidate : LocationWriter.best(location, top)) {
      out.printf(
          Locale.ROOT,
          "  %-24s score %.3f  within %4.0f km  %s%s%n",
          candidate.latLng(),
          candidate.score(),
          candidate.radiusKm(),
          candidate.cell(),
          heading(candidate));
    }
    for (ScoreRegion region : location.regions()) {
      out.printf(
          Locale.ROOT,
          "  %.0f %% of the score lies within %,.0f km2%n",
          100 * region.share(),
          region.region().areaKm2());
    }
    out.flush();
  }

  @Override
  public void withhold(Path photo, String reason) {
    out.println(Printable.of(photo) + "  no answer: " + reason);
    out.flush();
  }

  private static String heading(Candidate candidate) {
    return candidate.headingDegrees().isPresent()
        ? String.format(Locale.ROOT, "  heading %.0f", candidate.headingDegrees().getAsDouble())
        : "";
  }

  @Override
  public void close() {}
}
