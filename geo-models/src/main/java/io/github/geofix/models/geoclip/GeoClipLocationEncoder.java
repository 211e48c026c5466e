package io.github.geofix.models.geoclip;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.format.TensorFile;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.backbone.LocationEncoder;
import io.github.geofix.models.internal.nn.Scalar;
import io.github.geofix.models.internal.weights.Weights;
import io.github.geofix.models.nn.Activation;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Layer;
import io.github.geofix.models.nn.Linear;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.Parameter;
import io.github.geofix.models.nn.Parameter.Init;
import io.github.geofix.models.weights.RenameTable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The location encoder of GeoCLIP: its vectors are in the embedding space of GeoCLIP's image
 * encoder. 9.5 million parameters in the released size, named as in the published checkpoint.
 *
 * <pre>{@code
 * LocationEncoder encoder = GeoClipLocationEncoder.load(Path.of("location-encoder"), manager);
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
                + " and dimension: %s, %d, %d, %d"
                    .formatted(sigmas, frequencies, hidden, dimension));
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

  /**
   * Loads a released encoder: a folder of {@code config.json}, whose {@code model_type} is {@code
   * geoclip-location-encoder}, and {@code model.safetensors}.
   *
   * @param manager owns the arrays
   * @throws ModelFormatException if the folder holds something else, or an array is missing, left
   *     over or of another shape
   */
  public static GeoClipLocationEncoder load(Path folder, NDManager manager) {
    Path config = folder.resolve("config.json");
    List<Double> sigmas =
        GeoClipRelease.sigmas(config, GeoClipRelease.config(config, "geoclip-location-encoder"));
    try (TensorFile weights = TensorFile.open(folder.resolve(GeoClipRelease.WEIGHTS))) {
      GeoClipLocationEncoder encoder = new GeoClipLocationEncoder(Options.of(weights, "", sigmas));
      Weights.load(encoder, manager, weights, RenameTable.IDENTITY).requireExact();
      return encoder;
    }
  }

  @Override
  public int dimension() {
    return options.dimension();
  }

  @Override
  public NDArray forward(Forward f, NDManager step, List<LatLng> positions) {
    float[] projected = new float[2 * positions.size()];
    for (int i = 0; i < positions.size(); i++) {
      float[] xy = equalEarth(positions.get(i));
      projected[2 * i] = xy[0];
      projected[2 * i + 1] = xy[1];
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
   * <p>Rounded to float32 step by step, as in the released code: the highest frequencies magnify
   * the last digit, and the weights were trained on these.
   *
   * @return x, y
   */
  static float[] equalEarth(LatLng position) {
    double a1 = 1.340264;
    double a2 = -0.081106;
    double a3 = 0.000893;
    double a4 = 0.003796;
    float sqrt3 = (float) Math.sqrt(3);
    float lambda = radians(position.longitude());
    float theta = (float) Math.asin(sqrt3 / 2 * (float) Math.sin(radians(position.latitude())));
    float slope = 3 * (terms(theta, 9 * a4, 8, 7 * a3, 6, 3 * a2, 2) + (float) a1);
    float x = 2 * sqrt3 * lambda * (float) Math.cos(theta) / slope;
    float y = terms(theta, a4, 9, a3, 7, a2, 3) + (float) a1 * theta;
    return new float[] {scaled(x), scaled(y)};
  }

  private static float radians(double degrees) {
    return (float) degrees * (float) (Math.PI / 180);
  }

  /** Returns {@code a x^i + b x^j + c x^k}, each step rounded to float32. */
  private static float terms(float x, double a, int i, double b, int j, double c, int k) {
    float first = (float) a * (float) Math.pow(x, i);
    float second = (float) b * (float) Math.pow(x, j);
    float third = (float) c * (float) Math.pow(x, k);
    return first + second + third;
  }

  private static float scaled(float coordinate) {
    return coordinate * 66.50336f / 180;
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
      NDArray turns = x.mul(Scalar.of(x, 2 * Math.PI));
      NDArray angles = turns.matMul(frequencies.in(x.getManager()).transpose());
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
