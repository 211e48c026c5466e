package io.github.geofix.core.tile;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A clock that can wait, so that tests need not. */
interface Ticker {

  /** The clock of the system. */
  Ticker SYSTEM =
      new Ticker() {
        @Override
        public long nanos() {
          return System.nanoTime();
        }

        @Override
        public void sleep(Duration pause) throws InterruptedException {
          TimeUnit.NANOSECONDS.sleep(pause.toNanos());
        }
      };

  /** Returns the nanoseconds since an arbitrary time. */
  long nanos();

  /** Waits. */
  void sleep(Duration pause) throws InterruptedException;
}
