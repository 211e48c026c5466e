package io.github.geofix.cli;

import io.github.geofix.eval.protocol.RunProvenance;
import io.github.geofix.eval.protocol.RunProvenance.FilesDigest;
import io.github.geofix.models.io.ModelCard;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** The provenance of what {@code geofix evaluate} measures. */
final class Measurement {

  /** Options that name files to write, the system or the data: those are in the digests. */
  private static final Set<String> NOT_FIGURES =
      Set.of(
          "--json",
          "--csv",
          "--latex",
          "--report",
          "--list",
          "--name",
          "--model",
          "--predictions",
          "--queries",
          "--gallery",
          "--data",
          "--root",
          "--verbose");

  private Measurement() {}

  /**
   * Returns what makes the figures.
   *
   * @param system a model folder, or files
   */
  static RunProvenance of(List<Path> system, FilesDigest data, ParseResult options) {
    return new RunProvenance(
        Main.version(),
        LocalDate.now(ZoneOffset.UTC).toString(),
        figures(options),
        Files.isDirectory(system.get(0))
            ? FilesDigest.ofFolder(system.get(0))
            : FilesDigest.ofFiles(system),
        data,
        ModelCard.thisMachine());
  }

  private static List<String> figures(ParseResult options) {
    List<String> figures = new ArrayList<>();
    for (OptionSpec option : options.matchedOptions()) {
      if (!NOT_FIGURES.contains(option.longestName())) {
        for (String value : option.originalStringValues()) {
          figures.add(
              option.arity().max() == 0
                  ? option.longestName()
                  : option.longestName() + "=" + value);
        }
      }
    }
    return figures;
  }
}
