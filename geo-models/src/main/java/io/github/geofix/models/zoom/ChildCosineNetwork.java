package io.github.geofix.models.zoom;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.cell.CellPath;
import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.internal.loss.InfoNce;
import io.github.geofix.models.internal.loss.NextToken;
import io.github.geofix.models.internal.nn.Scalar;
import io.github.geofix.models.nn.Conv2d;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Linear;
import io.github.geofix.models.nn.Parameter;
import io.github.geofix.models.nn.Parameter.Init;
import java.util.ArrayList;
import java.util.List;

/**
 * The network of {@link ZoomConfig.ChildCosine}: at each step the photo is one unit vector, and
 * each child is one, from the part of the view's feature map that it covers. The score of a child
 * is the cosine of the two over a learned temperature.
 *
 * <p>Next-child cross-entropy alone can be lowered without the photo, by learning which children
 * hold land. So the loss adds {@link InfoNce} within the batch: at each step the positive of a
 * photo is its own true child, the negatives are those of the other photos, and the other way
 * round. That also makes scores comparable across views, which the search uses.
 */
final class ChildCosineNetwork extends ZoomNetwork {
  private final List<Integer> childrenPerSide;
  private final int dimension;
  private final double contrast;
  private final Backbone photoEncoder;
  private final Backbone viewEncoder;
  private final List<Linear> photoHeads = new ArrayList<>();
  private final List<Conv2d> childHeads = new ArrayList<>();
  private final List<Parameter> logScales = new ArrayList<>();

  /**
   * Creates the network without values.
   *
   * @param childrenPerSide K of each step; each divides the side of the view's feature map
   */
  ChildCosineNetwork(
      Backbone photoEncoder,
      Backbone viewEncoder,
      List<Integer> childrenPerSide,
      ZoomConfig.ChildCosine head) {
    this.childrenPerSide = List.copyOf(childrenPerSide);
    this.dimension = head.dimension();
    this.contrast = head.contrast();
    this.photoEncoder = child("photo_encoder", photoEncoder);
    this.viewEncoder = child("view_encoder", viewEncoder);
    int mapSide = viewEncoder.featureMapSize(viewEncoder.image().height());
    for (int step = 0; step < childrenPerSide.size(); step++) {
      int side = childrenPerSide.get(step);
      if (mapSide % side != 0) {
        throw new IllegalArgumentException(
            "views of %d px have a map of %d x %d features, which %d children per side do not divide"
                .formatted(viewEncoder.image().height(), mapSide, mapSide, side));
      }
      int covered = mapSide / side;
      photoHeads.add(
          child("photo_head." + step, new Linear(photoEncoder.vectorWidth(), dimension)));
      childHeads.add(
          child(
              "child_head." + step,
              new Conv2d(
                  viewEncoder.width(),
                  dimension,
                  Conv2d.Options.kernel(covered).withStride(covered))));
      logScales.add(
          parameter("log_scale." + step, Init.constant(InfoNce.logScale(head.temperature())), 1));
    }
  }

  @Override
  NDArray photos(Forward f, NDArray images) {
    return photoEncoder.vector(f, images);
  }

  /** Returns the feature maps, {@code [n, C, H, W]}. */
  @Override
  NDArray views(Forward f, NDArray images) {
    return viewEncoder.map(f, images);
  }

  /** Returns the children's unit vectors one after the other, {@code [n, K K D]}. */
  @Override
  NDArray atStep(Forward f, NDArray encoded, int step) {
    NDArray map = childHeads.get(step).forward(f, encoded);
    long views = map.getShape().get(0);
    NDArray children = map.reshape(views, dimension, -1).transpose(0, 2, 1).normalize(2, 2);
    return children.reshape(views, -1);
  }

  @Override
  List<NDArray> logits(Forward f, NDArray photos, List<NDArray> views, NDArray taken) {
    List<NDArray> logits = new ArrayList<>();
    for (int step = 0; step < childrenPerSide.size(); step++) {
      logits.add(logits(query(f, photos, step), views.get(step), step));
    }
    return logits;
  }

  /** Returns the query of each photo at a step: unit vectors {@code [B, D]}. */
  private NDArray query(Forward f, NDArray photos, int step) {
    return photoHeads.get(step).forward(f, photos).normalize(2, 1);
  }

  /**
   * Scores children.
   *
   * @param queries {@code [B, D]}
   * @param children {@code [B, K K D]}
   */
  private NDArray logits(NDArray queries, NDArray children, int step) {
    int count = childrenPerSide.get(step) * childrenPerSide.get(step);
    long batch = children.getShape().get(0);
    NDArray scale =
        queries
            .getManager()
            .ones(new Shape(1), queries.getDataType())
            .mul(logScales.get(step).array())
            .exp();
    return children
        .reshape(batch, count, dimension)
        .matMul(queries.reshape(queries.getShape().get(0), dimension, 1))
        .reshape(batch, count)
        .mul(scale);
  }

  @Override
  NDArray loss(Forward f, NDArray photos, List<NDArray> views, NDArray taken, NextToken nextChild) {
    NDArray loss = super.loss(f, photos, views, taken, nextChild);
    // One photo alone has no other to be confused with.
    if (contrast == 0 || photos.getShape().get(0) < 2) {
      return loss;
    }
    double weight = contrast / childrenPerSide.size();
    for (int step = 0; step < childrenPerSide.size(); step++) {
      NDArray term = contrast(f, photos, views.get(step), taken, step);
      loss = loss.add(term.mul(Scalar.of(term, weight)));
    }
    return loss;
  }

  /** Returns the contrast of a step; photos of the same child are not each other's negatives. */
  private NDArray contrast(Forward f, NDArray photos, NDArray children, NDArray taken, int step) {
    NDManager manager = photos.getManager();
    int count = childrenPerSide.get(step) * childrenPerSide.get(step);
    int batch = (int) photos.getShape().get(0);
    NDArray cell = manager.zeros(new Shape(batch), DataType.INT64);
    for (int n = 0; n <= step; n++) {
      long siblings = (long) childrenPerSide.get(n) * childrenPerSide.get(n);
      cell = cell.mul(manager.create(siblings)).add(taken.get(":, {}", n));
    }
    NDArray sameCell = cell.reshape(batch, 1).eq(cell.reshape(1, batch));
    NDArray rows =
        manager
            .arange(0, batch, 1, DataType.INT64)
            .mul(manager.create((long) count))
            .add(taken.get(":, {}", step));
    NDArray own = children.reshape((long) batch * count, dimension).get(rows);
    return InfoNce.symmetric()
        .loss(query(f, photos, step), own, logScales.get(step).array(), sameCell);
  }

  @Override
  ZoomSearch.Frontier atRoot(NDArray photo, ZoomSearch.Views views) {
    return new CosineFrontier(photo, views, 0, views.of(List.of(CellPath.ROOT)));
  }

  /** The scores depend on the cell of a hypothesis alone, not on the path. */
  private final class CosineFrontier implements ZoomSearch.Frontier {
    private final NDArray photo;
    private final ZoomSearch.Views views;
    private final int step;
    private final NDArray children;

    CosineFrontier(NDArray photo, ZoomSearch.Views views, int step, NDArray children) {
      this.photo = photo;
      this.views = views;
      this.step = step;
      this.children = children;
    }

    @Override
    public NDArray scores() {
      return ChildCosineNetwork.this.logits(query(Forward.INFERENCE, photo, step), children, step);
    }

    @Override
    public CosineFrontier into(long[] rows, long[] taken, List<CellPath> paths) {
      return new CosineFrontier(photo, views, step + 1, views.of(paths));
    }
  }
}
