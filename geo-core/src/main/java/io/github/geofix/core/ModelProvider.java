package io.github.geofix.core;

import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.internal.Services;
import java.awt.image.BufferedImage;
import java.io.InputStream;
import java.nio.file.Path;

/**
 * Loads model folders; found by {@link java.util.ServiceLoader}, in the context class loader and in
 * that of this library. Users call {@link Localizer#load}, {@link TileEncoder#load} and {@link
 * io.github.geofix.core.cascade.Cascade#load}.
 *
 * <p>What it returns owns its model: closing it closes the model, after calls in progress.
 */
public interface ModelProvider {

  /**
   * Returns the provider on the class path.
   *
   * @throws IllegalStateException if there is none
   */
  static ModelProvider find() {
    return Services.load(ModelProvider.class, ModelProvider.class).stream()
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "no model provider on the class path: add io.github.geofix:geo-models"));
  }

  /**
   * Loads a model to locate photos.
   *
   * @throws ModelFormatException if the folder is not a model this provider can read
   */
  Localizer localizer(Path modelFolder, LoadOptions options);

  /**
   * Loads a model to locate photos, with another number of candidates than it was saved with.
   *
   * @param candidates the most candidates in a location, 1 or more
   * @throws ModelFormatException if the folder is not a model this provider can read
   */
  Localizer localizer(Path modelFolder, LoadOptions options, int candidates);

  /**
   * Loads a model to refine the candidates of another one.
   *
   * @throws ModelFormatException if the folder is not a model this provider can read, or not one
   *     that can refine
   */
  Refiner refiner(Path modelFolder, LoadOptions options);

  /**
   * Loads a model to encode map images and photos.
   *
   * @throws ModelFormatException if the folder is not a model this provider can read, or not one
   *     that matches photos with map images
   */
  TileEncoder tileEncoder(Path modelFolder, LoadOptions options);

  /**
   * Reads a photo file as models read it: upright, RGB.
   *
   * @throws java.io.UncheckedIOException if the file is missing, too large, damaged or no image
   */
  BufferedImage read(Path photo, Photo.Limits limits);

  /**
   * Decodes the bytes of a photo's file as models read it: upright, RGB.
   *
   * @throws java.io.UncheckedIOException if the photo is too large, damaged or no image
   */
  BufferedImage decode(byte[] photo, Photo.Limits limits);

  /**
   * Decodes a photo as models read it: upright, RGB.
   *
   * @param photo read to its end, not closed
   * @throws java.io.UncheckedIOException if reading fails, or the photo is too large, damaged or no
   *     image
   */
  BufferedImage decode(InputStream photo, Photo.Limits limits);
}
