package io.github.geofix.cli;

import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The options of {@code geofix evaluate} that would change nothing beside others. */
final class IgnoredOptions {
  /** The name of the mixin of how a model answers. */
  static final String OF_MODELS = "model";

  /** What is read where nothing is measured: the list, and whether its images are there. */
  private static final Set<String> CHECKING =
      Set.of("--data", "--protocol", "--root", "--list", "--incomplete", "--verbose");

  private IgnoredOptions() {}

  /**
   * Refuses them.
   *
   * @param what is measured, if anything is
   * @throws ParameterException if one is given
   */
  static void refuse(CommandSpec command, EvaluateCommand.@Nullable What what) {
    ParseResult given = command.commandLine().getParseResult();
    if (what == null) {
      refuse(
          command,
          given.matchedOptions().stream()
              .map(OptionSpec::longestName)
              .filter(name -> !CHECKING.contains(name)),
          " needs something to measure: --model, --predictions, --vlm-url, or --queries and"
              + " --gallery");
    } else if (!what.readsPhotos()) {
      Stream<String> ofModels =
          Objects.requireNonNull(command.mixins().get(OF_MODELS)).options().stream()
              .map(OptionSpec::longestName);
      refuse(
          command,
          Stream.concat(ofModels, Stream.of("--closest-candidate", "--skip-unreadable"))
              .filter(given::hasMatchedOption),
          " is for a model, and "
              + (what.predictions != null ? "--predictions are" : "--queries and --gallery are")
              + " measured as they are");
    }
  }

  private static void refuse(CommandSpec command, Stream<String> options, String reason) {
    options
        .findFirst()
        .ifPresent(
            option -> {
              throw new ParameterException(command.commandLine(), option + reason);
            });
  }
}
