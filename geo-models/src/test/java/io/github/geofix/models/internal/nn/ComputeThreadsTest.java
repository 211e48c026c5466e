package io.github.geofix.models.internal.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.geofix.models.nn.TorchEngine;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ComputeThreadsTest {

  @Test
  void manyCallersComputeOnFewThreads() throws InterruptedException {
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    try (ComputeThreads two = ComputeThreads.of(2)) {
      List<Thread> callers = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        Thread caller =
            new Thread(
                () ->
                    two.call(
                        () ->
                            TorchEngine.noGrad(
                                () -> {
                                  most.accumulateAndGet(running.incrementAndGet(), Math::max);
                                  threads.add(Thread.currentThread());
                                  return running.decrementAndGet();
                                })));
        callers.add(caller);
        caller.start();
      }
      for (Thread caller : callers) {
        caller.join();
      }
      assertThat(threads).hasSizeBetween(1, 2).doesNotContainAnyElementsOf(callers);
      assertThat(most).hasValueLessThanOrEqualTo(2);
    }
  }

  @Test
  void nestedComputationsStayOnTheirThread() {
    try (ComputeThreads one = ComputeThreads.of(1)) {
      boolean isSame =
          one.call(
              () ->
                  TorchEngine.noGrad(
                      () -> {
                        Thread outer = Thread.currentThread();
                        return TorchEngine.noGrad(() -> Thread.currentThread() == outer);
                      }));
      assertThat(isSame).isTrue();
    }
  }

  @Test
  void outsideACallTheCallerComputes() {
    Thread computing = TorchEngine.noGrad(Thread::currentThread);
    assertThat(computing).isSameAs(Thread.currentThread());
  }

  @Test
  void callersGetTheErrorItself() {
    IllegalArgumentException error = new IllegalArgumentException("wrong shape");
    try (ComputeThreads one = ComputeThreads.of(1)) {
      assertThatThrownBy(
              () ->
                  one.call(
                      () ->
                          TorchEngine.noGrad(
                              () -> {
                                throw error;
                              })))
          .isSameAs(error);
    }
  }

  @Test
  void anInterruptEndsWaitingButNotWhatRuns() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    try (ComputeThreads one = ComputeThreads.of(1)) {
      AtomicReference<Object> first = new AtomicReference<>();
      AtomicReference<Object> second = new AtomicReference<>();
      Thread running =
          new Thread(
              () ->
                  first.set(
                      one.call(
                          () ->
                              TorchEngine.noGrad(
                                  () -> {
                                    begun.countDown();
                                    awaitUninterruptibly(goOn);
                                    return "done";
                                  }))));
      running.start();
      begun.await();
      Thread waiting =
          new Thread(
              () -> {
                try {
                  second.set(one.call(() -> TorchEngine.noGrad(() -> "computed")));
                } catch (CancellationException e) {
                  second.set(e.getMessage() + " " + Thread.currentThread().isInterrupted());
                }
              });
      waiting.start();
      while (waiting.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
      waiting.interrupt();
      waiting.join();
      assertThat(second).hasValue("interrupted while waiting for a compute thread true");
      running.interrupt();
      goOn.countDown();
      running.join();
      assertThat(first).hasValue("done");
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError("a compute thread was interrupted", e);
    }
  }
}
