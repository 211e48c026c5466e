package io.github.geofix.cli;

import io.github.geofix.core.Localizer;
import io.github.geofix.core.NoAnswerException;
import io.github.geofix.core.PhotoOutcome;
import io.github.geofix.core.abstention.AnswerRule;
import io.github.geofix.core.abstention.AnswerRules;
import io.github.geofix.eval.Drift;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code geofix locate}. */
@Command(
    name = "locate",
    description = {
      "Locates photos, each answer printed as it is known. Scores are probabilities only if the"
          + " model was calibrated.",
      "A photo that cannot be read is named on stderr, the others are located, and the exit code"
          + " is 1. The photo - is standard input.",
      "A photo that the model declines to locate is listed with the reason, and the exit code is 3."
    },
    footer = {
      "",
      "Examples:",
      "  geofix locate --model models/embed photo.jpg",
      "  geofix locate --model models/embed --format csv holiday/",
      "  find . -name '*.jpg' | geofix locate --model models/embed --format jsonl --list -",
      "  geofix locate --model models/embed - < photo.jpg"
    },
    mixinStandardHelpOptions = true)
final class LocateCommand implements Callable<Integer> {
  private static final int WITHHELD = 3;

  @Spec private CommandSpec spec;

  static final class What {
    @Option(names = "--model", required = true, paramLabel = "DIR", description = "Model folder.")
    @Nullable Path model;

    @ArgGroup(exclusive = false, multiplicity = "1")
    @Nullable VlmOptions vlm;
  }

  @ArgGroup(multiplicity = "1")
  private What what;

  @Mixin private final ModelChoice choice = new ModelChoice();

  @Option(
      names = "--top",
      defaultValue = "5",
      paramLabel = "N",
      description = "Candidates to show for each photo (default: ${DEFAULT-VALUE}).")
  private int top;

  @Option(
      names = "--format",
      defaultValue = "text",
      paramLabel = "FORMAT",
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private LocationWriter.Format format;

  static final class Rule {
    @Option(
        names = "--within",
        required = true,
        paramLabel = "KM",
        description = "Give only answers that are right within this ...")
    private double km;

    @Option(
        names = "--confidence",
        required = true,
        paramLabel = "SHARE",
        description =
            "... for this share of the answers given, by a rule of geofix calibrate; the exit code"
                + " is 3 if an answer is withheld.")
    private double confidence;
  }

  @ArgGroup(exclusive = false)
  private @Nullable Rule rule;

  @Mixin private final PhotoArguments arguments = new PhotoArguments();

  @Override
  public Integer call() throws IOException {
    if (top < 1) {
      throw new IllegalArgumentException("--top must be 1 or more: " + top);
    }
    boolean fromInput = arguments.isStandardInput();
    List<Path> photos = fromInput ? List.of(PhotoArguments.STDIN) : arguments.files();
    Optional<AnswerRule> giving =
        rule == null
            ? Optional.empty()
            : Optional.of(AnswerRules.load(folder()).rule(rule.km, rule.confidence));
    PrintWriter out = spec.commandLine().getOut();
    if (what.model != null) {
      choice.attribution(what.model).ifPresent(attribution -> error(attribution.toString()));
    }
    Counts counts = new Counts();
    try (Localizer localizer = load(photos);
        LocationWriter writer = format.open(out, top);
        Bar bar = Bar.besideOutput("locate", photos.size())) {
      Consumer<PhotoOutcome> action =
          outcome -> {
            if (outcome instanceof PhotoOutcome.Located located) {
              write(writer, located, giving, counts);
            } else if (outcome instanceof PhotoOutcome.Failed failed) {
              counts.failed++;
              error(ErrorText.of(failed.error()));
            } else if (outcome instanceof PhotoOutcome.Unanswered unanswered) {
              withhold(writer, unanswered.photo(), unanswered.reason(), counts);
            }
            bar.stepTo(++counts.done);
          };
      if (fromInput) {
        action.accept(ofInput(localizer));
      } else {
        localizer.locateEach(photos, action);
      }
    }
    out.flush();
    if (counts.failed > 0 && photos.size() > 1) {
      error(Count.of(counts.failed, "photos of ") + photos.size() + " could not be read");
    }
    if (counts.withheld > 0 && photos.size() > 1) {
      error(Count.of(counts.withheld, "answers of ") + photos.size() + " withheld");
    }
    giving.ifPresent(answers -> checkDrift(answers, counts.masses));
    return counts.failed > 0 ? ExitCode.SOFTWARE : counts.withheld > 0 ? WITHHELD : ExitCode.OK;
  }

  private Localizer load(List<Path> photos) {
    VlmOptions vlm = what.vlm;
    return vlm == null
        ? choice.load(folder(), photos)
        : choice.judged(() -> vlm.open(spec.commandLine().getErr()));
  }

  private Path folder() {
    if (what.model == null) {
      throw new IllegalArgumentException(
          "--within needs a model folder, which geofix calibrate wrote a rule to");
    }
    return what.model;
  }

  private static PhotoOutcome ofInput(Localizer localizer) {
    try {
      return new PhotoOutcome.Located(PhotoArguments.STDIN, localizer.locate(System.in));
    } catch (UncheckedIOException e) {
      return new PhotoOutcome.Failed(PhotoArguments.STDIN, e);
    } catch (NoAnswerException e) {
      return new PhotoOutcome.Unanswered(PhotoArguments.STDIN, String.valueOf(e.getMessage()));
    }
  }

  private static final class Counts {
    private int done;
    private int failed;
    private int withheld;
    private final List<Double> masses = new ArrayList<>();
  }

  /** Warns if the photos are not of the kind that the rule was fitted on. */
  private void checkDrift(AnswerRule giving, List<Double> masses) {
    if (masses.size() < Drift.LEAST_PHOTOS) {
      return;
    }
    Drift drift = Drift.of(giving, masses);
    if (drift.isAlarm()) {
      error(drift.warning());
    }
  }

  private static void write(
      LocationWriter writer,
      PhotoOutcome.Located located,
      Optional<AnswerRule> giving,
      Counts counts) {
    giving.ifPresent(
        answers ->
            counts.masses.add(AnswerRule.mass(located.location(), answers.bound().withinKm())));
    try {
      if (giving.isEmpty() || giving.get().accepts(located.location())) {
        writer.write(located.photo(), located.location());
      } else {
        counts.withheld++;
        writer.withhold(located.photo(), giving.get().reason(located.location()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the answers: " + e.getMessage(), e);
    }
  }

  private static void withhold(LocationWriter writer, Path photo, String reason, Counts counts) {
    try {
      counts.withheld++;
      writer.withhold(photo, reason);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the answers: " + e.getMessage(), e);
    }
  }

  private void error(String message) {
    PrintWriter err = spec.commandLine().getErr();
    err.println("geofix: " + message);
    err.flush();
  }
}
