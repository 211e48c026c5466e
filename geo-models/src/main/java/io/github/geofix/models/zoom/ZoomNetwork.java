package io.github.geofix.models.zoom;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.loss.NextToken;
import io.github.geofix.models.internal.nn.Scalar;
import io.github.geofix.models.internal.zoom.ZoomDecoder;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.Parameter;
import io.github.geofix.models.train.Examples.Batch;
import io.github.geofix.models.zoom.ZoomConfig.ChildCosine;
import io.github.geofix.models.zoom.ZoomConfig.Decoder;
import io.github.geofix.models.zoom.ZoomConfig.Encoder;
import java.util.ArrayList;
import java.util.List;

/**
 * The network of the zoom family: encoders of photos and views, and a head that scores the children
 * of a view. The encoding of a photo or a view does not depend on the others in the batch, except
 * in training where an encoder normalizes batches.
 */
abstract class ZoomNetwork extends Module {

  /** Returns the network of a configuration, without values, frozen where it is to be. */
  static ZoomNetwork of(ZoomConfig config) {
    Encoder encoder = config.encoder();
    Backbone views = backbone(encoder, encoder.view());
    List<Integer> childrenPerSide = config.childrenPerSide();
    if (config.head() instanceof ChildCosine head) {
      Backbone photos = backbone(encoder, encoder.photo());
      return new ChildCosineNetwork(photos, views, childrenPerSide, head);
    }
    Decoder head = (Decoder) config.head();
    ZoomDecoder decoder = new ZoomDecoder(head, childrenPerSide);
    return head.sharedEncoder()
        ? DecoderNetwork.shared(views, decoder)
        : DecoderNetwork.separate(backbone(encoder, encoder.square()), views, decoder);
  }

  private static Backbone backbone(Encoder encoder, ImageSpec image) {
    Backbone backbone = Backbone.named(encoder.backbone(), image);
    backbone.trainLast(encoder.trainableBlocks());
    return backbone;
  }

  /**
   * Encodes photos.
   *
   * @param images {@code [B, 3, H, W]}
   * @return {@code [B, P]}
   */
  abstract NDArray photos(Forward f, NDArray images);

  /**
   * Encodes views of any steps. All those of a batch belong into one call, so that a normalization
   * of batches meets the same mixture as in inference.
   *
   * @param images {@code [n, 3, V, V]}
   * @return the input of {@link #atStep}, {@code [n, ...]}
   */
  abstract NDArray views(Forward f, NDArray images);

  /**
   * Prepares encoded views for the head.
   *
   * @param encoded {@code [n, ...]}, of {@link #views}
   * @param step the step of the views, 0 for the root view
   * @return {@code [n, D]}; D may differ from step to step
   */
  abstract NDArray atStep(Forward f, NDArray encoded, int step);

  /**
   * Scores the children at every step of known paths.
   *
   * @param photos {@code [B, P]}
   * @param views for each of the N steps {@code [B, D]}, of {@link #atStep}
   * @param taken int64 {@code [B, N]}, the children taken
   * @return for each of the N steps {@code [B, K K]}
   */
  abstract List<NDArray> logits(Forward f, NDArray photos, List<NDArray> views, NDArray taken);

  /**
   * Returns the loss of encoded photos and views, a scalar of at least 0: the mean cross-entropy of
   * the next child over the steps, and the terms of the head.
   *
   * @param nextChild the cross-entropy
   */
  NDArray loss(Forward f, NDArray photos, List<NDArray> views, NDArray taken, NextToken nextChild) {
    return nextChild.loss(logits(f, photos, views, taken), taken);
  }

  /**
   * Begins a search.
   *
   * @param photo {@code [1, P]}; computed arrays belong to its manager
   * @param views returns the output of {@link #atStep} for cells
   */
  abstract ZoomSearch.Frontier atRoot(NDArray photo, ZoomSearch.Views views);

  /**
   * Returns the training loss, a scalar: the mean cross-entropy of the next child over the steps
   * (Just Zoom In), and the terms of the head. Photos outside the area do not count; a batch
   * without any other has a loss of 0.
   *
   * @param batch of {@link ZoomExamples}: photos {@code [B, 3, H, W]}, views {@code [B, N, 3, V,
   *     V]}, and the children taken {@code [B, N]}, -1 outside the area
   */
  final NDArray trainingLoss(Forward f, Batch batch, ZoomConfig.Training training) {
    NDArray children = batch.targets().get(0);
    NDArray inside = children.get(":, 0").gte(0).nonzero().reshape(-1);
    if (inside.size() == 0) {
      return zero(children.getManager());
    }
    NDArray taken = children.get(inside);
    NDArray photos = photos(f, batch.inputs().get(0).get(inside));
    List<NDArray> views =
        viewsOnPaths(f, batch.inputs().get(1).get(inside), taken, training.augment());
    NextToken nextChild = NextToken.defaults().withLabelSmoothing(training.labelSmoothing());
    return loss(f, photos, views, taken, nextChild);
  }

  /** Returns a differentiable 0, for a batch from which there is nothing to learn. */
  private NDArray zero(NDManager step) {
    Parameter any =
        parameters().values().stream().filter(Parameter::isTrainable).findFirst().orElseThrow();
    NDArray sum = any.in(step).sum();
    return sum.mul(Scalar.of(sum, 0));
  }

  /**
   * Encodes the views on the paths of a batch, equal ones once: all photos begin with the root
   * view, and unless views are augmented many photos share the next ones.
   *
   * @param images {@code [B, N, 3, V, V]}
   * @param taken {@code [B, N]}
   * @return for each step {@code [B, D]}
   */
  private List<NDArray> viewsOnPaths(Forward f, NDArray images, NDArray taken, boolean augmented) {
    int count = (int) taken.getShape().get(1);
    List<SharedViews> steps = SharedViews.ofSteps(taken.toLongArray(), count, augmented);
    NDManager manager = images.getManager();
    NDList different = new NDList();
    for (int n = 0; n < count; n++) {
      different.add(images.get(":, {}", n).get(manager.create(steps.get(n).rows())));
    }
    NDArray encoded = views(f, NDArrays.concat(different, 0));
    List<NDArray> views = new ArrayList<>();
    int first = 0;
    for (int n = 0; n < count; n++) {
      int end = first + steps.get(n).rows().length;
      views.add(steps.get(n).ofPhotos(atStep(f, encoded.get("{}:{}", first, end), n)));
      first = end;
    }
    return views;
  }
}
