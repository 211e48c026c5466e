package io.github.geofix.models.internal.io;

import java.util.List;

/**
 * A configuration that may name code, which is run when a model is created or loaded: classes on
 * the class path, and files that are programs.
 */
public interface NamesCode {

  /**
   * Returns the code that it names, in words such as {@code the class com.example.MyBackbone};
   * empty if there is none.
   */
  List<String> code();
}
