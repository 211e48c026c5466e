package io.github.geofix.models.embed;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.partition.CellHierarchy;
import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.embed.EmbedModel.Comparison;
import io.github.geofix.models.embed.EmbedModel.Config;
import io.github.geofix.models.embed.EmbedModel.Negatives;
import io.github.geofix.models.embed.EmbedModel.Product;
import io.github.geofix.models.loss.InfoNce;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Init;
import io.github.geofix.models.nn.LayerNorm;
import io.github.geofix.models.nn.Linear;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.Parameter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The learned part of the embed family: a backbone, the fusion with semantics if there is any, a
 * head into the shared space, and one vector for each cell of each level of the hierarchy, or one
 * classifier for each level.
 */
final class EmbedNetwork extends Module {
  private static final double EPSILON = 1e-5;

  private final Config config;
  private final Backbone backbone;
  private final @Nullable SemanticFusion fusion;
  private final @Nullable LayerNorm headNorm;
  private final Linear head;
  private final List<Parameter> cells = new ArrayList<>();
  private final List<Parameter> logScales = new ArrayList<>();
  private final List<Linear> classifiers = new ArrayList<>();

  /**
   * Creates the network.
   *
   * @param cellCounts the number of cells of each level, coarse to fine
   */
  EmbedNetwork(Config config, int[] cellCounts) {
    this.config = config;
    backbone = child("backbone", Backbone.named(config.backbone(), config.image()));
    backbone.trainLast(config.trainableBlocks());
    int width = config.width();
    if (config.fusion().isOn()) {
      Fusion options = config.fusion();
      if (!options.appearance()) {
        backbone.freezeVectorPart();
      }
      fusion = child("fusion", new SemanticFusion(options, config.image(), backbone.width()));
      int fused = options.width() + (options.appearance() ? backbone.vectorWidth() : 0);
      headNorm = child("head_norm", new LayerNorm(fused, EPSILON));
      head = child("head", new Linear(fused, width));
    } else {
      fusion = null;
      headNorm = null;
      head = child("head", new Linear(backbone.vectorWidth(), width));
    }
    for (int level = 0; level < cellCounts.length; level++) {
      if (config.comparison() == Comparison.CLASSIFIER) {
        classifiers.add(child("classifiers." + level, new Linear(width, cellCounts[level])));
        continue;
      }
      // Directions count, not lengths: any isotropic start will do.
      cells.add(
          parameter("cells." + level, Init.normal(1 / Math.sqrt(width)), cellCounts[level], width));
      logScales.add(
          parameter(
              "log_scale." + level, Init.constant(InfoNce.logScale(config.temperature())), 1));
    }
  }

  /**
   * Returns the vectors {@code [B, D]} of photos, of length 1 unless there are classifiers.
   *
   * @param photos {@code [B, 3, H, W]}, or {@code [B, 4, H, W]} with the class of each pixel last
   */
  NDArray embed(Forward f, NDArray photos) {
    NDArray vector = head.forward(f, features(f, photos));
    return config.comparison() == Comparison.CLASSIFIER ? vector : vector.normalize(2, 1);
  }

  private NDArray features(Forward f, NDArray photos) {
    if (fusion == null || headNorm == null) {
      return backbone.vector(f, photos);
    }
    NDArray colors = photos.get(":, :3");
    NDArray classes = photos.get(":, 3");
    if (!config.fusion().appearance()) {
      NDArray fused = fusion.forward(f, classes, backbone.forward(f, colors));
      return headNorm.forward(f, fused);
    }
    Backbone.Features seen = backbone.features(f, colors);
    NDArray fused = fusion.forward(f, classes, seen.tokens());
    return headNorm.forward(f, NDArrays.concat(new NDList(fused, seen.vector()), 1));
  }

  /**
   * Returns the logits of a level, {@code [B, cells]}: the cosine of each photo with each cell,
   * divided by the level's temperature, or what the classifier says.
   */
  NDArray logits(Forward f, NDArray embedded, int level) {
    if (config.comparison() == Comparison.CLASSIFIER) {
      return classifiers.get(level).forward(f, embedded);
    }
    NDManager step = embedded.getManager();
    NDArray scale = step.ones(new Shape(1), embedded.getDataType());
    return embedded
        .matMul(directions(step, level).transpose())
        .mul(scale.mul(logScales.get(level).array()).exp());
  }

  private NDArray directions(NDManager step, int level) {
    return cells.get(level).in(step).normalize(2, 1);
  }

  /**
   * Returns the loss of photos and their cells on one level, a scalar.
   *
   * @param embedded {@code [B, D]}
   * @param labels {@code [B]}, the photos' cells
   */
  NDArray loss(Forward f, NDArray embedded, int level, NDArray labels) {
    Negatives negatives = config.negatives();
    if (negatives == Negatives.ALL_CELLS) {
      NDArray logProbabilities = logits(f, embedded, level).logSoftmax(1);
      return logProbabilities.gather(labels.reshape(-1, 1), 1).mean().neg();
    }
    NDArray own = directions(embedded.getManager(), level).get(labels);
    NDArray sameCell =
        negatives == Negatives.BATCH ? labels.reshape(-1, 1).eq(labels.reshape(1, -1)) : null;
    InfoNce contrast = config.symmetric() ? InfoNce.symmetric() : InfoNce.oneWay();
    return contrast.loss(embedded, own, logScales.get(level).array(), sameCell);
  }

  int levels() {
    return config.comparison() == Comparison.CLASSIFIER ? classifiers.size() : cells.size();
  }

  /** Returns whether training is under way, so that cells may change at any time. */
  boolean isLearning() {
    return cells.stream().anyMatch(level -> level.array().hasGradient());
  }

  /** Returns what scores the cells as they are now. */
  CellScorer scorer(CellHierarchy hierarchy, Product product, NDManager manager) {
    if (config.comparison() == Comparison.CLASSIFIER) {
      return CellScorer.ofClassifiers(hierarchy, classifiers, manager);
    }
    return CellScorer.of(hierarchy, cells, logScales, product, manager);
  }
}
