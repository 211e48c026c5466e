package io.github.geofix.cli;

import picocli.CommandLine.Option;

/** What an untrained model is made from. */
final class Untrained {
  @Option(
      names = "--method",
      required = true,
      description = "Family: embed, token, zoom or recombine.")
  String method;

  @Option(names = "--size", defaultValue = "tiny", description = "Size (default: tiny).")
  String size;
}
