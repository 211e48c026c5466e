package io.github.geofix.models;

import io.github.geofix.core.Localizer;
import io.github.geofix.core.LocalizerProvider;
import io.github.geofix.models.io.ModelFolder;
import java.nio.file.Path;
import java.util.ServiceLoader;

/** Loads a model folder with the family that its {@code config.json} names. */
public final class FolderLocalizerProvider implements LocalizerProvider {

  /** Creates the provider; called by {@link ServiceLoader}. */
  public FolderLocalizerProvider() {}

  @Override
  public Localizer load(Path modelFolder) {
    ModelFolder folder = ModelFolder.open(modelFolder);
    return Family.of(folder).localizer(folder);
  }
}
