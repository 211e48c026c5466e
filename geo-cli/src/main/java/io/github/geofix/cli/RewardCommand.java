package io.github.geofix.cli;

import io.github.geofix.core.Manifest;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.Embeddings;
import io.github.geofix.models.image.Photos;
import io.github.geofix.models.token.RewardScorer;
import io.github.geofix.models.token.TokenModel;
import io.github.geofix.models.token.VectorExamples;
import io.github.geofix.train.TrainOptions;
import io.github.geofix.train.TrainReport;
import io.github.geofix.train.Trainer;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code geofix reward}. */
@Command(
    name = "reward",
    description =
        "Trains the scorer with which a token model selects among its answers: locate --set"
            + " selection=reward. Give it photos that the model was not trained on.",
    footer = {
      "",
      "Example:",
      "  geofix reward --model models/token --data held.csv --out models/token-reward"
    },
    mixinStandardHelpOptions = true)
final class RewardCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--model", required = true, paramLabel = "DIR", description = "Token model.")
  private Path model;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "CSV",
      description = "Photos to learn from: columns image, latitude, longitude.")
  private Path data;

  @Option(
      names = "--vectors",
      split = ",",
      paramLabel = "FILE",
      description =
          "For a model that reads vectors: those of the photos in their order; without them its"
              + " encoder makes them.")
  private @Nullable List<Path> vectors;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Model folder to write: the model with its scorer.")
  private Path out;

  @Option(
      names = "--hidden-size",
      paramLabel = "N",
      description =
          "Length of the scorer's hidden layer; the authors' is 2048 (default: half of the model's"
              + " dimension).")
  private @Nullable Integer hiddenSize;

  @Option(
      names = "--epochs",
      defaultValue = "10",
      paramLabel = "N",
      description = "Passes over the photos (default: ${DEFAULT-VALUE}).")
  private int epochs;

  @Option(
      names = "--batch",
      defaultValue = "64",
      paramLabel = "N",
      description = "Photos a step (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--rate",
      defaultValue = "1e-3",
      paramLabel = "RATE",
      description = "Learning rate (default: ${DEFAULT-VALUE}).")
  private double rate;

  @Option(
      names = "--seed",
      defaultValue = "1",
      paramLabel = "S",
      description = "Another seed gives another scorer (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Mixin private final ModelOutput output = new ModelOutput();

  @Mixin private final CodeOption code = new CodeOption();

  @Mixin private final PhotoLimitsOption photoLimits = new PhotoLimitsOption();

  @Override
  public Integer call() {
    output.check(out);
    TrainOptions options =
        TrainOptions.defaults()
            .withEpochs(epochs)
            .withBatchSize(batch)
            .withLearningRate(rate)
            .withSeed(seed);
    try (TokenModel token = TokenFolders.load(code.open(model))) {
      RewardScorer scorer =
          hiddenSize == null
              ? RewardScorer.create(token, seed)
              : RewardScorer.create(token, hiddenSize, seed);
      token.setRewardScorer(scorer);
      TrainReport report = fit(token, scorer, options);
      token.save(out, report.card("reward scorer from " + data, options));
    }
    PrintWriter stdout = spec.commandLine().getOut();
    stdout.println(out);
    stdout.flush();
    return 0;
  }

  private TrainReport fit(TokenModel token, RewardScorer scorer, TrainOptions options) {
    try (Bar bar = Bar.ofTraining("train reward")) {
      Trainer trainer =
          Trainer.of(scorer, options)
              .onProgress(step -> bar.show(step.step(), step.steps(), step.loss()));
      if (vectors == null) {
        return trainer.fit(Photos.source(Manifest.readCsv(data), photoLimits.limits()));
      }
      try (Embeddings rows = VectorFiles.open(vectors)) {
        List<LatLng> places = VectorFiles.places(data);
        VectorExamples photos =
            token
                .reference()
                .map(found -> VectorExamples.besideReference(token, found, rows, places))
                .orElseGet(() -> VectorExamples.of(token, rows, places));
        return trainer.fit(scorer.examples(photos));
      }
    }
  }
}
