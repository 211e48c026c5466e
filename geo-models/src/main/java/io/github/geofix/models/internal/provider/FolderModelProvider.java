package io.github.geofix.models.internal.provider;

import io.github.geofix.core.LoadOptions;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.ModelProvider;
import io.github.geofix.core.Photo;
import io.github.geofix.core.Refiner;
import io.github.geofix.core.TileEncoder;
import io.github.geofix.models.Family;
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
    ModelFolder folder = ModelFolder.open(modelFolder, options);
    return Family.of(folder).localizer(folder, candidates);
  }

  @Override
  public Refiner refiner(Path modelFolder, LoadOptions options) {
    ModelFolder folder = ModelFolder.open(modelFolder, options);
    return Family.of(folder).refiner(folder);
  }

  @Override
  public TileEncoder tileEncoder(Path modelFolder, LoadOptions options) {
    ModelFolder folder = ModelFolder.open(modelFolder, options);
    return Family.of(folder).tileEncoder(folder);
  }

  @Override
  public BufferedImage read(Path photo, Photo.Limits limits) {
    return Photos.read(photo, limits);
  }

  @Override
  public BufferedImage decode(byte[] photo, Photo.Limits limits) {
    return Photos.decode(photo, "of " + photo.length + " bytes", limits);
  }

  @Override
  public BufferedImage decode(InputStream photo, Photo.Limits limits) {
    return Photos.decode(photo, "from a stream", limits);
  }
}
