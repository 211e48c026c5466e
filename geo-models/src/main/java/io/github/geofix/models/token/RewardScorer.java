package io.github.geofix.models.token;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.common.primitives.Floats;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.format.Safetensors;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.internal.weights.Weights;
import io.github.geofix.models.nn.Activation;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Linear;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.token.Decoding.Sampling;
import io.github.geofix.models.token.Selection.DecodedPhoto;
import io.github.geofix.models.train.Examples;
import io.github.geofix.models.train.Examples.Batch;
import io.github.geofix.models.train.Examples.Example;
import io.github.geofix.models.train.Trainable;
import io.github.geofix.models.weights.RenameTable;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * A small network that predicts from the decoder's state after a whole token sequence whether its
 * cell is within 200 km of the truth, and so selects among the sequences drawn for a photo
 * (GeoToken, section 3).
 *
 * <p>It is trained after the model, whose weights are fixed: each example draws one sequence for a
 * photo and measures its distance from the truth. For models that read vectors, see {@link
 * #examples}.
 *
 * <p>It selects the hypothesis most likely to be good. The paper's rule, {@link #asPublished}, is
 * the same wherever some hypothesis is predicted to be good; where none is, that rule takes the one
 * that is most surely bad.
 *
 * <p>Must be closed. Training is for one thread; selecting is thread-safe.
 */
public final class RewardScorer implements Selection, Trainable, AutoCloseable {

  /** A hypothesis within this distance is good: the region level of the field's metrics. */
  public static final double GOOD_KM = 200;

  private static final int BINS = 2;
  private static final String HIDDEN_WEIGHT = "fc1.weight";

  private final TokenModel model;
  private final int dimension;
  private final Scorer network;
  private final NDManager manager = TorchEngine.newManager();

  private RewardScorer(TokenModel model, int hiddenSize) {
    this.model = model;
    dimension = model.config().transformer().dimension();
    network = new Scorer(dimension, hiddenSize);
  }

  /**
   * Creates an untrained scorer with a hidden layer half as long as the model's states.
   *
   * @param model trained; it is shared, not owned
   * @param seed the initial parameters depend on it alone
   */
  public static RewardScorer create(TokenModel model, long seed) {
    return create(model, Math.max(1, model.config().transformer().dimension() / 2), seed);
  }

  /**
   * As {@link #create(TokenModel, long)}, with another hidden layer.
   *
   * @param hiddenSize the length of the hidden layer, at least 1; GeoToken's authors use 2,048
   */
  public static RewardScorer create(TokenModel model, int hiddenSize, long seed) {
    if (hiddenSize < 1) {
      throw new IllegalArgumentException("hiddenSize must be at least 1: " + hiddenSize);
    }
    RewardScorer scorer = new RewardScorer(model, hiddenSize);
    scorer.network.initialize(scorer.manager, seed);
    return scorer;
  }

  /**
   * Loads a scorer that {@link #save} wrote.
   *
   * @throws io.github.geofix.core.format.ModelFormatException if the file is damaged or belongs to
   *     a model of another dimension
   */
  public static RewardScorer load(TokenModel model, Path file) {
    try (Safetensors weights = Safetensors.open(file)) {
      if (!weights.names().contains(HIDDEN_WEIGHT) || weights.shape(HIDDEN_WEIGHT).length != 2) {
        throw new ModelFormatException(
            file + " holds no reward scorer: it has no matrix " + HIDDEN_WEIGHT);
      }
      int hiddenSize = Math.toIntExact(weights.shape(HIDDEN_WEIGHT)[0]);
      RewardScorer scorer = new RewardScorer(model, hiddenSize);
      try {
        Weights.load(scorer.network, scorer.manager, weights, RenameTable.IDENTITY).requireExact();
        return scorer;
      } catch (RuntimeException e) {
        scorer.close();
        throw e;
      }
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
   * Returns the hypothesis most likely to be within {@value #GOOD_KM} km of the truth.
   *
   * @throws IllegalArgumentException if the photo was decoded without states
   */
  @Override
  public LatLng choose(DecodedPhoto photo) {
    return photo.latLng(mostLikelyGood(logits(photo.states())));
  }

  /** Returns the rule of the paper: the lowest predicted bin, then the surest of that bin. */
  public Selection asPublished() {
    return new Selection() {
      @Override
      public boolean readsStates() {
        return true;
      }

      @Override
      public LatLng choose(DecodedPhoto photo) {
        return photo.latLng(surestOfLowestBin(logits(photo.states())));
      }
    };
  }

  /** Returns the scores of both bins, within 200 km and beyond, for each state: [n][2]. */
  float[][] logits(List<float[]> states) {
    if (states.isEmpty()) {
      throw new IllegalArgumentException(
          "the photo was decoded without states, which the reward scorer reads");
    }
    float[] flat = Floats.concat(states.toArray(float[][]::new));
    float[] both =
        TorchEngine.infer(
            manager,
            step -> {
              NDArray x = step.create(flat, new Shape(states.size(), dimension));
              return network.forward(Forward.INFERENCE, x).toFloatArray();
            });
    float[][] logits = new float[states.size()][BINS];
    for (int i = 0; i < logits.length; i++) {
      System.arraycopy(both, i * BINS, logits[i], 0, BINS);
    }
    return logits;
  }

  /** Returns the index of the hypothesis whose first bin leads most, or trails least. */
  static int mostLikelyGood(float[][] logits) {
    return IntStream.range(0, logits.length)
        .boxed()
        .max(Comparator.comparingDouble(i -> logits[i][0] - logits[i][1]))
        .orElseThrow();
  }

  /** Returns the index of the hypothesis of the lowest bin, of these the surest. */
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

  /** Of two bins, the surer one is that whose scores are farther apart. */
  private static double confidence(float[] logits) {
    return Math.abs((double) logits[0] - logits[1]);
  }

  @Override
  public Module network() {
    return network;
  }

  @Override
  public List<Shape> inputShapes() {
    return List.of(new Shape(dimension));
  }

  /**
   * Returns the state of a sequence drawn for the photo, and its bin: 0 within 200 km of the truth,
   * else 1.
   *
   * @throws IllegalStateException if the model reads vectors
   */
  @Override
  public Example example(BufferedImage photo, LatLng latLng, SplittableRandom random) {
    return example(model.read(photo), latLng, random);
  }

  /**
   * Returns the examples of photos that are given as vectors.
   *
   * @throws IllegalStateException if the model reads pixels
   */
  public Examples examples(VectorExamples photos) {
    VectorInput input = model.network().input().ofVectors();
    return new Examples() {
      @Override
      public int size() {
        return photos.size();
      }

      @Override
      public Example example(int epoch, int index, SplittableRandom random) {
        return RewardScorer.this.example(
            input.read(photos.photo(index)), photos.place(index), random);
      }
    };
  }

  private Example example(TokenPhoto photo, LatLng latLng, SplittableRandom random) {
    Decoding drawOne = Sampling.of(1, random.nextLong());
    DecodedPhoto decoded = model.inference().decode(List.of(photo), drawOne, true).get(0);
    boolean good = GreatCircle.distanceKm(decoded.latLng(0), latLng) <= GOOD_KM;
    return new Example(new float[][] {decoded.states().get(0)}, new long[][] {{good ? 0 : 1}});
  }

  /** Returns the cross-entropy of the bins. */
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

    Scorer(int dimension, int hiddenSize) {
      fc1 = child("fc1", new Linear(dimension, hiddenSize));
      head = child("head", new Linear(hiddenSize, BINS));
    }

    NDArray forward(Forward f, NDArray states) {
      return head.forward(f, Activation.RELU.apply(fc1.forward(f, states)));
    }
  }
}
