package io.github.geofix.serve;

import io.github.geofix.core.internal.Count;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * A number of photos a minute for each client address: a bucket that holds as many, and fills again
 * steadily. Thread-safe.
 */
final class RateLimit {
  private static final long MINUTE = 60_000_000_000L;

  /** The clients last seen; the others have full buckets again. */
  private static final int MOST_CLIENTS = 10_000;

  private final int perMinute;
  private final LongSupplier nanoTime;
  private final Map<String, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true);

  private static final class Bucket {
    private double left;
    private long time;

    Bucket(double left, long time) {
      this.left = left;
      this.time = time;
    }
  }

  /**
   * Creates full buckets.
   *
   * @param perMinute 0 for any number
   */
  RateLimit(int perMinute) {
    this(perMinute, System::nanoTime);
  }

  RateLimit(int perMinute, LongSupplier nanoTime) {
    this.perMinute = perMinute;
    this.nanoTime = nanoTime;
  }

  /**
   * Takes a photo out of a client's bucket.
   *
   * @throws Refusal if it is empty
   */
  synchronized void take(String client) {
    if (perMinute == 0) {
      return;
    }
    long now = nanoTime.getAsLong();
    Bucket bucket = buckets.computeIfAbsent(client, c -> new Bucket(perMinute, now));
    double filled = (double) (now - bucket.time) * perMinute / MINUTE;
    bucket.left = Math.min(perMinute, bucket.left + filled);
    bucket.time = now;
    if (buckets.size() > MOST_CLIENTS) {
      buckets.remove(buckets.keySet().iterator().next());
    }
    if (bucket.left < 1) {
      long seconds = (long) Math.ceil((1 - bucket.left) * 60 / perMinute);
      throw new Refusal(429, "too-many", "at most " + Count.of(perMinute, "photos a minute: wait"))
          .with("Retry-After", Long.toString(seconds));
    }
    bucket.left--;
  }
}
