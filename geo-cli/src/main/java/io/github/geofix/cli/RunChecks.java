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
    if (!pairs) {
      requireMap(config, method, matching);
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
