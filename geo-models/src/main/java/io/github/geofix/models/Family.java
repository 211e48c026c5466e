package io.github.geofix.models;

import io.github.geofix.core.Localizer;
import io.github.geofix.core.Refiner;
import io.github.geofix.core.TileEncoder;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.Services;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.train.Trainable;
import io.github.geofix.models.weights.RenameTable;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/** One method family by name. */
public interface Family {

  /** Provides families by name; found by {@link ServiceLoader}. */
  interface Provider {

    /** Returns the families, each with a name of its own. */
    List<Family> families();
  }

  /** Returns the name in {@code config.json}, such as {@code embed}. */
  String method();

  /** Returns the names of the sizes on offer, smallest first. */
  List<String> sizes();

  /**
   * Creates an untrained model.
   *
   * @param size one of {@link #sizes()}
   * @param settings changes to the configuration of that size, by name
   * @param positions where the training photos were taken
   * @param seed the parameters' first values depend on it alone
   * @throws IllegalArgumentException if the size or a setting is unknown; the message lists what
   *     there is
   */
  GeoModel create(String size, Map<String, String> settings, List<LatLng> positions, long seed);

  /**
   * Returns the configuration of a size.
   *
   * @param size one of {@link #sizes()}
   * @param settings changes to it, by name
   * @throws IllegalArgumentException if the size or a setting is unknown; the message lists what
   *     there is
   */
  Record config(String size, Map<String, String> settings);

  /**
   * Returns the configuration of a trained model.
   *
   * @throws ModelFormatException if it is not one of this family
   */
  Record config(ModelFolder folder);

  /**
   * Returns the network of a configuration, without values and without what the training data
   * decides.
   *
   * @param size one of {@link #sizes()}
   * @param settings changes to the configuration of that size, by name
   * @throws IllegalArgumentException if the size or a setting is unknown; the message lists what
   *     there is
   */
  Module network(String size, Map<String, String> settings);

  /**
   * Returns the setting that names the map which photos are compared with, such as {@code map};
   * empty if the family needs none.
   */
  default Optional<String> mapSetting() {
    return Optional.empty();
  }

  /**
   * Returns the components of the configuration that decide how a trained model answers, and not
   * what its network computes.
   */
  default Set<String> answerSettings() {
    return Set.of("answer");
  }

  /**
   * How many examples the parts of a network read that have a {@link Module#cost}.
   *
   * @param located by the part's full name, for one photo that is located
   * @param trained by the part's full name, for one example of training
   */
  record Reads(Map<String, Integer> located, Map<String, Integer> trained) {}

  /** Returns how many examples the parts of a network read; none where it is not known. */
  default Reads reads(Record config) {
    return new Reads(Map.of(), Map.of());
  }

  /** Returns the parameter names of published checkpoints of whole models, by publisher. */
  default Map<String, RenameTable> checkpointNames() {
    return Map.of();
  }

  /** Returns the published models that become models of this family. */
  default List<Release> releases() {
    return List.of();
  }

  /**
   * Makes a model of a file that holds a network with its weights, such as ONNX.
   *
   * @param settings changes to what the file and those beside it state, by name
   * @return the model, which the caller closes; empty if this family's networks take weights alone
   * @throws ModelFormatException if the file is damaged or of another kind
   * @throws IllegalArgumentException if something is stated nowhere; the message names it
   */
  default Optional<GeoModel> ofNetworkFile(Path file, Map<String, String> settings) {
    return Optional.empty();
  }

  /**
   * Loads a trained model.
   *
   * @throws ModelFormatException if the configuration or the weights do not fit
   */
  GeoModel load(ModelFolder folder);

  /** Returns the families on the class path. */
  static List<Family> all() {
    return Services.load(Provider.class, Family.class).stream()
        .flatMap(provider -> provider.families().stream())
        .toList();
  }

  /**
   * Returns the family of a name.
   *
   * @throws IllegalArgumentException if there is none; the message lists those on the class path
   */
  static Family named(String method) {
    Map<String, Family> known = new TreeMap<>();
    all().forEach(family -> known.put(family.method(), family));
    Family found = known.get(method);
    if (found == null) {
      throw new IllegalArgumentException(
          "no method " + method + "; there are " + String.join(", ", known.keySet()));
    }
    return found;
  }

  /**
   * Returns the family that a folder's {@code config.json} names.
   *
   * @throws ModelFormatException if it is not on the class path; the message lists those that are
   */
  static Family of(ModelFolder folder) {
    try {
      return named(folder.method());
    } catch (IllegalArgumentException e) {
      throw new ModelFormatException(
          folder.path() + " holds another kind of model: " + e.getMessage(), e);
    }
  }

  /** Loads a trained model as a localizer that owns it. */
  default Localizer localizer(ModelFolder folder) {
    return owned(Localizer.class, load(folder), folder, EncodingLocalizer::new);
  }

  /**
   * Loads a trained model as a localizer that owns it.
   *
   * @param candidates how many candidates a location has at most
   */
  default Localizer localizer(ModelFolder folder, int candidates) {
    GeoModel model = load(folder);
    model.setAnswerOptions(model.answerOptions().withCandidates(candidates));
    return owned(Localizer.class, model, folder, EncodingLocalizer::new);
  }

  /**
   * Loads a trained model as a refiner that owns it.
   *
   * @throws ModelFormatException if models of this family cannot re-rank places
   */
  default Refiner refiner(ModelFolder folder) {
    return owned(
        Refiner.class,
        load(folder),
        folder,
        model -> {
          if (model instanceof GeoModel.Refining refining) {
            return refining.refiner();
          }
          throw new ModelFormatException(
              folder.path()
                  + " holds a model of the method "
                  + model.method()
                  + ", which does not rank places again: give one that compares photos with a"
                  + " map");
        });
  }

  /**
   * Loads a trained model as a tile encoder that owns it.
   *
   * @throws ModelFormatException if models of this family do not match photos with tiles
   */
  default TileEncoder tileEncoder(ModelFolder folder) {
    return owned(
        TileEncoder.class,
        load(folder),
        folder,
        model -> {
          if (model instanceof Trainable.CrossView matching) {
            return matching.tileEncoder();
          }
          throw new ModelFormatException(
              folder.path()
                  + " holds a model of the method "
                  + model.method()
                  + ", which does not match photos with tiles; recombine does");
        });
  }

  private static <T extends AutoCloseable> T owned(
      Class<T> type, GeoModel model, ModelFolder folder, Function<GeoModel, T> part) {
    return ModelOwner.own(type, model, folder.options().computeThreads(), () -> part.apply(model));
  }
}
