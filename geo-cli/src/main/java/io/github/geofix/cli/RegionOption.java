package io.github.geofix.cli;

import io.github.geofix.core.geodesy.LatLngBox;
import picocli.CommandLine.Option;

/** The option that names a bounding box. */
final class RegionOption {
  @Option(
      names = "--region",
      required = true,
      converter = BoxConverter.class,
      paramLabel = "S,W,N,E",
      description = "Degrees; west is more than east where it crosses the antimeridian.")
  private LatLngBox region;

  /** Returns the box. */
  LatLngBox region() {
    return region;
  }
}
