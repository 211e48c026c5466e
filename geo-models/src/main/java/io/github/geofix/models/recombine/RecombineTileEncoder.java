package io.github.geofix.models.recombine;

import com.google.common.collect.Lists;
import io.github.geofix.core.Photo;
import io.github.geofix.core.TileEncoder;
import io.github.geofix.models.image.Photos;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/** The encoder of tiles and photos by a model, in batches of 32. */
final class RecombineTileEncoder implements TileEncoder {
  private static final int BATCH = 32;

  private final VectorEncoder encoder;
  private final Supplier<String> digest;
  private final Photo.Limits limits;

  RecombineTileEncoder(VectorEncoder encoder, Supplier<String> digest, Photo.Limits limits) {
    this.encoder = encoder;
    this.digest = digest;
    this.limits = limits;
  }

  @Override
  public int dimension() {
    return encoder.dimension();
  }

  @Override
  public int tilePixels() {
    return encoder.tiles().side();
  }

  @Override
  public String digest() {
    return digest.get();
  }

  @Override
  public List<float[]> encodeTiles(List<BufferedImage> images) {
    List<float[]> vectors = new ArrayList<>(images.size());
    for (List<BufferedImage> batch : Lists.partition(images, BATCH)) {
      float[] pixels = VectorEncoder.pixels(encoder.tiles().spec(), batch, encoder.tiles()::apply);
      float[] flat = encoder.encodeTiles(pixels, batch.size());
      vectors.addAll(Arrays.asList(rows(flat, 0, batch.size())));
    }
    return vectors;
  }

  @Override
  public BufferedImage decode(Path image) {
    return Photos.read(image, limits);
  }

  @Override
  public List<float[][]> encodePhotos(List<Path> files) {
    return inBatches(files, this::decode);
  }

  @Override
  public List<float[][]> encodeImages(List<BufferedImage> images) {
    return inBatches(images, photo -> photo);
  }

  private <T> List<float[][]> inBatches(List<T> sources, Function<T, BufferedImage> decode) {
    int headings = encoder.headings();
    List<float[][]> vectors = new ArrayList<>(sources.size());
    for (List<T> batch : Lists.partition(sources, BATCH)) {
      float[] pixels =
          VectorEncoder.pixels(
              encoder.photos().spec(),
              batch,
              source -> encoder.photos().apply(decode.apply(source)));
      float[] flat = encoder.encodePhotos(pixels, batch.size());
      for (int i = 0; i < batch.size(); i++) {
        vectors.add(rows(flat, i * headings, headings));
      }
    }
    return vectors;
  }

  private float[][] rows(float[] flat, int first, int count) {
    float[][] rows = new float[count][];
    for (int i = 0; i < count; i++) {
      rows[i] = Arrays.copyOfRange(flat, (first + i) * dimension(), (first + i + 1) * dimension());
    }
    return rows;
  }

  /** Closes nothing: the arrays belong to the model. */
  @Override
  public void close() {}
}
