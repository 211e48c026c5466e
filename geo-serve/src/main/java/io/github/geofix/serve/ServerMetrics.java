package io.github.geofix.serve;

import io.github.geofix.core.Localizer;
import io.github.geofix.core.metrics.MicrometerMetrics;
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
