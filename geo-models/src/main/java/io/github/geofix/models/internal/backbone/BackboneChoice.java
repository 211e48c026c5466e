package io.github.geofix.models.internal.backbone;

import static com.google.common.base.Preconditions.checkArgument;

import io.github.geofix.models.backbone.Backbone;

/** The choice of a backbone in a configuration. */
public final class BackboneChoice {
  private BackboneChoice() {}

  /**
   * Checks a backbone's name and the number of its last blocks that learn.
   *
   * @throws IllegalArgumentException if the name is blank or the number out of range
   */
  public static void check(String backbone, int trainableBlocks) {
    checkArgument(!backbone.isBlank(), "backbone must have a name");
    checkArgument(
        trainableBlocks >= Backbone.ALL_BLOCKS,
        "trainableBlocks must be -1 or more: " + trainableBlocks);
  }
}
