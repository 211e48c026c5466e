package io.github.geofix.core.cascade;

import java.nio.file.Path;
import java.util.List;

/** Loads model folders; found by {@link java.util.ServiceLoader}. Users call {@link Cascade}. */
public interface CascadeProvider {

  /**
   * Loads a model and those that refine its answers.
   *
   * @throws io.github.geofix.core.format.ModelFormatException if a folder is not a model this
   *     provider can read, or not one that can refine
   */
  Cascade load(Path first, List<Path> refinedBy);
}
