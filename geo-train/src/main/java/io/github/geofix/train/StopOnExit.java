package io.github.geofix.train;

import java.util.concurrent.CountDownLatch;

/**
 * Holds back the end of the JVM, as Ctrl-C or a plain {@code kill} begins it, until the run has
 * finished its step and saved.
 */
final class StopOnExit implements AutoCloseable {
  private final CountDownLatch done = new CountDownLatch(1);
  private final Thread hook;

  /** From now on {@code request} is called when the JVM is told to end. */
  StopOnExit(Runnable request) {
    hook =
        new Thread(
            () -> {
              request.run();
              awaitDone();
            },
            "geofix-stop-on-exit");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  private void awaitDone() {
    try {
      done.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Lets the JVM end. */
  @Override
  public void close() {
    done.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is ending already, through this very hook.
    }
  }
}
