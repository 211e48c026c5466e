package io.github.geofix.models.zoom;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.internal.zoom.ZoomDecoder;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Layer;
import io.github.geofix.models.nn.Linear;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The network of {@link ZoomConfig.Decoder}: photos and views are one vector each, and a {@link
 * ZoomDecoder} scores the children.
 *
 * <p>A photo wider than high is cut into squares, left to right, whose vectors are averaged: Just
 * Zoom In cuts a photo of 384 x 768 pixels in two.
 */
final class DecoderNetwork extends ZoomNetwork {
  private final Side photos;
  private final Side views;
  private final ZoomDecoder decoder;

  private DecoderNetwork(Side photos, Side views, ZoomDecoder decoder) {
    this.photos = photos;
    this.views = views;
    this.decoder = child("decoder", decoder);
  }

  /** Returns a network with one encoder for photos and views, as in the paper. */
  static DecoderNetwork shared(Backbone encoder, ZoomDecoder decoder) {
    Side side = new Side(encoder, decoder.dimension());
    DecoderNetwork network = new DecoderNetwork(side, side, decoder);
    network.child("encoder", side);
    return network;
  }

  /**
   * Returns a network with an encoder for photos and another for views.
   *
   * @param photoEncoder reads the squares of a photo
   */
  static DecoderNetwork separate(Backbone photoEncoder, Backbone viewEncoder, ZoomDecoder decoder) {
    Side photos = new Side(photoEncoder, decoder.dimension());
    Side views = new Side(viewEncoder, decoder.dimension());
    DecoderNetwork network = new DecoderNetwork(photos, views, decoder);
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
  List<NDArray> logits(Forward f, NDArray encoded, List<NDArray> stepViews, NDArray taken) {
    return decoder.logits(f, encoded, NDArrays.stack(new NDList(stepViews), 1), taken);
  }

  @Override
  ZoomSearch.Frontier atRoot(NDArray photo, ZoomSearch.Views cellViews) {
    return DecoderFrontier.atRoot(decoder, photo, cellViews);
  }

  /** An encoder, projected where its vectors are not of the decoder's dimension. */
  private static final class Side extends Layer {
    private final Backbone backbone;
    private final @Nullable Linear projection;

    Side(Backbone backbone, int dimension) {
      this.backbone = child("backbone", backbone);
      projection =
          backbone.vectorWidth() == dimension
              ? null
              : child("projection", new Linear(backbone.vectorWidth(), dimension));
    }

    @Override
    public NDArray forward(Forward f, NDArray images) {
      NDArray vectors = backbone.vector(f, images);
      return projection == null ? vectors : projection.forward(f, vectors);
    }
  }
}
