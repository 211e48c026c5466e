package io.github.geofix.models.backbone;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.format.TensorFile;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.nn.Activation;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Init;
import io.github.geofix.models.nn.Layer;
import io.github.geofix.models.nn.Linear;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.Parameter;
import io.github.geofix.models.nn.Scalar;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The location encoder of GeoCLIP: its vectors lie in the embedding space of GeoCLIP's image
 * encoder. 9.5 million parameters in the released size, named as in the published checkpoint.
 *
 * <pre>{@code
 * GeoClipLocationEncoder encoder = new GeoClipLocationEncoder();
 * Weights.load(encoder, manager, Path.of("location_encoder.safetensors")).requireExact();
 * float[][] vectors = encoder.encode(positions);
 * }</pre>
 *
 * <p>Vivanco Cepeda, Nayak and Shah, "GeoCLIP: Clip-Inspired Alignment between Locations and Images
 * for Effective Worldwide Geo-localization", NeurIPS 2023, section 3.2: the Equal Earth projection
 * of a position, the sum of three networks over random Fourier features (Tancik et al., "Fourier
 * Features Let Networks Learn High Frequency Functions in Low Dimensional Domains", NeurIPS 2020)
 * of increasing frequency. Thread-safe once it has values.
 */
public final class GeoClipLocationEncoder extends Module implements LocationEncoder {

  /**
   * The size of the encoder.
   *
   * @param sigmas standard deviations of the random frequencies, one for each network; a released
   *     file holds the frequencies themselves
   * @param frequencies the number of random frequencies of each network, half its Fourier features
   * @param hidden the width of the hidden layers
   * @param dimension the length D of the vectors
   */
  public record Options(List<Double> sigmas, int frequencies, int hidden, int dimension) {

    /** Checks that everything is positive. */
    public Options {
      sigmas = List.copyOf(sigmas);
      boolean positive =
          !sigmas.isEmpty()
              && sigmas.stream().allMatch(sigma -> sigma > 0 && sigma < Double.POSITIVE_INFINITY)
              && frequencies > 0
              && hidden > 0
              && dimension > 0;
      if (!positive) {
        throw new IllegalArgumentException(
            "a location encoder needs at least one sigma, and positive sigmas, frequencies, hidden"
                + " and dimension: %s, %d, %d, %d".formatted(sigmas, frequencies, hidden, dimension));
      }
    }

    /** Returns the released size: sigmas 1, 16 and 256, 512 dimensions. */
    public static Options released() {
      return new Options(List.of(1.0, 16.0, 256.0), 256, 1024, 512);
    }

    /**
     * Returns the size of released weights, from the shapes of their arrays.
     *
     * @param prefix what precedes the names of the encoder's arrays, such as {@code
     *     location_encoder.}; may be empty
     * @param sigmas of the release
     * @throws ModelFormatException if there are more or fewer networks than sigmas
     */
    public static Options of(TensorFile weights, String prefix, List<Double> sigmas) {
      long networks =
          weights.names().stream()
              .filter(name -> name.startsWith(prefix) && name.endsWith(".capsule.0.b"))
              .count();
      if (networks == 0 || networks != sigmas.size()) {
        throw new ModelFormatException(
            "%s holds %d networks of a location encoder, called %sLocEnc0.capsule.0.b and so on, for"
                    .formatted(weights.path(), networks, prefix)
                + " the %d sigmas %s".formatted(sigmas.size(), sigmas));
      }
      int[] frequencies = shape(weights, prefix + "LocEnc0.capsule.0.b", 2);
      int[] head = shape(weights, prefix + "LocEnc0.head.0.weight", 2);
      return new Options(sigmas, frequencies[0], head[1], head[0]);
    }

    private static int[] shape(TensorFile weights, String name, int axes) {
      long[] shape = weights.names().contains(name) ? weights.shape(name) : new long[0];
      if (shape.length != axes) {
        throw new ModelFormatException(
            weights.path() + " holds no " + name + " of " + axes + " axes: no location encoder");
      }
      return Arrays.stream(shape).mapToInt(Math::toIntExact).toArray();
    }
  }

  private final Options options;
  private final List<Branch> branches = new ArrayList<>();

  /** Creates the encoder of the released size, without values. */
  public GeoClipLocationEncoder() {
    this(Options.released());
  }

  /** Creates the encoder without values. */
  public GeoClipLocationEncoder(Options options) {
    this.options = options;
    for (double sigma : options.sigmas()) {
      branches.add(child("LocEnc" + branches.size(), new Branch(sigma, options)));
    }
  }

  /** Returns the size of the encoder. */
  public Options options() {
    return options;
  }

  @Override
  public int dimension() {
    return options.dimension();
  }

  @Override
  public NDArray forward(Forward f, NDManager step, List<LatLng> positions) {
    float[] projected = new float[2 * positions.size()];
    for (int i = 0; i < positions.size(); i++) {
      double[] xy = equalEarth(positions.get(i));
      projected[2 * i] = (float) xy[0];
      projected[2 * i + 1] = (float) xy[1];
    }
    NDArray x = step.create(projected, new Shape(positions.size(), 2));
    NDArray sum = branches.get(0).forward(f, x);
    for (Branch branch : branches.subList(1, branches.size())) {
      sum = sum.add(branch.forward(f, x));
    }
    return sum;
  }

  /**
   * Projects a position by Equal Earth, scaled as in GeoCLIP: x is about -1 to 1 from west to east.
   *
   * <p>Savric, Patterson and Jenny, "The Equal Earth map projection", IJGIS 33 (2019), equations 1
   * to 3 with the constants there; GeoCLIP's scale of 66.50336 makes the equator 360 long.
   *
   * @return x, y
   */
  static double[] equalEarth(LatLng position) {
    double a1 = 1.340264;
    double a2 = -0.081106;
    double a3 = 0.000893;
    double a4 = 0.003796;
    double scale = 66.50336 / 180;
    double lambda = Math.toRadians(position.longitude());
    double theta = Math.asin(Math.sqrt(3) / 2 * Math.sin(Math.toRadians(position.latitude())));
    double t2 = theta * theta;
    double t6 = t2 * t2 * t2;
    double slope = a1 + 3 * a2 * t2 + t6 * (7 * a3 + 9 * a4 * t2);
    double x = 2 * Math.sqrt(3) * lambda * Math.cos(theta) / (3 * slope);
    double y = theta * (a1 + a2 * t2 + t6 * (a3 + a4 * t2));
    return new double[] {x * scale, y * scale};
  }

  /** Returns the Fourier features of one branch: {@code [B, 2]} to {@code [B, 2 F]}. */
  NDArray fourierFeatures(int branch, NDArray projected) {
    return branches.get(branch).fourier.forward(Forward.INFERENCE, projected);
  }

  /** Random Fourier features of F frequencies: {@code [B, 2]} to {@code [B, 2 F]}. */
  private static final class Fourier extends Layer {
    private final Parameter frequencies;

    Fourier(double sigma, int count) {
      frequencies = buffer("b", Init.normal(sigma), count, 2);
    }

    @Override
    public NDArray forward(Forward f, NDArray x) {
      NDArray turns = x.matMul(frequencies.in(x.getManager()).transpose());
      NDArray angles = turns.mul(Scalar.of(x, 2 * Math.PI));
      return NDArrays.concat(new NDList(angles.cos(), angles.sin()), 1);
    }
  }

  /** The network of one scale: Fourier features, three hidden layers, a head. */
  private static final class Branch extends Module {
    private final Fourier fourier;
    private final List<Linear> hidden = new ArrayList<>();
    private final Linear head;

    Branch(double sigma, Options options) {
      int width = options.hidden();
      fourier = child("capsule.0", new Fourier(sigma, options.frequencies()));
      hidden.add(child("capsule.1", new Linear(2 * options.frequencies(), width)));
      hidden.add(child("capsule.3", new Linear(width, width)));
      hidden.add(child("capsule.5", new Linear(width, width)));
      head = child("head.0", new Linear(width, options.dimension()));
    }

    NDArray forward(Forward f, NDArray projected) {
      NDArray x = fourier.forward(f, projected);
      for (Linear layer : hidden) {
        x = Activation.RELU.apply(layer.forward(f, x));
      }
      return head.forward(f, x);
    }
  }
}
