package io.github.geofix.models.embed;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.embed.EmbedModel.Negatives;
import io.github.geofix.models.loss.InfoNce;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Init;
import io.github.geofix.models.nn.Linear;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.Parameter;
import java.util.ArrayList;
import java.util.List;

/**
 * The learned part of the embed family: a backbone, a head into the shared space, and one vector
 * for each cell of each level of the hierarchy.
 */
final class EmbedNetwork extends Module {
  private final Backbone backbone;
  private final Linear head;
  private final List<Parameter> cells = new ArrayList<>();
  private final List<Parameter> logScales = new ArrayList<>();

  /**
   * Creates the network.
   *
   * @param width the width D of the shared space
   * @param cellCounts the number of cells of each level, coarse to fine
   */
  EmbedNetwork(Backbone backbone, int width, double temperature, int[] cellCounts) {
    this.backbone = child("backbone", backbone);
    this.head = child("head", new Linear(backbone.vectorWidth(), width));
    for (int level = 0; level < cellCounts.length; level++) {
      // Directions count, not lengths: any isotropic start will do.
      cells.add(
          parameter("cells." + level, Init.normal(1 / Math.sqrt(width)), cellCounts[level], width));
      logScales.add(
          parameter("log_scale." + level, Init.constant(InfoNce.logScale(temperature)), 1));
    }
  }

  /** Returns unit vectors {@code [B, D]} of photos {@code [B, 3, H, W]}. */
  NDArray embed(Forward f, NDArray photos) {
    return head.forward(f, backbone.vector(f, photos)).normalize(2, 1);
  }

  /**
   * Returns the cosine of each photo with each cell of a level, divided by the level's temperature:
   * {@code [B, cells]}.
   */
  NDArray logits(NDArray embedded, int level) {
    NDManager step = embedded.getManager();
    // The result of an operation belongs to the manager of its first operand, here the model's.
    NDArray directions = cells.get(level).array().normalize(2, 1);
    directions.attach(step);
    NDArray scale = step.ones(new Shape(1)).mul(logScales.get(level).array()).exp();
    return embedded.matMul(directions.transpose()).mul(scale);
  }

  /**
   * Returns the InfoNCE loss of photos and their cells on one level, a scalar.
   *
   * @param embedded {@code [B, D]}
   * @param labels {@code [B]}, the photos' cells
   */
  NDArray loss(NDArray embedded, int level, NDArray labels, Negatives negatives) {
    return switch (negatives) {
      case ALL_CELLS ->
          logits(embedded, level).logSoftmax(1).gather(labels.reshape(-1, 1), 1).mean().neg();
      case BATCH -> {
        NDArray directions = cells.get(level).array().normalize(2, 1);
        directions.attach(embedded.getManager());
        NDArray sameCell = labels.reshape(-1, 1).eq(labels.reshape(1, -1));
        yield InfoNce.oneWay()
            .loss(embedded, directions.get(labels), logScales.get(level).array(), sameCell);
      }
    };
  }

  int levels() {
    return cells.size();
  }
}
