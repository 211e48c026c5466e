package io.github.geofix.models.internal.osv5m;

import ai.djl.ndarray.NDArray;
import io.github.geofix.models.internal.backbone.ClipVit;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Module;

/** The network of {@link Osv5mModel}: CLIP's class token, and a {@link HybridHead} on it. */
final class Osv5mNetwork extends Module {
  private final ClipVit backbone;
  private final HybridHead head;

  /**
   * Creates the network without values.
   *
   * @param boxes the number N of boxes
   */
  Osv5mNetwork(Osv5mConfig config, int boxes) {
    backbone = child("backbone", new ClipVit(config.backbone()));
    head =
        child(
            "mid",
            new HybridHead(
                config.backbone().width(),
                config.hidden().stream().mapToInt(Integer::intValue).toArray(),
                boxes));
  }

  ClipVit backbone() {
    return backbone;
  }

  HybridHead head() {
    return head;
  }

  /**
   * Returns the class tokens of photos before the last normalization, {@code [B, width]}.
   *
   * @param images {@code [B, 3, H, W]}
   */
  NDArray tokens(Forward f, NDArray images) {
    return backbone.forward(f, images).get(":, 0");
  }
}
