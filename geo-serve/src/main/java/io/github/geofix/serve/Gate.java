package io.github.geofix.serve;

import io.github.geofix.core.internal.Count;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/** Bounds the photos in the server: so many at a time, so many that wait. Thread-safe. */
final class Gate {
  private static final long POLL_MILLIS = 20;

  private final LocateServer.Limits limits;
  private final Semaphore running;
  private final AtomicInteger admitted = new AtomicInteger();
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile boolean closing;

  Gate(LocateServer.Limits limits) {
    this.limits = limits;
    this.running = new Semaphore(limits.running(), true);
  }

  /** A place among the photos in the server, until it is closed. */
  final class Place implements AutoCloseable {
    private boolean runs;

    /**
     * Waits until the photo may be decoded and located.
     *
     * @throws Refusal if that takes too long
     */
    void run() {
      try {
        runs = running.tryAcquire(limits.maxWait().toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      if (!runs) {
        throw busy("waited " + limits.maxWait().toSeconds() + " s for a turn");
      }
    }

    @Override
    public void close() {
      if (runs) {
        running.release();
      }
      admitted.decrementAndGet();
    }
  }

  /**
   * Admits a photo, before its bytes are read.
   *
   * @throws Refusal if too many wait, or the server stops
   */
  Place enter() {
    if (admitted.incrementAndGet() > limits.running() + limits.queue() || closing) {
      admitted.decrementAndGet();
      throw closing ? stopping() : busy(Count.of(limits.queue(), "photos are waiting"));
    }
    return new Place();
  }

  private static Refusal busy(String reason) {
    return new Refusal(503, "busy", reason + ": try again later").with("Retry-After", "1");
  }

  private static Refusal stopping() {
    return new Refusal(503, "stopping", "the server is stopping");
  }

  /** Returns whether photos are no longer admitted. */
  boolean isClosing() {
    return closing;
  }

  /** Returns the photos in the server, in progress or waiting. */
  int photos() {
    return admitted.get();
  }

  /**
   * Admits no more and waits for those in the server.
   *
   * @param replying whether an answer is still being sent
   */
  void close(Duration grace, BooleanSupplier replying) {
    closing = true;
    long end = System.nanoTime() + grace.toNanos();
    while ((admitted.get() > 0 || replying.getAsBoolean()) && System.nanoTime() < end) {
      try {
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /** Ends {@link #awaitClosed}. */
  void closed() {
    closed.countDown();
  }

  void awaitClosed() throws InterruptedException {
    closed.await();
  }
}
