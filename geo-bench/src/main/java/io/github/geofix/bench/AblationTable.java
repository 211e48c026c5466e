package io.github.geofix.bench;

import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.earth.EarthData;
import io.github.geofix.earth.EarthPhoto;
import io.github.geofix.earth.EarthPhotoOptions;
import io.github.geofix.earth.EarthPhotos;
import io.github.geofix.eval.DistanceErrors;
import io.github.geofix.eval.DistanceReport;
import io.github.geofix.eval.PairedComparison;
import io.github.geofix.models.embed.EmbedConfig;
import io.github.geofix.models.embed.EmbedModel;
import io.github.geofix.models.embed.Fusion;
import io.github.geofix.models.embed.Fusion.Input;
import io.github.geofix.models.embed.Fusion.Norm;
import io.github.geofix.models.embed.Fusion.PhotoStream;
import io.github.geofix.models.embed.Fusion.SemanticStream;
import io.github.geofix.models.image.ClassMap;
import io.github.geofix.models.semantics.ClassMaps;
import io.github.geofix.models.token.Decoding;
import io.github.geofix.models.token.Decoding.BeamSearch;
import io.github.geofix.models.token.Decoding.Sampling;
import io.github.geofix.models.token.RewardScorer;
import io.github.geofix.models.token.Selection;
import io.github.geofix.models.token.TokenConfig;
import io.github.geofix.models.token.TokenModel;
import io.github.geofix.models.train.Examples;
import io.github.geofix.models.train.Examples.Example;
import io.github.geofix.train.TrainOptions;
import io.github.geofix.train.Trainer;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Ablations of parts of the papers on the Earth data, each form compared with a reference photo by
 * photo. Prints one CSV row for each seed, rendering, form and distance, and one over all seeds,
 * with the exact test of McNemar.
 *
 * <p>Arguments: {@code PART DATA STEPS SEEDS PHOTOS [RENDERINGS [FORM...]]}: {@code fusion} or
 * {@code reward}, the folder {@code examples/data/earth}, the steps of training, the seeds such as
 * 1,2,3, the photos of each rendering, a folder with further renderings or {@code -}, and the forms
 * of fusion beside {@code none}, all by default: {@code photo-stream} as in the paper, {@code
 * photo-stream-blank} over class maps that hold nothing, and {@code semantic-stream}.
 */
public final class AblationTable {
  private static final List<Double> LIMITS_KM = List.of(200.0, 750.0);

  /** Photos whose sequences the reward scorer learns from, and sequences of each. */
  private static final int SCORER_PHOTOS = 5_000;

  private static final int SAMPLES = 30;
  private static final int SCORER_STEPS = 6_000;
  private static final int SCORER_BATCH = 512;
  private static final int AT_ONCE = 250;

  /** The reward scorer learns from photos that the network was not trained on. */
  private static final long SCORER_SEED = 2000;

  private static final int TOKEN_BATCH = 128;

  private final EarthData data;
  private final long steps;
  private final int photos;
  private final Optional<Path> more;
  private final List<String> wanted;

  /** The errors of each form on each rendering, over the seeds so far. */
  private final Map<String, Map<String, List<DistanceReport>>> reports = new LinkedHashMap<>();

  private AblationTable(
      EarthData data, long steps, int photos, Optional<Path> more, List<String> wanted) {
    this.wanted = wanted;
    this.data = data;
    this.steps = steps;
    this.photos = photos;
    this.more = more;
  }

  /** Class maps that hold nothing: what the blocks of a fusion are worth without them. */
  static final class BlankMaps implements ClassMaps {
    @Override
    public ClassMap of(BufferedImage photo) {
      return ClassMap.of(1, 1, new byte[1]);
    }
  }

  /** Runs the program. */
  public static void main(String[] args) {
    if (args.length < 5) {
      System.err.println(
          "usage: AblationTable PART DATA STEPS SEEDS PHOTOS [RENDERINGS [FORM...]]");
      System.exit(2);
    }
    AblationTable table =
        new AblationTable(
            EarthData.read(Path.of(args[1])),
            Long.parseLong(args[2]),
            Integer.parseInt(args[4]),
            args.length > 5 && !args[5].equals("-")
                ? Optional.of(Path.of(args[5]))
                : Optional.empty(),
            args.length > 6 ? List.of(args).subList(6, args.length) : List.of());
    System.out.println("# " + String.join(" ", args));
    System.out.println(
        "part,seed,rendering,reference,form,km,photos,referencePercent,formPercent,difference,low,"
            + "high,onlyReference,onlyForm,p");
    long[] seeds = EarthRenderings.seeds(args[3]);
    for (long seed : seeds) {
      switch (args[0]) {
        case "fusion" -> table.fusion(seed);
        case "reward" -> table.reward(seed);
        default -> throw new IllegalArgumentException("no part " + args[0] + ": fusion, reward");
      }
      table.print(args[0], String.valueOf(seed), 1);
    }
    table.print(args[0], "all", seeds.length);
  }

  private void fusion(long seed) {
    Input water = Input.defaults().withSource("water", 2);
    Input blank = Input.defaults().withSource(BlankMaps::new, 2);
    PhotoStream stream = new PhotoStream(3, water, 32, 16, 4, Norm.BEFORE);
    SemanticStream semantic = SemanticStream.tiny().withAppearance(false).withBlocks(3);
    Map<String, Fusion> forms = new LinkedHashMap<>();
    forms.put("none", new Fusion.None());
    forms.put("photo-stream", stream);
    forms.put("photo-stream-blank", stream.withClassMaps(blank));
    forms.put("semantic-stream", semantic);
    if (!forms.keySet().containsAll(wanted)) {
      throw new IllegalArgumentException("no such form among " + wanted + ": " + forms.keySet());
    }
    forms
        .keySet()
        .removeIf(form -> !wanted.isEmpty() && !form.equals("none") && !wanted.contains(form));
    EarthPhotos training = EmbedEarth.training(data, seed);
    Map<String, List<EarthPhoto>> tests = tests(seed);
    forms.forEach(
        (form, fusion) -> {
          EmbedConfig config =
              EmbedConfig.tiny().withBackbone(ClassTokenEncoder::new).withFusion(fusion);
          long start = System.nanoTime();
          try (EmbedModel model = EmbedEarth.trained(config, training, steps, seed)) {
            System.err.printf(
                Locale.ROOT, "%s %d: %.0f s%n", form, seed, (System.nanoTime() - start) * 1e-9);
            tests.forEach((rendering, test) -> add(rendering, form, model.localizer(), test));
          }
        });
  }

  private void reward(long seed) {
    EarthPhotoOptions options = EarthPhotoOptions.defaults();
    EarthPhotos training = data.trainingPhotos(options.withSeed(seed));
    EarthPhotos unseen = data.trainingPhotos(options.withSeed(SCORER_SEED + seed));
    TrainOptions train = EarthTraining.options(steps, TOKEN_BATCH, seed);
    long start = System.nanoTime();
    try (TokenModel model = TokenModel.create(TokenConfig.tiny(), seed);
        RewardScorer brief = RewardScorer.create(model, 2048, seed);
        RewardScorer scorer = RewardScorer.create(model, 2048, seed)) {
      Trainer.of(model, train).fit(training.source(100 * TOKEN_BATCH));
      System.err.printf(Locale.ROOT, "network: %.0f s%n", (System.nanoTime() - start) * 1e-9);
      Examples drawn = drawn(model, unseen, seed);
      System.err.printf(Locale.ROOT, "sequences: %.0f s%n", (System.nanoTime() - start) * 1e-9);
      TrainOptions learn = train.withBatchSize(SCORER_BATCH).withLearningRate(1e-3);
      Trainer.of(brief, learn.withSteps(SCORER_STEPS / 20)).fit(drawn);
      Trainer.of(scorer, learn.withSteps(SCORER_STEPS)).fit(drawn);
      System.err.printf(Locale.ROOT, "scorer: %.0f s%n", (System.nanoTime() - start) * 1e-9);
      Decoding draw = Sampling.of(SAMPLES, seed).withTemperature(0.7);
      Map<String, Selection> ways = new LinkedHashMap<>();
      ways.put("most-probable", Selection.mostProbable());
      ways.put("reward", scorer);
      ways.put("reward-as-published", scorer.asPublished());
      ways.put("reward-brief", brief);
      ways.put("density", Selection.density(model.answerOptions().meanKm()));
      Map<String, List<EarthPhoto>> tests = tests(seed);
      tests.forEach(
          (rendering, test) -> {
            ways.forEach((way, choose) -> add(rendering, way, model.localizer(draw, choose), test));
            add(
                rendering,
                "greedy",
                model.localizer(BeamSearch.greedy(), Selection.mostProbable()),
                test);
          });
    }
  }

  /** Returns the states of sequences drawn for photos, and whether each is near the truth. */
  private static Examples drawn(TokenModel model, EarthPhotos unseen, long seed) {
    List<float[]> states = new ArrayList<>();
    List<Boolean> good = new ArrayList<>();
    Decoding draw = Sampling.of(SAMPLES, SCORER_SEED + seed).withTemperature(0.7);
    for (int first = 0; first < SCORER_PHOTOS; first += AT_ONCE) {
      List<EarthPhoto> batch = unseen.photos(first, AT_ONCE);
      int[] next = {0};
      Selection record =
          new Selection() {
            @Override
            public boolean readsStates() {
              return true;
            }

            @Override
            public LatLng choose(DecodedPhoto photo) {
              LatLng truth = batch.get(next[0]++).latLng();
              for (int i = 0; i < photo.size(); i++) {
                states.add(photo.states().get(i));
                good.add(GreatCircle.isWithin(photo.latLng(i), truth, RewardScorer.GOOD_KM));
              }
              return photo.latLng(0);
            }
          };
      List<BufferedImage> images = batch.stream().map(EarthPhoto::image).toList();
      if (model.localizer(draw, record).locateImages(images).size() != next[0]) {
        throw new IllegalStateException(next[0] + " of " + images.size() + " photos were decoded");
      }
    }
    return new Examples() {
      @Override
      public int size() {
        return states.size();
      }

      @Override
      public Example example(int epoch, int index, SplittableRandom random) {
        return new Example(
            new float[][] {states.get(index)}, new long[][] {{good.get(index) ? 0 : 1}});
      }
    };
  }

  private Map<String, List<EarthPhoto>> tests(long seed) {
    Map<String, List<EarthPhoto>> tests = new LinkedHashMap<>();
    EarthRenderings.of(data, more, EarthPhotoOptions.defaults().withSeed(1000 + seed))
        .forEach((name, source) -> tests.put(name, source.photos(0, photos)));
    return tests;
  }

  private void add(String rendering, String form, Localizer localizer, List<EarthPhoto> test) {
    List<LatLng> truths = test.stream().map(EarthPhoto::latLng).toList();
    List<LatLng> answers =
        localizer.locateImages(test.stream().map(EarthPhoto::image).toList()).stream()
            .map(Location::latLng)
            .toList();
    reports
        .computeIfAbsent(rendering, name -> new LinkedHashMap<>())
        .computeIfAbsent(form, name -> new ArrayList<>())
        .add(new DistanceReport(DistanceErrors.of(truths, answers), LIMITS_KM, List.of()));
  }

  /** Prints each form beside the first, over the last seeds. */
  private void print(String part, String seed, int seeds) {
    reports.forEach(
        (rendering, forms) -> {
          Map.Entry<String, List<DistanceReport>> reference = forms.entrySet().iterator().next();
          DistanceReport first = joined(reference.getValue(), seeds);
          forms.forEach(
              (form, some) -> {
                if (!form.equals(reference.getKey())) {
                  String start = String.join(",", part, seed, rendering, reference.getKey(), form);
                  print(start, first, joined(some, seeds));
                }
              });
        });
  }

  private static void print(String start, DistanceReport first, DistanceReport second) {
    for (PairedComparison.Limit limit : PairedComparison.of(first, second).limits()) {
      System.out.printf(
          Locale.ROOT,
          "%s,%.0f,%d,%.1f,%.1f,%+.1f,%+.1f,%+.1f,%d,%d,%.2g%n",
          start,
          limit.km(),
          first.count(),
          100 * first.accuracyWithinKm(limit.km()),
          100 * second.accuracyWithinKm(limit.km()),
          100 * limit.difference().value(),
          100 * limit.difference().low(),
          100 * limit.difference().high(),
          limit.onlyFirst(),
          limit.onlySecond(),
          limit.pValue());
    }
  }

  private static DistanceReport joined(List<DistanceReport> reports, int last) {
    double[] errors =
        reports.subList(reports.size() - last, reports.size()).stream()
            .flatMapToDouble(report -> Arrays.stream(report.errors().toArray()))
            .toArray();
    return new DistanceReport(DistanceErrors.ofKm(errors), LIMITS_KM, List.of());
  }
}
