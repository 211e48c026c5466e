package io.github.geofix.cli;

import picocli.CommandLine.Command;

/** {@code geofix index}. */
@Command(
    name = "index",
    description = "Makes a gallery of map images and finds photos in it.",
    mixinStandardHelpOptions = true,
    subcommands = {IndexBuildCommand.class, IndexQueryCommand.class})
final class IndexCommand {}
