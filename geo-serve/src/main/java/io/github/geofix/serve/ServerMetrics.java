package io.github.geofix.serve;

import io.github.geofix.core.Localizer;
import io.github.geofix.core.metrics.MicrometerMetrics;
import io.github.geofix.serve.LocateServer.Drift;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/** {@code GET /metrics}: the figures of the server as Prometheus text. Thread-safe. */
final class ServerMetrics {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  ServerMetrics(Gate gate) {
    Gauge.builder("geofix.photos.present", gate, Gate::photos)
        .description("Photos in the server, in progress or waiting")
        .register(registry);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
  }

  Localizer measured(String model, Localizer localizer) {
    return localizer.withMetrics(new MicrometerMetrics(registry, Tags.of("model", model)));
  }

  /** Publishes how unlike the last photos of a model are those of its rule; NaN before a test. */
  void watch(String model, DriftWindow window) {
    Tags tags = Tags.of("model", model);
    Gauge.builder("geofix.drift.photos", window, DriftWindow::photos)
        .description("Last answers that are compared with those of the model's calibration")
        .tags(tags)
        .register(registry);
    Gauge.builder("geofix.drift.distance", window, w -> figure(w, Drift.Result::distance))
        .description("Distance of the scores near the last answers from those of the calibration")
        .tags(tags)
        .register(registry);
    Gauge.builder("geofix.drift.p.value", window, w -> figure(w, Drift.Result::pValue))
        .description("How likely such a distance is for photos of the same kind")
        .tags(tags)
        .register(registry);
    Gauge.builder(
            "geofix.drift.vector.p.value",
            window,
            w -> figure(w, found -> found.vectorPValue().orElse(Double.NaN)))
        .description("The same of the model's vectors of the photos, where they are compared")
        .tags(tags)
        .register(registry);
    Gauge.builder("geofix.drift.alarm", window, w -> figure(w, found -> found.alarm() ? 1 : 0))
        .description("1 where the last photos are unlike those of the calibration")
        .tags(tags)
        .register(registry);
  }

  private static double figure(DriftWindow window, ToDoubleFunction<Drift.Result> figure) {
    return window.result().map(figure::applyAsDouble).orElse(Double.NaN);
  }

  /**
   * Counts a request.
   *
   * @param route the path of the route, not of the request, of which there are any number
   */
  void request(String route, int status, long nanos) {
    Timer.builder("geofix.http.requests")
        .tag("route", route)
        .tag("status", Integer.toString(status))
        .register(registry)
        .record(nanos, TimeUnit.NANOSECONDS);
  }

  Reply reply() {
    return Reply.of(
        200,
        "text/plain; version=0.0.4; charset=utf-8",
        registry.scrape().getBytes(StandardCharsets.UTF_8));
  }
}
