package io.github.geofix.bench;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.earth.EarthBaselines;
import io.github.geofix.earth.EarthData;
import io.github.geofix.earth.EarthPhoto;
import io.github.geofix.earth.EarthPhotoOptions;
import io.github.geofix.earth.EarthPhotos;
import io.github.geofix.earth.LandCells;
import io.github.geofix.eval.DistanceErrors;
import io.github.geofix.eval.DistanceReport;
import io.github.geofix.models.embed.EmbedConfig;
import io.github.geofix.models.embed.EmbedConfig.Cells;
import io.github.geofix.models.embed.EmbedConfig.Inference;
import io.github.geofix.models.embed.EmbedConfig.Matching;
import io.github.geofix.models.embed.EmbedConfig.Matching.Cosine;
import io.github.geofix.models.embed.EmbedConfig.Matching.InBatch;
import io.github.geofix.models.embed.EmbedConfig.Matching.Product;
import io.github.geofix.models.embed.EmbedModel;
import io.github.geofix.models.embed.Fusion.SemanticStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What each part of the embed family is worth on the Earth data: trains each form with each seed
 * for the same number of steps, and prints one CSV row for each rendering, with 95 % Wilson
 * intervals, beside correlation with search on the same photos.
 *
 * <p>Arguments: {@code DATA STEPS SEEDS PHOTOS [RENDERINGS [FORM...]]}: the folder {@code
 * examples/data/earth}, the steps of training, the seeds such as 1,2,3, the photos of each
 * rendering, a folder with further renderings or {@code -}, and the forms, all by default. A form
 * is a training of its own: {@code levels-2-4-5} (the base, answered in several ways), {@code
 * levels-5}, {@code levels-4-5}, {@code classifier}, {@code batch}, {@code batch-unmasked}, {@code
 * batch-symmetric}, {@code fusion-beside} (class token and appearance), {@code fusion} (class token
 * alone, as in the paper) and {@code fusion-3}.
 */
public final class EmbedEarthTable {

  /** Photos whose vectors are kept for answers by retrieval. */
  private static final int GALLERY = 20_000;

  private EmbedEarthTable() {}

  private static Map<String, EmbedConfig> forms() {
    EmbedConfig base = EmbedConfig.tiny();
    SemanticStream fusion = SemanticStream.tiny().withAppearance(false);
    Map<String, EmbedConfig> forms = new LinkedHashMap<>();
    forms.put("levels-2-4-5", base);
    forms.put("levels-4-5", base.withCells(new Cells.FixedLevels(List.of(4, 5))));
    forms.put("levels-5", base.withCells(new Cells.FixedLevels(List.of(5))));
    forms.put("classifier", base.withMatching(new Matching.Classifier()));
    forms.put("batch", contrasting(new InBatch(true, false)));
    forms.put("batch-unmasked", contrasting(new InBatch(false, false)));
    forms.put("batch-symmetric", contrasting(new InBatch(true, true)));
    forms.put("fusion-beside", base.withFusion(SemanticStream.tiny()));
    forms.put("fusion", base.withFusion(fusion));
    forms.put("fusion-3", base.withFusion(fusion.withBlocks(3)));
    return forms;
  }

  private static EmbedConfig contrasting(InBatch negatives) {
    return EmbedConfig.tiny().withMatching(Cosine.defaults().withNegatives(negatives));
  }

  /** Other options of inference, which need no training; each begins from the one before. */
  private static Map<String, Consumer<EmbedModel>> answers(String form) {
    Map<String, Consumer<EmbedModel>> answers = new LinkedHashMap<>();
    answers.put("refine-500", model -> {});
    answers.put("refine-0", model -> setMeanKm(model, 0));
    if (form.equals("levels-2-4-5")) {
      answers.put(
          "cosines",
          model -> {
            setMeanKm(model, 500);
            model.setProduct(Product.COSINES);
          });
      answers.put(
          "ten-crops",
          model -> {
            model.setProduct(Product.PROBABILITIES);
            model.setInference(new Inference(36, 0));
          });
      answers.put("neighbors-1", model -> model.setInference(new Inference(0, 1)));
      answers.put("neighbors-5", model -> model.setInference(new Inference(0, 5)));
    }
    return answers;
  }

  private static void setMeanKm(EmbedModel model, double meanKm) {
    model.setAnswerOptions(model.answerOptions().withMeanKm(meanKm));
  }

  /** Runs the program. */
  public static void main(String[] args) {
    if (args.length < 4) {
      System.err.println("usage: EmbedEarthTable DATA STEPS SEEDS PHOTOS [RENDERINGS [FORM...]]");
      System.exit(2);
    }
    long steps = Long.parseLong(args[1]);
    int count = Integer.parseInt(args[3]);
    Optional<Path> more =
        args.length > 4 && !args[4].equals("-") ? Optional.of(Path.of(args[4])) : Optional.empty();
    Map<String, EmbedConfig> forms = forms();
    List<String> wanted =
        args.length > 5 ? List.of(args).subList(5, args.length) : List.copyOf(forms.keySet());
    wanted.forEach(
        form -> {
          if (!forms.containsKey(form)) {
            throw new IllegalArgumentException("no form " + form + "; there are " + forms.keySet());
          }
        });
    EarthData data = EarthData.read(Path.of(args[0]));
    System.out.println("# " + String.join(" ", args));
    System.out.println(
        "form,answer,seed,steps,trainSeconds,rendering,photos,medianKm,"
            + "within25,low,high,within200,low,high,within750,low,high,within2500,low,high");
    for (long seed : EarthRenderings.seeds(args[2])) {
      EarthPhotos training = EmbedEarth.training(data, seed);
      Map<String, List<EarthPhoto>> tests = new LinkedHashMap<>();
      EarthRenderings.of(data, more, EarthPhotoOptions.defaults().withSeed(1000 + seed))
          .forEach((name, photos) -> tests.put(name, photos.photos(0, count)));
      baseline(data, training, tests, seed);
      for (String form : wanted) {
        run(form, forms, training, tests, steps, seed);
      }
    }
  }

  private static void baseline(
      EarthData data, EarthPhotos training, Map<String, List<EarthPhoto>> tests, long seed) {
    EarthBaselines baselines = EarthBaselines.of(data.reference(), LandCells.of(training, 5));
    tests.forEach(
        (rendering, photos) -> {
          List<LatLng> guesses =
              baselines.correlationSearch(photos.stream().map(EarthPhoto::image).toList());
          List<LatLng> truths = photos.stream().map(EarthPhoto::latLng).toList();
          DistanceReport report =
              new DistanceReport(
                  DistanceErrors.of(truths, guesses), EmbedEarth.LIMITS_KM, List.of());
          print("correlation-search", "", seed, 0, 0, rendering, report);
        });
  }

  private static void run(
      String form,
      Map<String, EmbedConfig> forms,
      EarthPhotos training,
      Map<String, List<EarthPhoto>> tests,
      long steps,
      long seed) {
    long start = System.nanoTime();
    EmbedConfig config = forms.getOrDefault(form, EmbedConfig.tiny());
    try (EmbedModel model = EmbedEarth.trained(config, training, steps, seed)) {
      double seconds = (System.nanoTime() - start) * 1e-9;
      answers(form)
          .forEach(
              (answer, change) -> {
                change.accept(model);
                if (model.config().inference().neighbors() == 1) {
                  model.indexPhotos(training.source(GALLERY));
                }
                tests.forEach(
                    (rendering, photos) ->
                        print(
                            form,
                            answer,
                            seed,
                            steps,
                            seconds,
                            rendering,
                            EmbedEarth.report(model, photos)));
              });
    }
  }

  private static void print(
      String form,
      String answer,
      long seed,
      long steps,
      double seconds,
      String rendering,
      DistanceReport report) {
    System.out.printf(
        Locale.ROOT,
        "%s,%s,%d,%d,%.0f,%s,%d,%.0f,%s%n",
        form,
        answer,
        seed,
        steps,
        seconds,
        rendering,
        report.count(),
        report.medianKm(),
        ShareColumns.of(report));
  }
}
