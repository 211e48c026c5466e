package io.github.geofix.cli;

import picocli.CommandLine.Command;

/** {@code geofix dataset}. */
@Command(
    name = "dataset",
    description = "Makes data sets.",
    mixinStandardHelpOptions = true,
    subcommands = DatasetEarthCommand.class)
final class DatasetCommand {}
