package io.github.geofix.core.metrics;

import java.time.Duration;

/**
 * A receiver of what a localizer did, such as a monitoring system. Called on the threads that call
 * the localizer; must be thread-safe and must not throw.
 */
public interface LocateMetrics {

  /**
   * Counts photos that were located.
   *
   * @param photos how many
   * @param time from the call, or from the photo before in the same call, to the answer
   */
  void located(int photos, Duration time);

  /**
   * Counts photos that were not located.
   *
   * @param photos how many
   * @param reason the error: a photo that cannot be read, or what ended the call
   */
  void failed(int photos, Exception reason);
}
