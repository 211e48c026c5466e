package io.github.geofix.cli;

import io.github.geofix.core.LoadOptions;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Localizer.PhotoOutcome;
import io.github.geofix.core.Location;
import io.github.geofix.core.ModelProvider;
import io.github.geofix.core.NoAnswerException;
import io.github.geofix.core.Refiner;
import io.github.geofix.core.cascade.Cascade;
import io.github.geofix.core.cascade.Fallback;
import io.github.geofix.models.Family;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.io.ModelCard.Attribution;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.models.token.TokenConfig;
import io.github.geofix.models.token.TokenModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How a trained model is used: its answers, its map, and what refines or judges them. */
final class ModelChoice {
  /** Candidates of the first model of a cascade: those that it leaves out are lost. */
  private static final String CASCADE_CANDIDATES = "60";

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--then",
      paramLabel = "STAGE",
      description =
          "What ranks the answers again: the folder of a zoom or recombine model, judge for the"
              + " one of --judge-url, or reward for the scorer of a token model; may be given"
              + " several times, for a cascade.")
  private List<String> then = List.of();

  @Option(
      names = "--fallback",
      paramLabel = "DIR",
      description =
          "A model, such as a gallery, for the photos that the model declines: a gallery below its"
              + " limit, any model by the rule of --within and --confidence.")
  private @Nullable Path fallback;

  @Option(
      names = "--tiles",
      paramLabel = "SOURCE",
      description = "The map, where it is not where the model was trained with it.")
  private @Nullable String tiles;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "Change how the model answers, such as answer.candidates=30, search.beamWidth=1 for zoom"
              + " or decoding.type=sampling for token.")
  private Map<String, String> set = Map.of();

  @Option(
      names = "--vectors",
      split = ",",
      paramLabel = "FILE",
      description =
          "For a token model that reads vectors: those of the photos in their order, .npy or"
              + " .safetensors with a row of all vectors for each, or several files whose rows"
              + " belong together. Not needed where the model has its encoder.")
  private @Nullable List<Path> vectors;

  @Mixin private final DecodingOptions decoding = new DecodingOptions();

  @Mixin private final JudgeOptions judge = new JudgeOptions();

  @Mixin private final LoadChoice load = new LoadChoice();

  LoadOptions loadOptions() {
    return load.options();
  }

  /**
   * Loads a model and locates photos.
   *
   * @throws java.io.UncheckedIOException if one cannot be read
   */
  List<Location> locateAll(Path model, List<Path> photos) {
    List<Location> locations = new ArrayList<>(photos.size());
    try (Localizer localizer = load(model, photos);
        Bar bar = Bar.of("locate", photos.size())) {
      localizer.locateEach(
          photos,
          outcome -> {
            if (outcome instanceof PhotoOutcome.Failed failed) {
              throw failed.error();
            }
            if (outcome instanceof PhotoOutcome.Unanswered unanswered) {
              throw new NoAnswerException(unanswered.photo() + ": " + unanswered.reason());
            }
            locations.add(((PhotoOutcome.Located) outcome).location());
            bar.stepTo(locations.size());
          });
    }
    return locations;
  }

  /** Returns the changes of the answers, those of {@code --set} last. */
  private Map<String, String> settings() {
    CascadeStages stages = stages();
    Map<String, String> settings = new LinkedHashMap<>(decoding.settings(stages.isJudgedFirst()));
    if (stages.reward()) {
      decoding.checkSelects(CascadeStages.REWARD);
      settings.put("selection", CascadeStages.REWARD);
    }
    settings.putAll(set);
    return settings;
  }

  /** Returns whose published weights a model began with. */
  Optional<Attribution> attribution(Path model) {
    return load.open(model).attribution();
  }

  /** Returns whether the model answers as it was saved, alone. */
  boolean isAsSaved() {
    return then.isEmpty() && !judge.isGiven() && hasNoOptions();
  }

  private boolean hasNoOptions() {
    return fallback == null && tiles == null && settings().isEmpty() && vectors == null;
  }

  /** Returns whether another model is asked for the photos that the model declines. */
  boolean hasFallback() {
    return fallback != null;
  }

  /** As {@link #load(Path, List, Predicate)}, if the model declines by itself. */
  Localizer load(Path model, List<Path> photos) {
    String method = load.open(model).method();
    if (fallback != null && !method.equals("gallery")) {
      throw new IllegalArgumentException(
          "--fallback is for what the model declines, and "
              + method
              + " answers every photo: locate with --within and --confidence, or begin with a"
              + " gallery");
    }
    return load(model, photos, location -> true);
  }

  /**
   * Loads a model.
   *
   * @param photos those that will be located, in the order of the vectors if there are any
   * @param accepts whether an answer is given, and the model of {@code --fallback} not asked
   */
  Localizer load(Path model, List<Path> photos, Predicate<Location> accepts) {
    CascadeStages stages = stages();
    if (stages.refines() && tiles != null) {
      throw new IllegalArgumentException("--tiles does not go with --then");
    }
    if ((decoding.byJudge() || stages.judges()) && !judge.isGiven()) {
      throw new IllegalArgumentException(
          "%s judge needs --judge-url and --judge-model"
              .formatted(stages.judges() ? "--then" : "--select"));
    }
    Localizer localizer =
        stages.refines() ? cascade(model, photos, stages) : first(model, photos, settings());
    return judge.judged(
        fallback == null ? localizer : withFallback(localizer, accepts, fallback),
        stages.isJudgedAtEnd());
  }

  private CascadeStages stages() {
    return CascadeStages.of(then);
  }

  private Localizer withFallback(
      Localizer localizer, Predicate<Location> accepts, Path secondFolder) {
    try {
      return new Fallback(localizer, accepts, Localizer.load(secondFolder, load.options()));
    } catch (RuntimeException e) {
      localizer.close();
      throw e;
    }
  }

  /**
   * Returns a localizer that has no model folder, judged if there is a judge.
   *
   * @throws IllegalArgumentException if an option for model folders is given
   */
  Localizer judged(Supplier<Localizer> localizer) {
    CascadeStages stages = stages();
    for (String option : List.of("--precision", "--memory", "--allow-code")) {
      if (command.commandLine().getParseResult().hasMatchedOption(option)) {
        throw new IllegalArgumentException(option + " is for model folders, not for --vlm-url");
      }
    }
    if (stages.refines() || stages.reward() || !hasNoOptions()) {
      throw new IllegalArgumentException(
          "--set, --then, --fallback, --tiles and --vectors are for model folders, not for"
              + " --vlm-url");
    }
    return judge.judged(localizer.get(), true);
  }

  private Localizer cascade(Path model, List<Path> photos, CascadeStages stages) {
    Map<String, String> changed = settings();
    changed.putIfAbsent("answer.candidates", CASCADE_CANDIDATES);
    ModelProvider provider = ModelProvider.find();
    Localizer localizer = first(model, photos, changed);
    List<Refiner> refiners = new ArrayList<>();
    try {
      for (String stage : stages.refining()) {
        refiners.add(
            stage.equals(CascadeStages.JUDGE)
                ? judge.stage()
                : provider.refiner(Path.of(stage), load.options()));
      }
      return new Cascade(
          localizer,
          refiners,
          photo -> provider.read(photo, load.options().photoLimits()),
          Cascade.Options.defaults());
    } catch (RuntimeException e) {
      localizer.close();
      refiners.forEach(Refiner::close);
      throw e;
    }
  }

  private Localizer first(Path model, List<Path> photos, Map<String, String> changed) {
    ModelFolder folder = load.open(model);
    Family family = Family.of(folder);
    stages().checkFirst(family.method());
    check(family, changed);
    folder = folder.with(changed);
    if (tiles != null) {
      folder = folder.with(MapSetting.of(tiles, folder.method()));
    }
    return vectors == null
        ? family.localizer(folder)
        : ofVectors(family.load(folder), photos, vectors);
  }

  private void check(Family family, Map<String, String> changed) {
    for (String name : changed.keySet()) {
      if (!family.answerSettings().contains(name.replaceFirst("\\..*", ""))) {
        if (!set.containsKey(name)) {
          throw new IllegalArgumentException(
              "%s is for token models, and this one is of the method %s"
                  .formatted(name.equals("selection") ? "--select" : "--decode", family.method()));
        }
        throw new IllegalArgumentException(
            "--set %s is not a setting of how %s answers; those begin with %s"
                .formatted(
                    name,
                    family.method(),
                    String.join(", ", new TreeSet<>(family.answerSettings()))));
      }
    }
  }

  private static Localizer ofVectors(GeoModel model, List<Path> photos, List<Path> files) {
    List<Runnable> closing = new ArrayList<>(List.of(model::close));
    try {
      if (model instanceof TokenModel token
          && token.config().input() instanceof TokenConfig.Vectors input) {
        SavedVectors saved = SavedVectors.open(files, photos, input.count(), input.dimension());
        closing.add(saved::close);
        return new OwningLocalizer(token.localizer(saved), closing);
      }
      throw new IllegalArgumentException(
          "--vectors is for token models that read vectors; this one reads photos");
    } catch (RuntimeException e) {
      closing.forEach(Runnable::run);
      throw e;
    }
  }
}
