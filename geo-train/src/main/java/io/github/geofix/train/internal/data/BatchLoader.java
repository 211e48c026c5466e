package io.github.geofix.train.internal.data;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.internal.Count;
import io.github.geofix.models.train.Examples;
import io.github.geofix.models.train.Examples.Batch;
import io.github.geofix.models.train.Examples.Example;
import io.github.geofix.train.data.Batches;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Loads batches of examples on worker threads. Order and randomness depend on the seed alone.
 *
 * <p>At most {@value #AHEAD} batches are loaded ahead, large ones only while they take up to a
 * gibibyte, into direct buffers that are reused, so that memory stays constant however slow
 * training is. {@link #next()} is for one thread.
 */
public final class BatchLoader implements AutoCloseable {
  private static final int AHEAD = 2;

  private static final long BYTES_AHEAD = 1L << 30;

  private static final int ALIGNMENT = 64;

  private final Examples examples;
  private final BatchOrder order;
  private final int batchSize;
  private final int batchesPerStep;
  private final LongUnaryOperator drawSeed;
  private final long seed;
  private final List<Shape> inputShapes;
  private final ExecutorService workers;
  private final Deque<Pending> pending = new ArrayDeque<>();
  private final Deque<ByteBuffer[]> freeBuffers = new ArrayDeque<>();
  private final int batchesPerEpoch;
  private long submitted;
  private long handedOut;

  /** The orders that are known, of the epoch {@link #epochOfOrder} and those after it. */
  private final List<int[]> orders = new ArrayList<>();

  private int epochOfOrder = -1;

  private BatchLoader(
      Examples examples,
      List<Shape> inputShapes,
      BatchOrder order,
      Batches batches,
      LongUnaryOperator drawSeed,
      long seed) {
    if (examples.size() == 0) {
      throw new IllegalArgumentException("there are no photos to learn from");
    }
    this.examples = examples;
    this.order = order;
    this.drawSeed = drawSeed;
    this.seed = seed;
    this.inputShapes = List.copyOf(inputShapes);
    batchesPerStep = batches.gradientAccumulationSteps();
    batchSize = Math.min(batches.size(), Math.max(1, examples.size() / batchesPerStep));
    batchesPerEpoch = examples.size() / batchSize / batchesPerStep * batchesPerStep;
    if (batchesPerEpoch == 0) {
      throw new IllegalArgumentException(
          Count.of(examples.size(), "photos are too few for one step of ")
              + Count.of(batchesPerStep, "batches"));
    }
    AtomicInteger number = new AtomicInteger();
    this.workers =
        Executors.newFixedThreadPool(
            batches.workers(),
            task -> {
              Thread thread = new Thread(task, "geofix-example-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Starts the workers on epoch after epoch, each a whole number of steps.
   *
   * @param inputShapes the shapes of one example's inputs, without the batch axis
   * @param order which examples share a batch
   * @param seed the seed of the examples' randomness
   * @param firstStep number of steps to skip, which a run that is resumed has taken
   * @throws IllegalArgumentException if there are too few examples for one step
   */
  public static BatchLoader training(
      Examples examples,
      List<Shape> inputShapes,
      BatchOrder order,
      Batches batches,
      long seed,
      long firstStep) {
    int perStep = batches.gradientAccumulationSteps();
    BatchLoader loader =
        new BatchLoader(
            examples,
            inputShapes,
            order,
            batches,
            number -> Seeds.derive(seed, number / perStep, number % perStep),
            seed);
    loader.submitted = firstStep * loader.batchesPerStep;
    return loader;
  }

  /**
   * Starts the workers on one pass over the examples as they come.
   *
   * @throws IllegalArgumentException if there are no examples
   */
  public static BatchLoader inOrder(
      Examples examples, List<Shape> inputShapes, Batches batches, long seed) {
    return new BatchLoader(
        examples,
        inputShapes,
        BatchOrder.inOrder(),
        batches.withGradientAccumulationSteps(1),
        number -> Seeds.derive(seed, -1, number),
        seed);
  }

  /** Returns the number of optimizer steps in one pass over the examples. */
  public int stepsPerEpoch() {
    return batchesPerEpoch / batchesPerStep;
  }

  /** Returns the number of batches in one pass over the examples; a remainder is left out. */
  public int batchesPerEpoch() {
    return batchesPerEpoch;
  }

  /** Returns the number of examples in a batch. */
  public int batchSize() {
    return batchSize;
  }

  /**
   * Waits for the next batch.
   *
   * @throws RuntimeException what the source or the model threw while making an example
   */
  public StackedExamples next() throws InterruptedException {
    if (pending.isEmpty()) {
      pending.add(submit(submitted++));
    }
    while (pending.size() <= ahead() && orderIsKnown()) {
      pending.add(submit(submitted++));
    }
    Pending batch = pending.element();
    for (Future<?> example : batch.examples) {
      try {
        example.get();
      } catch (ExecutionException e) {
        if (e.getCause() instanceof RuntimeException cause) {
          throw cause;
        }
        throw new IllegalStateException("an example could not be made", e.getCause());
      }
    }
    Pending done = pending.remove();
    handedOut = done.number + 1;
    return new StackedExamples(done, done.number);
  }

  /**
   * As {@link #next()}, but not interruptible: an interrupt is restored when this returns. For work
   * that is of no use unless it is finished.
   */
  public StackedExamples nextUninterrupted() {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return next();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Returns how many batches to load besides the next one: one at least, so that loading continues.
   */
  private long ahead() {
    long floats = inputShapes.stream().mapToLong(Shape::size).sum();
    long bytes = floats * batchSize * Float.BYTES;
    return Math.max(1, Math.min(AHEAD, BYTES_AHEAD / bytes));
  }

  private boolean orderIsKnown() {
    return order.weightsPeriod() == 0 || epochOf(submitted) < epochOfOrder + orders.size();
  }

  private int epochOf(long number) {
    return Math.toIntExact(number / batchesPerEpoch);
  }

  /**
   * Returns the orders that cannot be made again once the weights have changed, those of the epoch
   * of the next batch and of epochs after it; empty if the order does not depend on the weights.
   *
   * @param endOfEpoch whether the last batch handed out was the last one of its epoch
   */
  public List<List<Integer>> ordersToKeep(boolean endOfEpoch) {
    if (order.weightsPeriod() == 0) {
      return List.of();
    }
    return orders.stream()
        .skip(epochOf(handedOut - 1) - epochOfOrder + (endOfEpoch ? 1 : 0))
        .map(photos -> Arrays.stream(photos).boxed().toList())
        .toList();
  }

  /** Takes orders from a checkpoint, that of the epoch of the next batch first. */
  public void resumeOrders(List<List<Integer>> saved) {
    orders.clear();
    saved.forEach(photos -> orders.add(photos.stream().mapToInt(Integer::intValue).toArray()));
    epochOfOrder = epochOf(submitted);
  }

  /** Returns the photos of an epoch in order. */
  private int[] orderOf(int epoch) {
    if (epoch >= epochOfOrder + orders.size()) {
      orders.clear();
      epochOfOrder = epoch;
      int period = Math.max(1, order.weightsPeriod());
      for (int e = epoch; e < (epoch / period + 1) * period; e++) {
        orders.add(order.epoch(e, examples.size(), batchSize));
      }
    }
    return orders.get(epoch - epochOfOrder);
  }

  private Pending submit(long number) {
    int epoch = epochOf(number);
    int[] indexes = orderOf(epoch);
    int first = Math.toIntExact(number % batchesPerEpoch) * batchSize;
    ByteBuffer[] reused = freeBuffers.poll();
    Pending batch =
        new Pending(number, reused == null ? allocate() : reused, new long[batchSize][][]);
    for (int slot = 0; slot < batchSize; slot++) {
      int index = indexes[first + slot];
      int row = slot;
      batch.examples.add(workers.submit(() -> make(epoch, index, batch, row)));
    }
    return batch;
  }

  private ByteBuffer[] allocate() {
    ByteBuffer[] buffers = new ByteBuffer[inputShapes.size()];
    for (int i = 0; i < buffers.length; i++) {
      int bytes = Math.toIntExact(inputShapes.get(i).size() * batchSize * Float.BYTES);
      // Aligned as PyTorch aligns its own arrays: matrix products may round otherwise elsewhere.
      // An aligned slice ends at a multiple of the alignment, too.
      int whole = Math.addExact(bytes, Math.floorMod(-bytes, ALIGNMENT));
      buffers[i] =
          ByteBuffer.allocateDirect(Math.addExact(whole, ALIGNMENT))
              .alignedSlice(ALIGNMENT)
              .limit(bytes)
              .slice()
              .order(ByteOrder.nativeOrder());
    }
    return buffers;
  }

  private void make(int epoch, int index, Pending batch, int row) {
    SplittableRandom random = new SplittableRandom(Seeds.derive(seed, epoch, index));
    Example example = examples.example(epoch, index, random);
    if (example.inputs().length != inputShapes.size()) {
      throw new IllegalStateException(
          "the model made "
              + example.inputs().length
              + " inputs, it declares "
              + inputShapes.size());
    }
    for (int i = 0; i < inputShapes.size(); i++) {
      float[] values = example.inputs()[i];
      int size = Math.toIntExact(inputShapes.get(i).size());
      if (values.length != size) {
        throw new IllegalStateException(
            "the model made input " + i + " of " + values.length + " values, it declares " + size);
      }
      // The view is this thread's own; rows do not overlap.
      batch.inputs[i].asFloatBuffer().put(row * size, values);
    }
    batch.targets[row] = example.targets();
  }

  /**
   * Stops the workers and waits for the examples that are being made, because the model that makes
   * them may be closed next. Drops the batches loaded ahead.
   */
  @Override
  public void close() {
    workers.shutdownNow();
    boolean interrupted = false;
    for (boolean ended = false; !ended; ) {
      try {
        ended = workers.awaitTermination(1, TimeUnit.DAYS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static final class Pending {
    final long number;
    final ByteBuffer[] inputs;
    final long[][][] targets;
    final List<Future<?>> examples;

    Pending(long number, ByteBuffer[] inputs, long[][][] targets) {
      this.number = number;
      this.inputs = inputs;
      this.targets = targets;
      examples = new ArrayList<>(targets.length);
    }
  }

  /** A batch in memory of the loader: close it after the last use of its arrays. */
  public final class StackedExamples implements AutoCloseable {
    private @Nullable Pending batch;
    private final long number;

    private StackedExamples(Pending batch, long number) {
      this.batch = batch;
      this.number = number;
    }

    /**
     * Returns the seed of all that the network draws at random for this batch, such as dropout. It
     * follows from the run's seed and the place of the batch in the run, so a resumed run draws the
     * same.
     */
    public long seed() {
      return drawSeed.applyAsLong(number);
    }

    /**
     * Returns the batch as arrays of {@code manager}. The inputs share this object's memory, so the
     * manager has to be closed before this object.
     */
    public Batch toBatch(NDManager manager) {
      Pending open = batch;
      if (open == null) {
        throw new IllegalStateException("the batch has been closed");
      }
      List<NDArray> inputs = new ArrayList<>(open.inputs.length);
      for (int i = 0; i < open.inputs.length; i++) {
        Shape shape = new Shape(batchSize).addAll(inputShapes.get(i));
        inputs.add(manager.create(open.inputs[i].rewind(), shape, DataType.FLOAT32));
      }
      int kinds = open.targets[0].length;
      List<NDArray> targets = new ArrayList<>(kinds);
      for (int kind = 0; kind < kinds; kind++) {
        int width = open.targets[0][kind].length;
        long[] values = new long[batchSize * width];
        for (int row = 0; row < batchSize; row++) {
          System.arraycopy(open.targets[row][kind], 0, values, row * width, width);
        }
        targets.add(manager.create(values, new Shape(batchSize, width)));
      }
      return new Batch(inputs, targets);
    }

    @Override
    public void close() {
      Pending open = batch;
      if (open != null) {
        freeBuffers.add(open.inputs);
        batch = null;
      }
    }
  }
}
