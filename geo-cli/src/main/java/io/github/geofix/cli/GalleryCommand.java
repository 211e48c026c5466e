package io.github.geofix.cli;

import picocli.CommandLine.Command;

/** {@code geofix gallery}. */
@Command(
    name = "gallery",
    description = {
      "Makes a gallery of photos with known positions, which locates other photos by the most"
          + " similar ones.",
      "A gallery is a model folder: locate, evaluate and calibrate take it as --model."
    },
    mixinStandardHelpOptions = true,
    subcommands = {
      GalleryBuildCommand.class,
      GalleryAddCommand.class,
      GalleryRemoveCommand.class,
      GalleryCompactCommand.class,
      GalleryQueryCommand.class
    })
final class GalleryCommand {}
