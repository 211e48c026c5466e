package io.github.geofix.models.geoclip;

import ai.djl.ndarray.NDArray;
import io.github.geofix.models.backbone.ClipVit;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Module;

/**
 * The network of {@link GeoClipModel}: embeds photos by CLIP and two linear layers, positions by a
 * {@link GeoClipLocationEncoder}, both as unit vectors of one space. The parameters of CLIP come
 * after {@code backbone.}, those of the release after {@code head.}.
 *
 * <p>Vivanco Cepeda, Nayak and Shah, "GeoCLIP", NeurIPS 2023, section 3.
 */
public final class GeoClipNetwork extends Module {
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
}
