package io.github.geofix.cli;

import io.github.geofix.core.Localizer;
import io.github.geofix.core.Manifest;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.Embeddings;
import io.github.geofix.core.index.NeighborLists;
import io.github.geofix.core.internal.AtomicFiles;
import io.github.geofix.eval.DistanceEvaluator;
import io.github.geofix.eval.DistanceReport;
import io.github.geofix.models.Family;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.token.ReferenceDatabase;
import io.github.geofix.models.token.TokenConfig;
import io.github.geofix.models.token.TokenModel;
import io.github.geofix.models.token.VectorExamples;
import io.github.geofix.train.data.TrainingData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a token model learns from that reads vectors: files, which are read as they are needed. */
final class VectorTraining implements AutoCloseable {
  private static final int PUBLISHED_NEIGHBORS = 15;

  private final RunConfig.Vectors files;
  private final Embeddings rows;
  private final List<LatLng> places;
  private final Optional<NeighborLists> neighbors;
  private final Optional<Held> held;
  private @Nullable Path reference;

  /** The photos not trained on. */
  private record Held(Manifest photos, Embeddings rows, Optional<NeighborLists> neighbors) {}

  /**
   * Opens the files.
   *
   * @throws IllegalArgumentException if they do not fit together
   */
  VectorTraining(RunConfig config, RunConfig.Vectors files) {
    this.files = files;
    rows = VectorFiles.open(files.files());
    places = VectorFiles.places(((RunConfig.Photos) config.data()).csv());
    neighbors = files.neighbors().map(NeighborLists::open);
    held =
        config
            .val()
            .map(
                csv ->
                    new Held(
                        Manifest.readCsv(csv),
                        VectorFiles.open(files.val()),
                        files.valNeighbors().map(NeighborLists::open)));
  }

  /** Returns the settings with which a new model reads these vectors. */
  Map<String, String> settings(RunConfig.New made, Map<String, String> set) {
    Map<String, String> settings = new LinkedHashMap<>();
    TokenConfig config = (TokenConfig) Family.named(made.method()).config(made.size(), Map.of());
    if (!(config.input() instanceof TokenConfig.Vectors)) {
      int count =
          set.containsKey("input.count")
              ? Integer.parseInt(set.get("input.count"))
              : VectorFiles.count(rows, files.files());
      settings.put("input.type", "vectors");
      settings.put("input.count", String.valueOf(count));
      settings.put("input.dimension", String.valueOf(rows.dimension() / Math.max(1, count)));
      settings.put(
          "input.neighbors",
          neighbors
              .map(lists -> String.valueOf(Math.min(PUBLISHED_NEIGHBORS, lists.count())))
              .orElse("0"));
    }
    return settings;
  }

  /**
   * Gives a model the photos among which it finds neighbors and the encoder of further photos, if
   * it is to have them.
   *
   * @param target the model folder to come
   */
  TokenModel complete(GeoModel model, CodeOption code, Path target) {
    TokenModel token = (TokenModel) model;
    if (!(token.config().input() instanceof TokenConfig.Vectors input)) {
      throw new IllegalArgumentException(
          "--vectors is for token models that read vectors; this one reads photos");
    }
    // Before anything is written.
    VectorExamples.of(token, rows, places);
    if (input.neighbors() > 0) {
      if (neighbors.isEmpty()) {
        throw new IllegalArgumentException(
            "the model reads %d neighbors of each photo: search them by geofix neighbors and name"
                    .formatted(input.neighbors())
                + " the file by --neighbors, or --set input.neighbors=0");
      }
      token.setReference(referenceOf(input.count(), target));
    }
    files.encoder().ifPresent(folder -> token.setEncoder(code.open(folder)));
    return token;
  }

  private ReferenceDatabase referenceOf(int count, Path target) {
    Path parent = Objects.requireNonNull(target.toAbsolutePath().getParent());
    AtomicFiles.checkFolder(parent);
    reference = parent.resolve("." + target.getFileName() + ".reference.tmp");
    try (Bar bar = Bar.of("reference", rows.size())) {
      ReferenceDatabase.write(reference, count, rows, places, bar::stepTo);
    }
    return ReferenceDatabase.open(reference);
  }

  /** Returns what the model learns from. */
  TrainingData data(TokenModel model) {
    VectorExamples all = VectorExamples.of(model, rows, places);
    return TrainingData.of(
        neighborsOf(model) == 0 ? all : all.withNeighbors(neighbors.orElseThrow()));
  }

  /** Returns the photos not trained on, if there are any. */
  Optional<VectorExamples> held(TokenModel model) {
    return held.map(
        photos -> {
          List<LatLng> where = photos.photos().locations();
          if (neighborsOf(model) == 0) {
            return VectorExamples.of(model, photos.rows(), where);
          }
          return photos
              .neighbors()
              .map(
                  lists ->
                      VectorExamples.of(model, photos.rows(), where)
                          .withNeighbors(lists, rows, places))
              .orElseGet(
                  () ->
                      VectorExamples.besideReference(
                          model, model.reference().orElseThrow(), photos.rows(), where));
        });
  }

  private static int neighborsOf(TokenModel model) {
    return ((TokenConfig.Vectors) model.config().input()).neighbors();
  }

  /** Returns the share of the photos not trained on that the model locates within a distance. */
  double shareWithin(TokenModel model, double meters) {
    return evaluate(model, DistanceEvaluator.defaults().withKm(meters / 1000))
        .map(report -> report.errors().withinKm(meters / 1000).accuracy())
        .orElse(Double.NaN);
  }

  /** Locates the photos not trained on. */
  Optional<DistanceReport> evaluate(TokenModel model) {
    return evaluate(model, DistanceEvaluator.defaults());
  }

  private Optional<DistanceReport> evaluate(TokenModel model, DistanceEvaluator evaluator) {
    TokenConfig.Vectors input = (TokenConfig.Vectors) model.config().input();
    return held.map(
        photos -> {
          List<Path> images =
              photos.photos().entries().stream().map(Manifest.Entry::image).toList();
          SavedVectors saved =
              new SavedVectors(photos.rows(), images, input.count(), input.dimension());
          try (Localizer localizer = model.localizer(saved)) {
            return evaluator.evaluate(localizer, photos.photos());
          }
        });
  }

  /** Closes the files, once the model is closed. */
  @Override
  public void close() {
    rows.close();
    neighbors.ifPresent(NeighborLists::close);
    held.ifPresent(
        photos -> {
          photos.rows().close();
          photos.neighbors().ifPresent(NeighborLists::close);
        });
    try {
      if (reference != null) {
        Files.deleteIfExists(reference);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + reference, e);
    }
  }
}
