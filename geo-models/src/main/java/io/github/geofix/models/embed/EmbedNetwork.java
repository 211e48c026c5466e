package io.github.geofix.models.embed;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.partition.CellHierarchy;
import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.embed.EmbedConfig.Matching;
import io.github.geofix.models.embed.EmbedConfig.Matching.Cosine;
import io.github.geofix.models.embed.EmbedConfig.Matching.InBatch;
import io.github.geofix.models.embed.EmbedConfig.Matching.Product;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.loss.InfoNce;
import io.github.geofix.models.internal.nn.Scalar;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.LayerNorm;
import io.github.geofix.models.nn.Linear;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.Parameter;
import io.github.geofix.models.nn.Parameter.Init;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The network of the embed family: a backbone, the fusion with class maps if there is any, a head
 * into the embedding space, and for each level of the hierarchy one vector for each cell, or a
 * linear classifier.
 */
final class EmbedNetwork extends Module {
  private static final double EPSILON = 1e-5;

  private final EmbedConfig config;
  private final Backbone backbone;
  private final @Nullable FusionNetwork fusion;
  private final boolean appearance;
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
  EmbedNetwork(EmbedConfig config, int[] cellCounts) {
    this.config = config;
    EmbedConfig.Encoder encoder = config.encoder();
    backbone = child("backbone", Backbone.named(encoder.backbone(), encoder.image()));
    backbone.trainLast(encoder.trainableBlocks());
    int dimension = encoder.dimension();
    fusion = fusion(config.fusion(), encoder.image(), backbone);
    appearance = config.fusion() instanceof Fusion.SemanticStream stream && stream.appearance();
    if (fusion == null) {
      headNorm = null;
      head = child("head", new Linear(backbone.vectorWidth(), dimension));
    } else {
      child("fusion", fusion);
      if (!appearance) {
        backbone.freezeVectorPart();
      }
      int fused = fusion.fusedDimension() + (appearance ? backbone.vectorWidth() : 0);
      headNorm = child("head_norm", new LayerNorm(fused, EPSILON));
      head = child("head", new Linear(fused, dimension));
    }
    for (int level = 0; level < cellCounts.length; level++) {
      if (config.matching() instanceof Cosine cosine) {
        // Directions count, not lengths: any isotropic start will do.
        Init isotropic = Init.normal(1 / Math.sqrt(dimension));
        cells.add(parameter("cells." + level, isotropic, cellCounts[level], dimension));
        Init scale = Init.constant(InfoNce.logScale(cosine.temperature()));
        logScales.add(parameter("log_scale." + level, scale, 1));
      } else {
        classifiers.add(child("classifiers." + level, new Linear(dimension, cellCounts[level])));
      }
    }
  }

  private static @Nullable FusionNetwork fusion(Fusion fusion, ImageSpec image, Backbone backbone) {
    if (fusion instanceof Fusion.PhotoStream stream) {
      return new PhotoStreamNetwork(stream, image, backbone);
    }
    return fusion instanceof Fusion.SemanticStream stream
        ? new SemanticStreamNetwork(stream, image, backbone.width())
        : null;
  }

  /**
   * Embeds photos.
   *
   * @param photos {@code [B, 3, H, W]}, or {@code [B, 4, H, W]} with the class of each pixel last
   * @return {@code [B, D]}, of length 1 unless there are classifiers
   */
  NDArray embed(Forward f, NDArray photos) {
    NDArray vector = head.forward(f, features(f, photos));
    return hasClassifiers() ? vector : vector.normalize(2, 1);
  }

  private NDArray features(Forward f, NDArray photos) {
    if (fusion == null || headNorm == null) {
      return backbone.vector(f, photos);
    }
    NDArray colors = photos.get(":, :3");
    NDArray classes = photos.get(":, 3");
    if (!appearance) {
      NDArray fused = fusion.forward(f, classes, backbone.forward(f, colors));
      return headNorm.forward(f, fused);
    }
    Backbone.Features seen = backbone.features(f, colors);
    NDArray fused = fusion.forward(f, classes, seen.tokens());
    return headNorm.forward(f, NDArrays.concat(new NDList(fused, seen.vector()), 1));
  }

  private boolean hasClassifiers() {
    return config.matching() instanceof Matching.Classifier;
  }

  private NDArray logits(Forward f, NDArray embedded, int level) {
    if (hasClassifiers()) {
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
   * Returns the sum of the losses of the levels, a scalar. A level ignores photos outside its
   * cells, and is left out if fewer photos remain than it contrasts.
   *
   * @param embedded those of {@link #embed}, {@code [B, D]}
   * @param labels {@code [B, L]}, the photos' cells, or -1
   */
  NDArray loss(Forward f, NDArray embedded, NDArray labels) {
    // So that there is something to differentiate even if no photo is in a cell.
    NDArray sum = embedded.sum().mul(Scalar.of(embedded, 0));
    int fewest = inBatch() == null ? 1 : 2;
    for (int level = 0; level < levels(); level++) {
      NDArray cells = labels.get(":, {}", level);
      NDArray known = cells.gte(0).nonzero().reshape(-1);
      if (known.size() >= fewest) {
        sum = sum.add(levelLoss(f, embedded.get(known), level, cells.get(known)));
      }
    }
    return sum;
  }

  private @Nullable InBatch inBatch() {
    return config.matching() instanceof Cosine cosine
            && cosine.negatives() instanceof InBatch negatives
        ? negatives
        : null;
  }

  /**
   * Returns the loss of photos and their cells on one level, a scalar.
   *
   * @param embedded {@code [B, D]}
   * @param labels {@code [B]}, the photos' cells
   */
  NDArray levelLoss(Forward f, NDArray embedded, int level, NDArray labels) {
    InBatch inBatch = inBatch();
    if (inBatch == null) {
      NDArray logProbabilities = logits(f, embedded, level).logSoftmax(1);
      return logProbabilities.gather(labels.reshape(-1, 1), 1).mean().neg();
    }
    NDArray positives = directions(embedded.getManager(), level).get(labels);
    NDArray sameCell =
        inBatch.maskSameCell() ? labels.reshape(-1, 1).eq(labels.reshape(1, -1)) : null;
    InfoNce contrast = inBatch.symmetric() ? InfoNce.symmetric() : InfoNce.oneWay();
    return contrast.loss(embedded, positives, logScales.get(level).array(), sameCell);
  }

  /** Returns the length D of the vectors. */
  int dimension() {
    return config.encoder().dimension();
  }

  private int levels() {
    return hasClassifiers() ? classifiers.size() : cells.size();
  }

  /** Returns whether training is under way, so that cells may change at any time. */
  boolean isLearning() {
    return cells.stream().anyMatch(level -> level.array().hasGradient());
  }

  /** Returns a scorer of the cells as they are now. */
  CellScorer scorer(CellHierarchy hierarchy, Product product, NDManager manager) {
    if (hasClassifiers()) {
      return CellScorer.ofClassifiers(hierarchy, classifiers, manager);
    }
    return CellScorer.of(hierarchy, cells, logScales, product, manager);
  }
}
