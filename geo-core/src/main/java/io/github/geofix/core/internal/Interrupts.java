package io.github.geofix.core.internal;

import java.util.concurrent.CancellationException;

/** Ends long calls of a thread that was interrupted. */
public final class Interrupts {
  private Interrupts() {}

  /**
   * Checks the calling thread, whose interrupt flag stays as it is.
   *
   * @param done how much of the work is done
   * @param total how much there is
   * @param what what is counted, in the plural
   * @throws CancellationException if the thread was interrupted
   */
  public static void check(long done, long total, String what) {
    if (Thread.currentThread().isInterrupted()) {
      throw new CancellationException("interrupted after " + done + " of " + total + " " + what);
    }
  }
}
