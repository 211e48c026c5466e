package io.github.geofix.train;

import java.util.concurrent.CountDownLatch;

/**
 * A shutdown hook that delays the end of the JVM, by Ctrl-C or a plain {@code kill}, until the run
 * has finished its step, and saved if it has a folder.
 */
final class StopOnExit implements AutoCloseable {
  private final CountDownLatch done = new CountDownLatch(1);
  private final Thread hook;

  /** Registers the hook; it calls {@code request} when the JVM shuts down. */
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

  /** Unregisters the hook, or lets a shutdown in progress end. */
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
