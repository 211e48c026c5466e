package io.github.geofix.cli;

import io.github.geofix.eval.protocol.CrossViewProtocol;
import io.github.geofix.eval.protocol.Protocol;
import io.github.geofix.models.Family;
import io.github.geofix.train.TrainOptions;
import io.github.geofix.train.data.HardNegatives;

/** Refuses runs whose parts do not go together, before anything is read. */
final class RunChecks {
  private static final String MATCHING = "recombine";

  private RunChecks() {}

  /**
   * Checks a run.
   *
   * @throws IllegalArgumentException if parts do not go together
   */
  static void check(RunConfig config, TrainOptions training) {
    String method = config.method();
    boolean matching = method.equals(MATCHING);
    boolean pairs =
        config.data() instanceof RunConfig.Benchmark benchmark
            && Protocol.named(benchmark.protocol()) instanceof CrossViewProtocol;
    if (pairs) {
      checkPairs(config, matching);
    }
    if (!training.batches().hardNegatives().equals(HardNegatives.none()) && !matching) {
      throw new IllegalArgumentException(
          "--hard-negatives is for recombine, which compares the photos of a batch; "
              + method
              + " does not");
    }
    if (config.data() instanceof RunConfig.Photos photos
        && photos.texts().isPresent()
        && (!method.equals("geoclip") || config.skipUnreadable())) {
      throw new IllegalArgumentException(
          "--texts is for geoclip, with a row for each photo and without --skip-unreadable");
    }
    config.sample().ifPresent(sample -> checkSample(config, sample, pairs));
    config.vectors().ifPresent(vectors -> checkVectors(config, vectors));
    if (!pairs) {
      requireMap(config, method, matching);
    }
  }

  private static void checkSample(RunConfig config, RunConfig.Sample sample, boolean pairs) {
    boolean texts = config.data() instanceof RunConfig.Photos photos && photos.texts().isPresent();
    if (config.vectors().isPresent() || texts) {
      throw new IllegalArgumentException(
          "--fraction and --hold-out do not go with --vectors and --texts, which have a row for each"
              + " photo of --data");
    }
    if (sample.heldOut() > 0 && (pairs || config.val().isPresent())) {
      throw new IllegalArgumentException(
          "--hold-out is for photos with positions, in place of --val");
    }
  }

  private static void checkVectors(RunConfig config, RunConfig.Vectors vectors) {
    if (!config.method().equals("token")) {
      throw new IllegalArgumentException(
          "--vectors is for token, which reads vectors of photos; "
              + config.method()
              + " reads the photos themselves");
    }
    if (!(config.data() instanceof RunConfig.Photos)) {
      throw new IllegalArgumentException(
          "--vectors takes the photos of --data: write the list of a benchmark by geofix evaluate"
              + " --list");
    }
    if (config.val().isPresent() == vectors.val().isEmpty()) {
      throw new IllegalArgumentException(
          "--val and --val-vectors belong together: the photos to validate on and their vectors");
    }
    if (config.skipUnreadable()) {
      throw new IllegalArgumentException(
          "--skip-unreadable does not go with --vectors, for which no photo is read");
    }
  }

  private static void checkPairs(RunConfig config, boolean matching) {
    Protocol benchmark = Protocol.named(((RunConfig.Benchmark) config.data()).protocol());
    if (!matching) {
      throw new IllegalArgumentException(
          benchmark
              + " has pairs of ground photos and aerial images, from which recombine learns and "
              + config.method()
              + " does not");
    }
    if (config.val().isPresent()) {
      throw new IllegalArgumentException(
          "--val takes photos with positions, "
              + benchmark
              + " has pairs: measure the trained model by geofix evaluate --protocol "
              + benchmark);
    }
  }

  private static void requireMap(RunConfig config, String method, boolean matching) {
    boolean needed =
        config.start() instanceof RunConfig.New
            && config.tiles().isEmpty()
            && Family.named(method)
                .mapSetting()
                .filter(name -> !config.set().containsKey(name))
                .isPresent();
    if (needed) {
      throw new IllegalArgumentException(
          method
              + " compares photos with a map: name it by --tiles"
              + (matching ? ", or give a protocol of pairs, such as cvusa" : ""));
    }
  }
}
