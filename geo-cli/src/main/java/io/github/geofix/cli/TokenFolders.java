package io.github.geofix.cli;

import io.github.geofix.models.Family;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.models.token.TokenModel;

/** Model folders of the token family. */
final class TokenFolders {
  private TokenFolders() {}

  /**
   * Loads a model; must be closed.
   *
   * @throws IllegalArgumentException if it is of another family
   */
  static TokenModel load(ModelFolder folder) {
    GeoModel model = Family.of(folder).load(folder);
    if (model instanceof TokenModel token) {
      return token;
    }
    model.close();
    throw new IllegalArgumentException(
        folder.path()
            + " holds a model of the method "
            + folder.method()
            + ": a token model is needed");
  }
}
