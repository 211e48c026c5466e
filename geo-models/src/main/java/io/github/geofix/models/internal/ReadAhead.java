package io.github.geofix.models.internal;

import io.github.geofix.models.internal.nn.ComputeThreads;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Reads photos on threads of its own while the network computes, and hands them out in their order.
 * Not thread-safe.
 *
 * @param <S> where a photo comes from
 * @param <T> a photo that was read
 */
final class ReadAhead<S, T> implements AutoCloseable {
  /** Each may hold a large photo: more would not fit into a small heap. */
  private static final int THREADS = 2;

  private final List<S> sources;
  private final Function<S, T> read;
  private final ExecutorService threads;
  private final Deque<Future<T>> pending = new ArrayDeque<>();
  private int submitted;
  private int ahead = 1;

  /**
   * Creates a reader; nothing is read yet.
   *
   * @param read called on several threads
   */
  ReadAhead(List<S> sources, Function<S, T> read) {
    this.sources = sources;
    this.read = read;
    threads =
        Executors.newFixedThreadPool(
            THREADS,
            task -> {
              Thread thread = new Thread(task, "geofix-read");
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Returns the next photo.
   *
   * @throws RuntimeException what reading it threw
   */
  T next() {
    if (sources.size() == 1) {
      return read.apply(sources.get(0));
    }
    submitUpTo(ahead + 1);
    return result(pending.remove());
  }

  /** Begins to read as many photos as the next batch will probably hold. */
  void begin(int batch) {
    ahead = batch;
    submitUpTo(batch);
  }

  private void submitUpTo(int count) {
    while (pending.size() < count && submitted < sources.size()) {
      S source = sources.get(submitted++);
      pending.add(threads.submit(ComputeThreads.bound(() -> read.apply(source))::get));
    }
  }

  /** Reading is short: an interrupt is left to the caller, who checks between batches. */
  private static <T> T result(Future<T> photo) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return photo.get();
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          if (e.getCause() instanceof RuntimeException cause) {
            throw cause;
          }
          if (e.getCause() instanceof Error cause) {
            throw cause;
          }
          throw new IllegalStateException("a photo could not be read", e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Waits for photos that are being read: what reads them may be closed next. */
  @Override
  public void close() {
    // Not interrupted, which would close files that others read, too.
    pending.forEach(photo -> photo.cancel(false));
    threads.shutdown();
    boolean interrupted = false;
    for (boolean ended = false; !ended; ) {
      try {
        ended = threads.awaitTermination(1, TimeUnit.DAYS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
