package io.github.geofix.models;

import io.github.geofix.core.TileEncoder;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;

/** A tile encoder whose closing closes the model. */
final class OwningTileEncoder implements TileEncoder {
  private final OpenModel model;
  private final TileEncoder encoder;

  OwningTileEncoder(GeoModel model, MatchingModel matching) {
    this.model = new OpenModel(model, "tile encoder");
    this.encoder = this.model.part(matching::tileEncoder);
  }

  @Override
  public int width() {
    return model.call(encoder::width);
  }

  @Override
  public int tilePixels() {
    return model.call(encoder::tilePixels);
  }

  @Override
  public String digest() {
    return model.call(encoder::digest);
  }

  @Override
  public List<float[]> encodeTiles(List<BufferedImage> tiles) {
    return model.call(() -> encoder.encodeTiles(tiles));
  }

  @Override
  public BufferedImage decode(Path image) {
    return encoder.decode(image);
  }

  @Override
  public List<float[][]> encodePhotos(List<Path> photos) {
    return model.call(() -> encoder.encodePhotos(photos));
  }

  @Override
  public List<float[][]> encodeImages(List<BufferedImage> photos) {
    return model.call(() -> encoder.encodeImages(photos));
  }

  @Override
  public void close() {
    model.close();
  }
}
