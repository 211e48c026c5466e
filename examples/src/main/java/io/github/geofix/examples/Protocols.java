package io.github.geofix.examples;

import io.github.geofix.core.Localizer;
import io.github.geofix.core.Localizer.PhotoOutcome;
import io.github.geofix.core.TileEncoder;
import io.github.geofix.core.geodesy.Boundaries;
import io.github.geofix.eval.Bootstrap;
import io.github.geofix.eval.DistanceReport;
import io.github.geofix.eval.PhotoReport;
import io.github.geofix.eval.PublishedFigures;
import io.github.geofix.eval.RetrievalReport;
import io.github.geofix.eval.protocol.CrossViewBenchmark;
import io.github.geofix.eval.protocol.CrossViewProtocol;
import io.github.geofix.eval.protocol.Evaluation.PhotoEvaluation;
import io.github.geofix.eval.protocol.PhotoBenchmark;
import io.github.geofix.eval.protocol.PhotoProtocol;
import io.github.geofix.models.image.Photos;
import java.nio.file.Path;
import java.util.OptionalInt;

/** Runs benchmarks of the field, of photos and of pairs of photos and aerial images. */
final class Protocols {
  private Protocols() {}

  public static void main(String[] args) {
    try (Localizer localizer = Localizer.load(Path.of("out/model"))) {
      PhotoBenchmark benchmark = PhotoProtocol.named("im2gps3k").open(Path.of("data/im2gps3k"));
      DistanceReport report = benchmark.evaluate(localizer).report().distances();

      System.out.println(report.accuracyWithinKm(25));
      PhotoEvaluation evaluation =
          benchmark.skippingUnreadable().evaluate(localizer).named("my model");
      System.out.println(evaluation.toMarkdown()); // published figures below the model's
      evaluation.toHtml(Photos::read).write(Path.of("im2gps3k.html"));
      PhotoReport.Resampling places =
          new PhotoReport.Resampling(Bootstrap.defaults(), OptionalInt.of(10));
      PhotoReport resampled = benchmark.withResampling(places).evaluate(localizer).report();
      System.out.println(resampled.intervalTable().toMarkdown());
      Boundaries states = Boundaries.readGeoJson(Path.of("states.geojson"), "name");
      PhotoReport byState = benchmark.withBoundaries(states).evaluate(localizer).report();
      System.out.println(byState.hierarchy().meanPathScore());
      for (PhotoOutcome.Failed failed : evaluation.skipped()) {
        System.err.println(failed.reason());
      }
    }
    PublishedFigures figures = PublishedFigures.builtIn().withCsv(Path.of("newer.csv"));
    System.out.println(figures.table("IM2GPS3k").sortedBy("acc@25km").toMarkdown());
    System.out.println(figures.of("IM2GPS3k").toBibTex());
    try (TileEncoder encoder = TileEncoder.load(Path.of("models/cvusa"))) {
      CrossViewBenchmark benchmark = CrossViewProtocol.CVUSA.open(Path.of("data/CVUSA"));
      RetrievalReport report = benchmark.evaluate(encoder).report();
      System.out.println(report.recallAt(1));
    }
  }
}
