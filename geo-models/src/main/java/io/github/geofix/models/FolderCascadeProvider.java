package io.github.geofix.models;

import io.github.geofix.core.Localizer;
import io.github.geofix.core.cascade.Cascade;
import io.github.geofix.core.cascade.CascadeProvider;
import io.github.geofix.core.cascade.Refiner;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.models.image.Photos;
import io.github.geofix.models.io.ModelFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Loads several model folders as one cascade. */
public final class FolderCascadeProvider implements CascadeProvider {

  /** What the first model leaves out is lost for those that follow. */
  private static final int MANY_CANDIDATES = 60;

  /** Creates the provider; called by {@link java.util.ServiceLoader}. */
  public FolderCascadeProvider() {}

  @Override
  public Cascade load(Path first, List<Path> refinedBy) {
    ModelFolder folder = ModelFolder.open(first);
    GeoModel model = Family.of(folder).load(folder);
    model.setAnswerOptions(model.answerOptions().withCandidates(MANY_CANDIDATES));
    Localizer localizer = new OwningLocalizer(model);
    List<Refiner> refiners = new ArrayList<>();
    try {
      for (Path path : refinedBy) {
        refiners.add(refiner(ModelFolder.open(path)));
      }
    } catch (RuntimeException e) {
      localizer.close();
      refiners.forEach(Refiner::close);
      throw e;
    }
    return new Cascade(localizer, refiners, Photos::read, Cascade.Options.defaults());
  }

  private static Refiner refiner(ModelFolder folder) {
    GeoModel model = Family.of(folder).load(folder);
    if (model instanceof RefiningModel refining) {
      return new OwningRefiner(model, refining);
    }
    model.close();
    throw new ModelFormatException(
        folder.path()
            + " holds a model of the method "
            + folder.method()
            + ", which cannot look closer at places: give one that compares photos with a map");
  }
}
