package io.github.geofix.models.token;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.nn.Activation;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Linear;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.train.Batch;
import io.github.geofix.models.train.Example;
import io.github.geofix.models.train.Trainable;
import io.github.geofix.models.weights.Weights;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * A small network that tells from the decoder's state after a whole word whether the word is within
 * 200 km of the truth, and so chooses among the words drawn for a photo (GeoToken, section 3).
 *
 * <p>It is trained after the model, whose weights stay as they are: each example draws one word for
 * a photo and looks how far off it is.
 *
 * <p>It chooses the word that is likeliest to be good. The paper's rule, {@link #asPublished}, is
 * the same wherever some word is predicted to be good; where none is, that rule takes the one that
 * is most surely bad.
 *
 * <p>Must be closed. Training is for one thread; choosing is thread-safe.
 */
public final class RewardScorer implements Selection, Trainable, AutoCloseable {

  /** A word closer than this is a good one: the region level of the field's metrics. */
  public static final double GOOD_KM = 200;

  private static final int BINS = 2;

  private final TokenModel model;
  private final Scorer network;
  private final NDManager manager = TorchEngine.newManager();

  private RewardScorer(TokenModel model) {
    this.model = model;
    network = new Scorer(model.config().width());
  }

  /**
   * Creates an untrained scorer.
   *
   * @param model trained; it is shared, not owned
   * @param seed the parameters' first values depend on it alone
   */
  public static RewardScorer create(TokenModel model, long seed) {
    RewardScorer scorer = new RewardScorer(model);
    scorer.network.initialize(scorer.manager, seed);
    return scorer;
  }

  /**
   * Loads a scorer that {@link #save} wrote.
   *
   * @throws io.github.geofix.core.format.ModelFormatException if the file is damaged or belongs to
   *     a model of another width
   */
  public static RewardScorer load(TokenModel model, Path file) {
    RewardScorer scorer = new RewardScorer(model);
    try {
      Weights.load(scorer.network, scorer.manager, file);
      return scorer;
    } catch (RuntimeException e) {
      scorer.close();
      throw e;
    }
  }

  /**
   * Saves the weights as one safetensors file.
   *
   * @throws java.io.UncheckedIOException if writing fails
   */
  public void save(Path file) {
    Weights.save(network, file, Map.of());
  }

  @Override
  public boolean readsStates() {
    return true;
  }

  /**
   * The word that is likeliest to be within {@value #GOOD_KM} km of the truth.
   *
   * @throws IllegalArgumentException if the pool has no states
   */
  @Override
  public LatLng choose(Pool pool) {
    return pool.latLng(likeliest(logits(pool.states())));
  }

  /** Returns the rule of the paper: the lowest predicted bin, then the surest of that bin. */
  public Selection asPublished() {
    return new Selection() {
      @Override
      public boolean readsStates() {
        return true;
      }

      @Override
      public LatLng choose(Pool pool) {
        return pool.latLng(surestOfLowestBin(logits(pool.states())));
      }
    };
  }

  /** Returns the scores of both bins, within 200 km and beyond, for each state: [n][2]. */
  float[][] logits(List<float[]> states) {
    if (states.isEmpty()) {
      throw new IllegalArgumentException("the pool has no states: find it for this selection");
    }
    int width = model.config().width();
    float[] flat = new float[states.size() * width];
    for (int i = 0; i < states.size(); i++) {
      System.arraycopy(states.get(i), 0, flat, i * width, width);
    }
    float[] both =
        TorchEngine.infer(
            manager,
            step -> {
              NDArray x = step.create(flat, new Shape(states.size(), width));
              return network.forward(Forward.INFERENCE, x).toFloatArray();
            });
    float[][] logits = new float[states.size()][BINS];
    for (int i = 0; i < logits.length; i++) {
      System.arraycopy(both, i * BINS, logits[i], 0, BINS);
    }
    return logits;
  }

  /** Returns the index of the word whose first bin leads most, or trails least. */
  static int likeliest(float[][] logits) {
    return IntStream.range(0, logits.length)
        .boxed()
        .max(Comparator.comparingDouble(i -> logits[i][0] - logits[i][1]))
        .orElseThrow();
  }

  /** Returns the index of the word of the lowest bin, of these the surest. */
  static int surestOfLowestBin(float[][] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      int bin = bin(logits[i]);
      int bestBin = bin(logits[best]);
      boolean surer = confidence(logits[i]) > confidence(logits[best]);
      if (bin < bestBin || (bin == bestBin && surer)) {
        best = i;
      }
    }
    return best;
  }

  private static int bin(float[] logits) {
    return logits[0] >= logits[1] ? 0 : 1;
  }

  /** Of two bins, the surer one is that whose scores lie farther apart. */
  private static double confidence(float[] logits) {
    return Math.abs((double) logits[0] - logits[1]);
  }

  @Override
  public Module network() {
    return network;
  }

  @Override
  public List<Shape> inputShapes() {
    return List.of(new Shape(model.config().width()));
  }

  /** The state of a word drawn for the photo, and its bin: 0 within 200 km of the truth, else 1. */
  @Override
  public Example example(BufferedImage photo, LatLng latLng, SplittableRandom random) {
    Decoding drawOne = Sampling.of(1, random.nextLong());
    Pool pool = model.pools(List.of(photo), drawOne, true).get(0);
    boolean good = GreatCircle.distanceKm(pool.latLng(0), latLng) <= GOOD_KM;
    return new Example(new float[][] {pool.states().get(0)}, new long[][] {{good ? 0 : 1}});
  }

  /** The cross-entropy of the bins. */
  @Override
  public NDArray loss(Forward f, Batch batch) {
    NDArray logits = network.forward(f, batch.inputs().get(0));
    return logits.logSoftmax(1).gather(batch.targets().get(0), 1).mean().neg();
  }

  @Override
  public void close() {
    manager.close();
  }

  /** Linear, ReLU, linear: states {@code [B, D]} to bins {@code [B, 2]}. */
  static final class Scorer extends Module {
    private final Linear fc1;
    private final Linear head;

    Scorer(int width) {
      fc1 = child("fc1", new Linear(width, width / 2));
      head = child("head", new Linear(width / 2, BINS));
    }

    NDArray forward(Forward f, NDArray states) {
      return head.forward(f, Activation.RELU.apply(fc1.forward(f, states)));
    }
  }
}
