package io.github.geofix.cli;

import io.github.geofix.core.Explanation;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Localizer.PhotoOutcome;
import io.github.geofix.core.Location;
import io.github.geofix.core.ModelProvider;
import io.github.geofix.core.NoAnswerException;
import io.github.geofix.core.Photo;
import io.github.geofix.core.abstention.AnswerRule;
import io.github.geofix.core.abstention.AnswerRules;
import io.github.geofix.core.abstention.CalibrationVectors;
import io.github.geofix.core.internal.Count;
import io.github.geofix.eval.Drift;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Supplier;
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
      "  geofix locate --model models/embed - < photo.jpg",
      "  geofix locate --model models/embed --region 48.1,11.6,200 --explain why.html photo.jpg"
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
      description = "text, csv, json, jsonl or geojson (default: ${DEFAULT-VALUE}).")
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

  @Mixin private final KnownOptions known = new KnownOptions();

  @Mixin private final ExplainOptions explain = new ExplainOptions();

  @Mixin private final PhotoArguments arguments = new PhotoArguments();

  @Override
  public Integer call() throws IOException {
    if (top < 1) {
      throw new IllegalArgumentException("--top must be 1 or more: " + top);
    }
    boolean fromInput = arguments.isStandardInput();
    List<Path> photos = fromInput ? List.of(PhotoArguments.STDIN) : arguments.files();
    explain.check(photos.size(), format);
    Optional<AnswerRule> giving =
        rule == null
            ? Optional.empty()
            : Optional.of(AnswerRules.load(folder()).rule(rule.km, rule.confidence));
    PrintWriter out = spec.commandLine().getOut();
    if (what.model != null) {
      choice.attribution(what.model).ifPresent(attribution -> error(attribution.toString()));
    }
    Counts counts = new Counts();
    try (Localizer localizer = load(photos, giving, counts);
        LocationWriter writer = format.open(out, top);
        Bar bar = Bar.besideOutput("locate", photos.size())) {
      Answers answers =
          new Answers(
              writer,
              choice.hasFallback() ? Optional.empty() : giving,
              counts,
              localizer.photoLimits());
      Consumer<PhotoOutcome> action =
          outcome -> {
            answers.write(outcome);
            bar.stepTo(++counts.done);
          };
      if (known.any() || explain.any()) {
        for (Path photo : photos) {
          one(localizer, photo, answers);
          bar.stepTo(++counts.done);
        }
        explain.write(what.model == null ? "the endpoint" : what.model.toString());
      } else if (fromInput) {
        action.accept(ofInput(localizer));
      } else {
        localizer.locateEach(photos, action);
      }
      giving.ifPresent(given -> checkDrift(given, counts, localizer));
    }
    out.flush();
    if (counts.failed > 0 && photos.size() > 1) {
      error(Count.of(counts.failed, "photos of ") + photos.size() + " could not be read");
    }
    if (counts.withheld > 0 && photos.size() > 1) {
      error(Count.of(counts.withheld, "answers of ") + photos.size() + " withheld");
    }
    return counts.failed > 0 ? ExitCode.SOFTWARE : counts.withheld > 0 ? WITHHELD : ExitCode.OK;
  }

  private Localizer load(List<Path> photos, Optional<AnswerRule> giving, Counts counts) {
    VlmOptions vlm = what.vlm;
    if (vlm == null && choice.hasFallback() && giving.isPresent()) {
      return choice.load(folder(), photos, location -> counts.accept(giving.get(), location));
    }
    return vlm == null
        ? choice.load(folder(), photos)
        : choice.judged(
            () -> vlm.open(spec.commandLine().getErr(), choice.loadOptions().photoLimits()));
  }

  private Path folder() {
    if (what.model == null) {
      throw new IllegalArgumentException(
          "--within needs a model folder, which geofix calibrate wrote a rule to");
    }
    return what.model;
  }

  private static PhotoOutcome ofInput(Localizer localizer) {
    return outcome(PhotoArguments.STDIN, () -> localizer.locate(System.in));
  }

  private static PhotoOutcome outcome(Path photo, Supplier<Location> locate) {
    try {
      return new PhotoOutcome.Located(photo, locate.get());
    } catch (UncheckedIOException e) {
      return new PhotoOutcome.Failed(photo, e);
    } catch (NoAnswerException e) {
      return new PhotoOutcome.Unanswered(photo, String.valueOf(e.getMessage()));
    }
  }

  /** Locates one photo with what is known of it, and explains the answer if it is given. */
  private void one(Localizer localizer, Path file, Answers answers) {
    PhotoOutcome outcome =
        outcome(
            file,
            () -> {
              Photo photo = known.of(photo(localizer, file));
              if (!explain.any()) {
                return localizer.locate(photo);
              }
              Explanation explained = localizer.explain(photo, explain.options());
              answers.explain(photo, explained);
              return explained.location();
            });
    answers.write(outcome);
  }

  private static Photo photo(Localizer localizer, Path file) {
    return file.equals(PhotoArguments.STDIN)
        ? Photo.of(ModelProvider.find().decode(System.in, localizer.photoLimits()))
        : Photo.of(file);
  }

  private static final class Counts {
    private int done;
    private int failed;
    private int withheld;
    private final List<Double> masses = new ArrayList<>();
    private final List<Path> read = new ArrayList<>();

    boolean accept(AnswerRule rule, Location location) {
      masses.add(AnswerRule.mass(location, rule.bound().withinKm()));
      return rule.accepts(location);
    }
  }

  /** Warns if the photos are not of the kind that the rule was fitted on. */
  private void checkDrift(AnswerRule giving, Counts counts, Localizer localizer) {
    if (counts.masses.size() < Drift.LEAST_PHOTOS) {
      return;
    }
    Drift scores = Drift.of(giving, counts.masses);
    Drift drift =
        CalibrationVectors.load(folder())
            .flatMap(vectors -> Drift.OfVectors.of(vectors, localizer, counts.read))
            .map(scores::withVectors)
            .orElse(scores);
    if (drift.isAlarm()) {
      error(drift.warning());
    }
  }

  /** Writes the answers that are given, and counts the others. */
  private final class Answers {
    private final LocationWriter writer;
    private final Optional<AnswerRule> giving;
    private final Counts counts;
    private final Photo.Limits limits;
    private @Nullable Photo photo;
    private @Nullable Explanation explained;

    Answers(
        LocationWriter writer, Optional<AnswerRule> giving, Counts counts, Photo.Limits limits) {
      this.writer = writer;
      this.giving = giving;
      this.counts = counts;
      this.limits = limits;
    }

    /** Sets the explanation of the answer that is written next. */
    void explain(Photo photo, Explanation explained) {
      this.photo = photo;
      this.explained = explained;
    }

    void write(PhotoOutcome outcome) {
      try {
        if (!(outcome instanceof PhotoOutcome.Failed)) {
          counts.read.add(outcome.photo());
        }
        if (outcome instanceof PhotoOutcome.Located located) {
          write(located);
        } else if (outcome instanceof PhotoOutcome.Failed failed) {
          counts.failed++;
          error(ErrorText.of(failed.error()));
        } else if (outcome instanceof PhotoOutcome.Unanswered unanswered) {
          withhold(unanswered.photo(), unanswered.reason());
        }
      } catch (IOException e) {
        throw new UncheckedIOException("cannot write the answers: " + e.getMessage(), e);
      }
    }

    private void write(PhotoOutcome.Located located) throws IOException {
      if (giving.isPresent() && !counts.accept(giving.get(), located.location())) {
        withhold(located.photo(), giving.get().reason(located.location()));
      } else if (photo == null || explained == null) {
        writer.write(located.photo(), located.location());
      } else {
        writer.write(located.photo(), located.location(), explain.forJson(explained));
        explain.add(photo, explained, limits);
      }
    }

    private void withhold(Path photo, String reason) throws IOException {
      counts.withheld++;
      writer.withhold(photo, reason);
    }
  }

  private void error(String message) {
    PrintWriter err = spec.commandLine().getErr();
    err.println("geofix: " + message);
    err.flush();
  }
}
