package io.github.geofix.core.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;

/**
 * A binding to Micrometer: the timer {@code geofix.locate} and the counter {@code geofix.photos}
 * with the tag {@code outcome}, which is {@code located} or the name of the error. Needs
 * micrometer-core on the class path. Thread-safe.
 */
public final class MicrometerMetrics implements LocateMetrics {
  private static final String PHOTOS = "geofix.photos";

  private final MeterRegistry registry;
  private final Timer timer;

  /** Creates the meters in a registry. */
  public MicrometerMetrics(MeterRegistry registry) {
    this.registry = registry;
    this.timer =
        Timer.builder("geofix.locate")
            .description("Time of locating photos")
            .publishPercentileHistogram()
            .register(registry);
  }

  @Override
  public void located(int photos, Duration time) {
    timer.record(time);
    count("located", photos);
  }

  @Override
  public void failed(int photos, Exception reason) {
    count(reason.getClass().getSimpleName(), photos);
  }

  private void count(String outcome, int photos) {
    registry.counter(PHOTOS, "outcome", outcome).increment(photos);
  }
}
