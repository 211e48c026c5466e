package io.github.geofix.eval.internal.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleBiFunction;

/**
 * Curves in the JSON that report.js draws: shares over distances or ranks.
 *
 * @param unit {@code km} or {@code rank}
 * @param x the distances or ranks
 * @param limits those to mark
 * @param systems the shares at each {@code x}
 */
record CurveData(String unit, List<Double> x, List<Double> limits, List<Curve> systems) {

  /** Points of a curve: one every few pixels of a wide screen. */
  static final int POINTS = 240;

  /** The shares of one system. */
  record Curve(String name, List<Double> shares) {}

  static <T> CurveData of(
      String unit,
      List<Double> xs,
      List<Double> limits,
      Map<String, T> systems,
      ToDoubleBiFunction<T, Double> share) {
    List<Curve> curves = new ArrayList<>();
    systems.forEach(
        (name, system) ->
            curves.add(
                new Curve(
                    name,
                    xs.stream().map(x -> Html.rounded(share.applyAsDouble(system, x))).toList())));
    return new CurveData(unit, xs, limits, curves);
  }
}
