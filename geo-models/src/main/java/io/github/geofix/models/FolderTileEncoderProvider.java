package io.github.geofix.models;

import io.github.geofix.core.TileEncoder;
import io.github.geofix.core.TileEncoderProvider;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.models.io.ModelFolder;
import java.nio.file.Path;
import java.util.ServiceLoader;

/** Loads a model folder whose family matches photos with map tiles. */
public final class FolderTileEncoderProvider implements TileEncoderProvider {

  /** Creates the provider; called by {@link ServiceLoader}. */
  public FolderTileEncoderProvider() {}

  @Override
  public TileEncoder load(Path modelFolder) {
    ModelFolder folder = ModelFolder.open(modelFolder);
    GeoModel model = Family.of(folder).load(folder);
    if (model instanceof MatchingModel matching) {
      return new OwningTileEncoder(model, matching);
    }
    model.close();
    throw new ModelFormatException(
        modelFolder
            + " holds a model of the method "
            + folder.method()
            + ", which does not match photos with tiles; recombine does");
  }
}
