package io.github.geofix.core;

import io.github.geofix.core.format.ModelFormatException;
import java.nio.file.Path;

/**
 * Loads model folders; found by {@link java.util.ServiceLoader}. Users call {@link TileEncoder}.
 */
public interface TileEncoderProvider {

  /**
   * Loads the model of a folder.
   *
   * @throws ModelFormatException if the folder is not a model this provider can read
   */
  TileEncoder load(Path modelFolder);
}
