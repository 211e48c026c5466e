package io.github.geofix.core;

/**
 * Options of loading a model folder. Immutable.
 *
 * @param allowCode true to run code that the folder names: classes on the class path, and
 *     TorchScript files in the folder. Code can do anything that this process can, so allow it only
 *     for folders from a source you trust. False refuses such folders without running anything
 */
public record LoadOptions(boolean allowCode) {

  /** Returns the options that refuse code. */
  public static LoadOptions defaults() {
    return new LoadOptions(false);
  }

  /** Returns a copy that allows code, or not. */
  public LoadOptions withAllowCode(boolean allowCode) {
    return new LoadOptions(allowCode);
  }
}
