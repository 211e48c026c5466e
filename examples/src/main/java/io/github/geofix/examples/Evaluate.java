package io.github.geofix.examples;

import io.github.geofix.core.Localizer;
import io.github.geofix.core.Manifest;
import io.github.geofix.eval.DistanceEvaluator;
import io.github.geofix.eval.DistanceReport;
import java.nio.file.Path;

/** Measures a model on photos whose places are known. */
final class Evaluate {
  private Evaluate() {}

  public static void main(String[] args) {
    Manifest photos = Manifest.readCsv(Path.of("test/manifest.csv"));
    try (Localizer localizer = Localizer.load(Path.of("out/model"))) {
      DistanceReport report = DistanceEvaluator.defaults().evaluate(localizer, photos);
      System.out.println(report.toMarkdown()); // 1/25/200/750/2500 km, median, 95 % intervals
    }
  }
}
