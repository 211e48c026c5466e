package io.github.geofix.models.internal.nn;

import ai.djl.pytorch.jni.JniUtils;
import io.github.geofix.models.nn.TorchEngine;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A bounded number of threads that run models for any number of callers, virtual threads included.
 * PyTorch starts a team of OpenMP threads for every thread that calls it, and keeps it as long as
 * that thread lives; here it is called by these threads alone. Thread-safe.
 */
public final class ComputeThreads implements AutoCloseable {
  /** Idle threads end, and their OpenMP teams with them. */
  private static final long IDLE_SECONDS = 60;

  private static final ThreadLocal<@Nullable ComputeThreads> CURRENT = new ThreadLocal<>();

  private final ThreadPoolExecutor executor;

  private ComputeThreads(int count) {
    executor =
        new ThreadPoolExecutor(
            count,
            count,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, "geofix-compute");
              thread.setDaemon(true);
              return thread;
            });
    executor.allowCoreThreadTimeOut(true);
  }

  /** Created by the first model that shares it. */
  private static final class Shared {
    private static final ComputeThreads THREADS = new ComputeThreads(defaultCount());
  }

  /** As many as keep all cores busy, each with an OpenMP team of PyTorch's number of threads. */
  private static int defaultCount() {
    TorchEngine.engine();
    return Math.max(1, Runtime.getRuntime().availableProcessors() / JniUtils.getNumThreads());
  }

  /**
   * Returns threads for a model.
   *
   * @param count how many, for this model alone; 0 for those that the process shares
   */
  public static ComputeThreads of(int count) {
    return count == 0 ? Shared.THREADS : new ComputeThreads(count);
  }

  /** Runs a call on the present thread, which leaves all computations to these threads. */
  public <T> T call(Supplier<T> call) {
    ComputeThreads before = CURRENT.get();
    CURRENT.set(this);
    try {
      return call.get();
    } finally {
      CURRENT.set(before);
    }
  }

  /**
   * Returns a computation that leaves its parts to the threads that the present call leaves them
   * to, whichever thread runs it.
   */
  public static <T> Supplier<T> bound(Supplier<T> computation) {
    ComputeThreads threads = CURRENT.get();
    return threads == null ? computation : () -> threads.call(computation);
  }

  /** Runs a computation where the present call has it run: on its threads, or on this one. */
  public static <T> T compute(Supplier<T> computation) {
    ComputeThreads threads = CURRENT.get();
    return threads == null ? computation.get() : threads.submit(computation);
  }

  private <T> T submit(Supplier<T> computation) {
    FutureTask<T> task = new FutureTask<>(computation::get);
    executor.execute(task);
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          interrupted = true;
          // What has begun cannot be stopped, and must not outlive the model.
          if (executor.remove(task)) {
            throw new CancellationException("interrupted while waiting for a compute thread");
          }
        } catch (ExecutionException e) {
          throw rethrown(Objects.requireNonNull(e.getCause()));
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** The caller gets the error itself, with the stack of the thread that computed. */
  private static RuntimeException rethrown(Throwable cause) {
    cause.addSuppressed(new IllegalStateException("called from here"));
    if (cause instanceof Error error) {
      throw error;
    }
    return (RuntimeException) cause;
  }

  /** Ends the threads unless the process shares them. */
  @Override
  public void close() {
    if (this != Shared.THREADS) {
      executor.shutdown();
    }
  }
}
