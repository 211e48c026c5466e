package io.github.geofix.cli;

import picocli.CommandLine.Option;

/** What an untrained model is made from. */
final class Untrained {
  @Option(
      names = "--method",
      required = true,
      paramLabel = "NAME",
      description = "Family: embed, token, zoom, recombine or geoclip.")
  String method;

  @Option(
      names = "--size",
      defaultValue = "tiny",
      paramLabel = "SIZE",
      description = "tiny, small or paper; others are listed where one is wrong (default: tiny).")
  String size;
}
