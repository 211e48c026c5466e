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
          "  %-24s score %.3f  within %s  %s%s%n",
          candidate.latLng(),
          candidate.score(),
          radius(candidate.radiusKm()),
          candidate.cell(),
          heading(candidate));
    }
    for (ScoreRegion region : location.regions()) {
      out.printf(
          Locale.ROOT,
          "  %.0f %% of the score lies within %s%n",
          100 * region.share(),
          area(region.region().areaKm2()));
    }
    out.flush();
  }

  @Override
  public void withhold(Path photo, String reason) {
    out.println(Printable.of(photo) + "  no answer: " + reason);
    out.flush();
  }

  /** Galleries answer to the meter. */
  private static String radius(double km) {
    return km < 1
        ? String.format(Locale.ROOT, "%4.0f m ", 1000 * km)
        : String.format(Locale.ROOT, "%4.0f km", km);
  }

  private static String area(double km2) {
    return km2 < 1
        ? String.format(Locale.ROOT, "%,.0f m2", 1e6 * km2)
        : String.format(Locale.ROOT, "%,.0f km2", km2);
  }

  private static String heading(Candidate candidate) {
    return candidate.headingDegrees().isPresent()
        ? String.format(Locale.ROOT, "  heading %.0f", candidate.headingDegrees().getAsDouble())
        : "";
  }

  @Override
  public void close() {}
}
