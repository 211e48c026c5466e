package io.github.geofix.models;

import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/** A model that is closed once, but not under the feet of a call in progress. Thread-safe. */
final class OpenModel implements AutoCloseable {
  private final GeoModel model;
  private final String user;
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private boolean closed;

  /**
   * Takes over a model.
   *
   * @param user what calls it, for the error after closing
   */
  OpenModel(GeoModel model, String user) {
    this.model = model;
    this.user = user;
  }

  /**
   * Returns a part of the model that calls go to; closes the model if it has none.
   *
   * @param part throws what the model says about that
   */
  <T> T part(Supplier<T> part) {
    try {
      return part.get();
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  /**
   * Runs a call.
   *
   * @throws IllegalStateException if the model is closed
   */
  <T> T call(Supplier<T> call) {
    lock.readLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException("the " + user + " is closed");
      }
      return call.get();
    } finally {
      lock.readLock().unlock();
    }
  }

  /** As {@link #call}, without a result. */
  void run(Runnable call) {
    lock.readLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException("the " + user + " is closed");
      }
      call.run();
    } finally {
      lock.readLock().unlock();
    }
  }

  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        model.close();
      }
    } finally {
      lock.writeLock().unlock();
    }
  }
}
