package io.github.geofix.models.geoclip;

import ai.djl.ndarray.NDArray;
import io.github.geofix.models.internal.backbone.ClipVit;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Module;
import java.util.ArrayList;
import java.util.List;

/**
 * The network of {@link GeoClipModel}: embeds photos by CLIP and two linear layers, positions by a
 * {@link GeoClipLocationEncoder}, both as unit vectors of one space. The parameters of CLIP come
 * after {@code backbone.}, those of the release after {@code head.}.
 *
 * <p>Vivanco Cepeda, Nayak and Shah, "GeoCLIP", NeurIPS 2023, section 3.
 */
final class GeoClipNetwork extends Module {
  private final ClipVit backbone;
  private final GeoClipHead head;

  /** Creates the network without values. The backbone is frozen. */
  public GeoClipNetwork(GeoClipConfig config) {
    backbone = child("backbone", new ClipVit(config.backbone()));
    backbone.trainLast(0);
    head = child("head", new GeoClipHead(config));
  }

  ClipVit backbone() {
    return backbone;
  }

  GeoClipHead head() {
    return head;
  }

  /**
   * Returns unit vectors {@code [B, D]} of photos.
   *
   * @param images {@code [B, 3, H, W]}
   */
  public NDArray embedPhotos(Forward f, NDArray images) {
    return head.embedFeatures(f, backbone.vector(f, images));
  }

  /**
   * Returns the unit vectors of photos, each {@code [B, D]}: CLIP's where it has D numbers, the
   * head for locations, and the head for texts if there is one.
   *
   * @param images {@code [B, 3, H, W]}
   */
  List<NDArray> vectors(Forward f, NDArray images) {
    NDArray features = backbone.vector(f, images);
    NDArray located = head.embedFeatures(f, features);
    List<NDArray> vectors = new ArrayList<>();
    if (features.getShape().get(1) == located.getShape().get(1)) {
      vectors.add(features.normalize(2, 1));
    }
    vectors.add(located);
    GeoClipTexts texts = head.texts();
    if (texts != null) {
      vectors.add(texts.embedFeatures(f, features));
    }
    return vectors;
  }
}
