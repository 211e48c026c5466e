package io.github.geofix.core.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
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
  private final Iterable<Tag> tags;
  private final Timer timer;

  /** Creates the meters in a registry. */
  public MicrometerMetrics(MeterRegistry registry) {
    this(registry, Tags.empty());
  }

  /**
   * Creates the meters in a registry.
   *
   * @param tags of each meter, such as the model's name
   */
  public MicrometerMetrics(MeterRegistry registry, Iterable<Tag> tags) {
    this.registry = registry;
    this.tags = Tags.of(tags);
    this.timer =
        Timer.builder("geofix.locate")
            .description("Time of locating photos")
            .tags(this.tags)
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
    registry.counter(PHOTOS, Tags.of(tags).and("outcome", outcome)).increment(photos);
  }
}
