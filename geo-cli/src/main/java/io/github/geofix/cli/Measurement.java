package io.github.geofix.cli;

import io.github.geofix.core.Precision;
import io.github.geofix.eval.protocol.RunProvenance;
import io.github.geofix.eval.protocol.RunProvenance.FilesDigest;
import io.github.geofix.models.io.ModelCard;
import io.github.geofix.models.nn.TorchEngine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** The provenance of what {@code geofix evaluate} measures. */
final class Measurement {

  /**
   * Options that name files to write, or the system or the data, which are in the digests; and the
   * precision, which is stated as it was on this machine.
   */
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
          "--precision",
          "--verbose");

  private Measurement() {}

  /**
   * Returns what makes the figures.
   *
   * @param system a model folder, or files
   * @param precision what the model was computed in, if one was
   */
  static RunProvenance of(
      List<Path> system, FilesDigest data, ParseResult options, Optional<Precision> precision) {
    return new RunProvenance(
        Main.version(),
        LocalDate.now(ZoneOffset.UTC).toString(),
        figures(options),
        Files.isDirectory(system.get(0))
            ? FilesDigest.ofFolder(system.get(0))
            : FilesDigest.ofFiles(system),
        data,
        ModelCard.thisMachine(),
        precision.map(chosen -> TorchEngine.resolved(chosen).toString().toLowerCase(Locale.ROOT)));
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
