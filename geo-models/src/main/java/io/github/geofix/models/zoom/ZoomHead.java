package io.github.geofix.models.zoom;

/** How a zooming network scores the children of a view. */
public enum ZoomHead {
  /**
   * By the cosine of the photo with the part of the view where the child lies: small, sees every
   * child for itself, and forgets the way it came. Trained from scratch in minutes.
   */
  CHILD_COSINE,
  /**
   * By a causal transformer over one vector for the photo, each view and each child taken, as in
   * Just Zoom In. Needs an encoder that was trained before.
   */
  DECODER
}
