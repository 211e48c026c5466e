package io.github.geofix.core.index;

import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/** A lock on something that many threads read, one changes, and that is closed at the end. */
final class SharedAccess {
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private final String closedMessage;

  private boolean closed;

  SharedAccess(String closedMessage) {
    this.closedMessage = closedMessage;
  }

  <T> T reading(Supplier<T> work) {
    return holding(lock.readLock(), work);
  }

  <T> T writing(Supplier<T> work) {
    return holding(lock.writeLock(), work);
  }

  private <T> T holding(Lock wanted, Supplier<T> work) {
    wanted.lock();
    try {
      if (closed) {
        throw new IllegalStateException(closedMessage);
      }
      return work.get();
    } finally {
      wanted.unlock();
    }
  }

  /** Runs {@code free} once all work has ended; has no effect the second time. */
  void close(Runnable free) {
    lock.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        free.run();
      }
    } finally {
      lock.writeLock().unlock();
    }
  }
}
