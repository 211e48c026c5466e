package io.github.geofix.models;

import io.github.geofix.core.LoadOptions;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.ModelProvider;
import io.github.geofix.core.PhotoLimits;
import io.github.geofix.core.Refiner;
import io.github.geofix.core.TileEncoder;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.models.image.Photos;
import io.github.geofix.models.io.ModelFolder;
import java.awt.image.BufferedImage;
import java.io.InputStream;
import java.nio.file.Path;

/** Loads a model folder with the family that its {@code config.json} names. */
public final class FolderModelProvider implements ModelProvider {

  /** Creates the provider; called by {@link java.util.ServiceLoader}. */
  public FolderModelProvider() {}

  @Override
  public Localizer localizer(Path modelFolder, LoadOptions options) {
    ModelFolder folder = ModelFolder.open(modelFolder, options);
    return Family.of(folder).localizer(folder);
  }

  @Override
  public Localizer localizer(Path modelFolder, LoadOptions options, int candidates) {
    GeoModel model = load(modelFolder, options);
    model.setAnswerOptions(model.answerOptions().withCandidates(candidates));
    return ModelOwner.own(Localizer.class, model, options.computeThreads(), model::localizer);
  }

  @Override
  public Refiner refiner(Path modelFolder, LoadOptions options) {
    GeoModel model = load(modelFolder, options);
    return ModelOwner.own(
        Refiner.class,
        model,
        options.computeThreads(),
        () -> {
          if (model instanceof RefiningModel refining) {
            return refining.refiner();
          }
          throw new ModelFormatException(
              modelFolder
                  + " holds a model of the method "
                  + model.method()
                  + ", which cannot look closer at places: give one that compares photos with a"
                  + " map");
        });
  }

  @Override
  public TileEncoder tileEncoder(Path modelFolder, LoadOptions options) {
    GeoModel model = load(modelFolder, options);
    return ModelOwner.own(
        TileEncoder.class,
        model,
        options.computeThreads(),
        () -> {
          if (model instanceof MatchingModel matching) {
            return matching.tileEncoder();
          }
          throw new ModelFormatException(
              modelFolder
                  + " holds a model of the method "
                  + model.method()
                  + ", which does not match photos with tiles; recombine does");
        });
  }

  @Override
  public BufferedImage read(Path photo, PhotoLimits limits) {
    return Photos.read(photo, limits);
  }

  @Override
  public BufferedImage decode(byte[] photo, PhotoLimits limits) {
    return Photos.decode(photo, "of " + photo.length + " bytes", limits);
  }

  @Override
  public BufferedImage decode(InputStream photo, PhotoLimits limits) {
    return Photos.decode(photo, "from a stream", limits);
  }

  private static GeoModel load(Path modelFolder, LoadOptions options) {
    ModelFolder folder = ModelFolder.open(modelFolder, options);
    return Family.of(folder).load(folder);
  }
}
