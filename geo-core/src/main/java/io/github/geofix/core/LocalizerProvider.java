package io.github.geofix.core;

import io.github.geofix.core.format.ModelFormatException;
import java.nio.file.Path;

/** Loads model folders; found by {@link java.util.ServiceLoader}. Users call {@link Localizer}. */
public interface LocalizerProvider {

  /**
   * Loads the model of a folder.
   *
   * @throws ModelFormatException if the folder is not a model this provider can read
   */
  Localizer load(Path modelFolder);
}
