package io.github.geofix.models.zoom;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Layer;
import io.github.geofix.models.nn.Linear;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@link ZoomHead#DECODER}: photos and views are one vector each, and a {@link ZoomDecoder}
 * decides.
 *
 * <p>A photo wider than high is cut into squares, left to right, whose vectors are averaged: Just
 * Zoom In cuts a photo of 384 x 768 pixels in two.
 */
final class DecoderNetwork extends ZoomNetwork {
  private final Side photos;
  private final Side views;
  private final ZoomDecoder decoder;

  private DecoderNetwork(Side photos, Side views, ZoomDecoder.Options options) {
    this.photos = photos;
    this.views = views;
    this.decoder = child("decoder", new ZoomDecoder(options));
  }

  /** Returns a network that sees photos and views through one encoder, as in the paper. */
  static DecoderNetwork shared(Backbone encoder, ZoomDecoder.Options options) {
    Side side = new Side(encoder, options.width());
    DecoderNetwork network = new DecoderNetwork(side, side, options);
    network.child("encoder", side);
    return network;
  }

  /**
   * Returns a network with an encoder for photos and another for views.
   *
   * @param photoEncoder reads the squares of a photo
   */
  static DecoderNetwork apart(
      Backbone photoEncoder, Backbone viewEncoder, ZoomDecoder.Options options) {
    Side photos = new Side(photoEncoder, options.width());
    Side views = new Side(viewEncoder, options.width());
    DecoderNetwork network = new DecoderNetwork(photos, views, options);
    network.child("photo_encoder", photos);
    network.child("view_encoder", views);
    return network;
  }

  @Override
  NDArray photos(Forward f, NDArray images) {
    Shape shape = images.getShape();
    long batch = shape.get(0);
    long side = shape.get(2);
    NDList squares = new NDList();
    for (long left = 0; left + side <= shape.get(3); left += side) {
      squares.add(images.get(":, :, :, {}:{}", left, left + side));
    }
    NDArray vectors = photos.forward(f, NDArrays.concat(squares, 0));
    return vectors.reshape(squares.size(), batch, -1).mean(new int[] {0});
  }

  @Override
  NDArray views(Forward f, NDArray images) {
    return views.forward(f, images);
  }

  @Override
  NDArray atStep(Forward f, NDArray encoded, int step) {
    return encoded;
  }

  @Override
  List<NDArray> logits(Forward f, NDArray encoded, List<NDArray> seen, NDArray taken) {
    return decoder.logits(f, encoded, NDArrays.stack(new NDList(seen), 1), taken);
  }

  @Override
  ZoomSearch.Frontier atRoot(NDArray photo, ZoomSearch.Views seen) {
    return DecoderFrontier.atRoot(decoder, photo, seen);
  }

  /** An encoder, with a layer behind it where its vectors are not as wide as the decoder's. */
  private static final class Side extends Layer {
    private final Backbone backbone;
    private final @Nullable Linear projection;

    Side(Backbone backbone, int width) {
      this.backbone = child("backbone", backbone);
      projection =
          backbone.vectorWidth() == width
              ? null
              : child("projection", new Linear(backbone.vectorWidth(), width));
    }

    @Override
    public NDArray forward(Forward f, NDArray images) {
      NDArray vectors = backbone.vector(f, images);
      return projection == null ? vectors : projection.forward(f, vectors);
    }
  }
}
