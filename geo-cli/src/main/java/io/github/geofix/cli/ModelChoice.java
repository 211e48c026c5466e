package io.github.geofix.cli;

import io.github.geofix.core.LoadOptions;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.PhotoOutcome;
import io.github.geofix.core.cascade.Cascade;
import io.github.geofix.models.Family;
import io.github.geofix.models.io.ModelFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How a trained model is asked: alone, with its map elsewhere, or as the head of a cascade. */
final class ModelChoice {
  @Option(
      names = "--then",
      paramLabel = "DIR",
      description =
          "A zoom or recombine model that looks closer at the answers; may be given several"
              + " times, for a cascade.")
  private List<Path> then = List.of();

  @Option(
      names = "--tiles",
      paramLabel = "SOURCE",
      description = "The map, where it is not where the model was trained with it.")
  private @Nullable String tiles;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "Answer with another setting than the model was saved with, such as"
              + " search.beamWidth=1 or answer.candidates=20; describe --settings lists them.")
  private Map<String, String> settings = Map.of();

  @Mixin private final CodeOption code = new CodeOption();

  /** Returns the options of loading. */
  LoadOptions loadOptions() {
    return code.load();
  }

  /**
   * Loads a model and locates photos.
   *
   * @throws java.io.UncheckedIOException if one cannot be read
   */
  List<Location> locateAll(Path model, List<Path> photos) {
    List<Location> locations = new ArrayList<>(photos.size());
    try (Localizer localizer = load(model);
        Bar bar = Bar.of("locate", photos.size())) {
      localizer.locateEach(
          photos,
          outcome -> {
            if (outcome instanceof PhotoOutcome.Failed failed) {
              throw failed.error();
            }
            locations.add(((PhotoOutcome.Located) outcome).location());
            bar.stepTo(locations.size());
          });
    }
    return locations;
  }

  /** Returns whether the model answers as it was saved, alone. */
  boolean isAsSaved() {
    return then.isEmpty() && tiles == null && settings.isEmpty();
  }

  Localizer load(Path model) {
    if (!then.isEmpty()) {
      if (tiles != null) {
        throw new IllegalArgumentException("--tiles does not go with --then");
      }
      if (!settings.isEmpty()) {
        throw new IllegalArgumentException("--set does not go with --then");
      }
      return Cascade.load(model, then, code.load());
    }
    if (tiles == null && settings.isEmpty()) {
      return Localizer.load(model, code.load());
    }
    ModelFolder folder = code.open(model).with(settings);
    if (tiles != null) {
      folder = folder.with(MapSetting.of(tiles, folder.method()));
    }
    return Family.of(folder).localizer(folder);
  }
}
