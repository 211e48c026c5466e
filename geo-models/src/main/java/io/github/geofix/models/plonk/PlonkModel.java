package io.github.geofix.models.plonk;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.Explanation;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.NoAnswerException;
import io.github.geofix.core.Photo;
import io.github.geofix.core.PhotoSource;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.Count;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.models.Family;
import io.github.geofix.models.Release;
import io.github.geofix.models.calibration.Calibration.ScoredPhoto;
import io.github.geofix.models.internal.Answer;
import io.github.geofix.models.internal.BatchLocalizer;
import io.github.geofix.models.internal.Within;
import io.github.geofix.models.internal.calibration.Temperature;
import io.github.geofix.models.internal.family.ImportedModel;
import io.github.geofix.models.internal.image.ImagePreprocessor;
import io.github.geofix.models.internal.plonk.PlonkConfig;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.plonk.SphereFlow.Measure;
import io.github.geofix.models.weights.ImportReport;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * PLONK: flow matching on the sphere. Noise is moved to places that a photo may show; a photo is
 * located where most samples end.
 *
 * <p>Dufour et al., "Around the World in 80 Timesteps: A Generative Approach to Global Visual
 * Geolocation", CVPR 2025. It is imported by {@link Release} and not trained here.
 *
 * <p>Answers count the samples in S2 cells: the score of a cell is its share of them, its position
 * their mean. With {@code sampling.densitySteps} the score is the density at the center of the cell
 * times its area instead, among cells with samples. {@link #logDensities} gives the density itself
 * at any position. Localizers are thread-safe.
 */
public final class PlonkModel extends ImportedModel {

  /** The name of the family in model folders and on the command line. */
  static final String METHOD = "plonk";

  /** Steps of the integration of a density, which leave an error of some 1e-3. */
  private static final int DENSITY_STEPS = 500;

  private final PlonkConfig config;
  private final PlonkNetwork network;
  private final SphereFlow flow;
  private final ImagePreprocessor preprocessor;

  private PlonkModel(PlonkConfig config) {
    this(config, new PlonkNetwork(config));
  }

  private PlonkModel(PlonkConfig config, PlonkNetwork network) {
    super(METHOD, network, config.answer());
    this.config = config;
    this.network = network;
    this.flow = new SphereFlow(network.denoiser());
    this.preprocessor = ImagePreprocessor.of(config.image());
  }

  /** Returns the family of these models. */
  public static Family family() {
    return new PlonkFamily();
  }

  /** Creates a model of published weights. Closes it if they do not fit. */
  static Release.Imported of(
      PlonkConfig config, BiFunction<PlonkNetwork, NDManager, Map<String, ImportReport>> fill) {
    PlonkModel model = new PlonkModel(config);
    return model.filled(() -> fill.apply(model.network, model.manager()));
  }

  /**
   * Loads a model.
   *
   * @throws io.github.geofix.core.format.ModelFormatException if the weights do not fit the
   *     configuration
   */
  public static PlonkModel load(ModelFolder folder) {
    return load(folder, PlonkConfig.class, (config, weights) -> new PlonkModel(config));
  }

  @Override
  public Record config() {
    return config.withAnswer(answerOptions());
  }

  /** Returns the shape of a photo, {@code [3, H, W]}. */
  @Override
  public List<Shape> inputShapes() {
    return List.of(new Shape(3, config.image().height(), config.image().width()));
  }

  /**
   * Draws places where a photo may have been taken.
   *
   * @return as many as {@link PlonkConfig.Sampling} sets
   */
  public List<LatLng> sample(BufferedImage photo) {
    return TorchEngine.infer(
        manager(), step -> samples(step, tokens(step, preprocessor.apply(photo), 1)));
  }

  private List<LatLng> samples(NDManager step, NDArray token) {
    PlonkConfig.Sampling sampling = config.sampling();
    NDArray places =
        flow.sample(noise(step, sampling), token, sampling.steps(), sampling.guidance());
    return SphereFlow.positions(places);
  }

  private NDArray tokens(NDManager step, float[] photos, int count) {
    NDArray images = step.create(photos, new Shape(count).addAll(inputShapes().get(0)));
    return network.tokens(Forward.INFERENCE, images);
  }

  private static NDArray noise(NDManager step, PlonkConfig.Sampling sampling) {
    SplittableRandom random = new SplittableRandom(sampling.seed());
    float[] noise = new float[3 * sampling.samples()];
    for (int i = 0; i < noise.length; i++) {
      noise[i] = (float) random.nextGaussian();
    }
    return step.create(noise, new Shape(sampling.samples(), 3));
  }

  /**
   * Returns the logarithms of the density of a photo's place at positions, per steradian: of the
   * distribution that {@link #sample} draws from, with its guidance. Integrates the flow from each
   * position to noise in 500 steps of four evaluations with derivatives.
   *
   * <p>Not the figure of the released code, whose flow leaves the sphere.
   *
   * @return natural logarithms, in the order of the positions
   */
  public double[] logDensities(BufferedImage photo, List<LatLng> positions) {
    return TorchEngine.infer(
        manager(),
        step ->
            flow.logDensities(
                SphereFlow.points(step, positions),
                tokens(step, preprocessor.apply(photo), 1),
                DENSITY_STEPS,
                config.sampling().guidance(),
                Measure.SPHERE));
  }

  /**
   * S2 cells and how much of a photo's place lies in each.
   *
   * @param samples the places that the cells were found by
   * @param weights of the cells, 0 or more, not all 0
   */
  private record Scored(List<LatLng> samples, CellPartition cells, double[] weights) {
    double[] scores(double temperature) {
      return Temperature.apply(weights, temperature);
    }
  }

  private List<Scored> scored(float[] photos, int count) {
    return TorchEngine.infer(
        manager(),
        step -> {
          NDArray tokens = tokens(step, photos, count);
          List<Scored> all = new ArrayList<>();
          for (int i = 0; i < count; i++) {
            NDArray token = tokens.get(i).reshape(1, -1);
            all.add(scored(step, token, samples(step, token)));
          }
          return all;
        });
  }

  /** Scores the cells of samples by their number or by the density. */
  private Scored scored(NDManager step, NDArray token, List<LatLng> samples) {
    PlonkConfig.Sampling sampling = config.sampling();
    CellPartition cells = CellPartition.fixedLevel(samples, sampling.s2Level());
    if (sampling.densitySteps() == 0) {
      return new Scored(samples, cells, Arrays.stream(cells.counts()).asDoubleStream().toArray());
    }
    List<LatLng> centers = IntStream.range(0, cells.size()).mapToObj(cells::centerOf).toList();
    double[] weights =
        flow.logDensities(
            SphereFlow.points(step, centers),
            token,
            sampling.densitySteps(),
            sampling.guidance(),
            Measure.SPHERE);
    double most = Arrays.stream(weights).max().orElseThrow();
    for (int cell = 0; cell < weights.length; cell++) {
      weights[cell] = Math.exp(weights[cell] - most) * cells.areaKm2(cell);
    }
    return new Scored(samples, cells, weights);
  }

  @Override
  public Localizer localizer() {
    return new BatchLocalizer(config.image(), photoLimits()) {
      @Override
      protected List<Location> locate(float[] photos, int count) {
        return scored(photos, count).stream().map(this::location).toList();
      }

      @Override
      protected Answer answer(float[] pixels, Photo photo, Explanation.Options options) {
        Scored scored = scored(pixels, 1).get(0);
        List<LatLng> inside =
            scored.samples().stream()
                .filter(place -> photo.region().map(region -> region.contains(place)).orElse(true))
                .toList();
        if (inside.isEmpty()) {
          throw new NoAnswerException(
              "none of the %s lies in the region given"
                  .formatted(Count.of(scored.samples().size(), "samples")));
        }
        if (inside.size() < scored.samples().size()) {
          scored =
              TorchEngine.infer(manager(), step -> scored(step, tokens(step, pixels, 1), inside));
        }
        return Answer.of(Within.location(photo.region(), location(scored)));
      }

      private Location location(Scored scored) {
        double[] scores = scored.scores(calibration().temperature());
        return location(scored.cells(), scores, answerOptions(), calibration());
      }
    };
  }

  /** Scores the cells of a photo's samples; a true place in none of them is in no region. */
  @Override
  protected Function<PhotoSource.LabeledPhoto, ScoredPhoto> scorer() {
    return photo -> {
      Scored scored = scored(preprocessor.apply(photo.image()), 1).get(0);
      return ScoredPhoto.of(photo.latLng(), scored.cells(), scored.scores(1));
    };
  }
}
