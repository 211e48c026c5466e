package io.github.geofix.core.internal.index;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.atomic.AtomicBoolean;

/** Data-parallel loops on the calling thread and free threads of the common pool. */
public final class Parallel {
  private Parallel() {}

  /**
   * Runs the same work on several threads and waits for those that started. The work must divide
   * itself, for example by an atomic counter, and return at once when nothing is left.
   */
  public static void run(int threads, Runnable work) {
    List<AtomicBoolean> started = new ArrayList<>();
    List<ForkJoinTask<?>> tasks = new ArrayList<>();
    for (int i = 1; i < threads; i++) {
      AtomicBoolean mine = new AtomicBoolean();
      started.add(mine);
      tasks.add(
          ForkJoinPool.commonPool()
              .submit(
                  () -> {
                    if (mine.compareAndSet(false, true)) {
                      work.run();
                    }
                  }));
    }
    try {
      work.run();
    } finally {
      for (int i = 0; i < tasks.size(); i++) {
        // A task that has not started has nothing left to do: a busy pool delays nobody.
        if (!started.get(i).compareAndSet(false, true)) {
          tasks.get(i).join();
        }
      }
    }
  }
}
