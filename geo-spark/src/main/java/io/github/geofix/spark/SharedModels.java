package io.github.geofix.spark;

import io.github.geofix.core.LoadOptions;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.ModelProvider;
import io.github.geofix.core.Photo;
import io.github.geofix.models.Family;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.backbone.PhotoEncoder;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.models.nn.TorchEngine;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.TaskCompletionListener;
import org.jspecify.annotations.Nullable;

/**
 * The models of this executor: each is loaded once, shared by the tasks that use it, and closed a
 * while after the last of them has ended.
 */
final class SharedModels {
  /** The next stage of a job, or the next job of a session, finds the model still there. */
  private static final long IDLE_SECONDS = 60;

  private static final String THREADS = "ai.djl.pytorch.num_threads";

  private static final Map<Object, Held<?>> MODELS = new HashMap<>();
  private static int loads;

  private SharedModels() {}

  /**
   * A model that encodes.
   *
   * @param encoder shares the arrays of the model
   */
  record Encoding(GeoModel model, PhotoEncoder encoder) implements AutoCloseable {
    @Override
    public void close() {
      encoder.close();
      model.close();
    }
  }

  /**
   * A model in use by a task.
   *
   * @param permits limit the passes at a time, so that their threads do not outnumber the cores
   */
  record Use<M>(M model, Semaphore permits) {

    /** Returns the result of a pass, once it is permitted, and adds up its time. */
    <T> T timed(LongAccumulator millis, Supplier<T> pass) {
      permits.acquireUninterruptibly();
      long start = System.nanoTime();
      try {
        return pass.get();
      } finally {
        permits.release();
        millis.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
      }
    }
  }

  private static final class Held<M extends AutoCloseable> {
    private final Supplier<M> load;
    private @Nullable M model;
    private int tasks;
    private long idleSince;

    Held(Supplier<M> load) {
      this.load = load;
    }

    /** The model is loaded outside the lock of the map, and inside that of its own. */
    synchronized M model() {
      M loaded = model;
      if (loaded == null) {
        loaded = load.get();
        model = loaded;
        count();
      }
      return loaded;
    }

    synchronized void close() {
      M loaded = model;
      model = null;
      if (loaded != null) {
        try {
          loaded.close();
        } catch (Exception e) {
          throw new IllegalStateException("cannot close a model", e);
        }
      }
    }
  }

  private static synchronized void count() {
    loads++;
  }

  /** Returns how many models this executor has loaded so far. */
  static synchronized int loads() {
    return loads;
  }

  /** Returns how many models tasks of this executor use. */
  static synchronized long inUse() {
    return MODELS.values().stream().filter(held -> held.tasks > 0).count();
  }

  /** Returns a localizer, until the task ends. */
  static Use<Localizer> localizer(SparkGeo.Model model) {
    TorchEngine.setInferenceMemory(model.inferenceMemory());
    return acquire(
        model,
        () ->
            ModelProvider.find().localizer(folder(model), loadOptions(model), model.candidates()));
  }

  /** Returns an encoder, until the task ends. */
  static Use<Encoding> encoder(SparkGeo.Model model) {
    TorchEngine.setInferenceMemory(model.inferenceMemory());
    return acquire(
        Map.of("encoder", model),
        () -> {
          ModelFolder folder = ModelFolder.open(folder(model), loadOptions(model));
          GeoModel loaded = Family.of(folder).load(folder);
          return loaded
              .photoEncoder()
              .map(encoder -> new Encoding(loaded, encoder))
              .orElseThrow(
                  () -> {
                    loaded.close();
                    return new IllegalArgumentException(
                        loaded.method()
                            + " gives no vectors of photos: geoclip, embed and recombine do");
                  });
        });
  }

  private static Path folder(SparkGeo.Model model) {
    return Storage.local(model.folder());
  }

  private static LoadOptions loadOptions(SparkGeo.Model model) {
    return LoadOptions.defaults()
        .withAllowCode(model.allowCode())
        .withComputeThreads(permits())
        .withPrecision(model.precision())
        .withPhotoLimits(Photo.Limits.defaults().scaledTo(model.maxPixels()));
  }

  private static <M extends AutoCloseable> Use<M> acquire(Object key, Supplier<M> load) {
    setThreads();
    Held<M> held = hold(key, load);
    TaskContext task = Objects.requireNonNull(TaskContext.get(), "models are used in tasks");
    task.addTaskCompletionListener((TaskCompletionListener) ended -> release(key, held));
    return new Use<>(held.model(), PERMITS.get());
  }

  @SuppressWarnings("unchecked") // A key has models of one type.
  private static synchronized <M extends AutoCloseable> Held<M> hold(Object key, Supplier<M> load) {
    Held<M> held = (Held<M>) MODELS.computeIfAbsent(key, k -> new Held<>(load));
    held.tasks++;
    return held;
  }

  private static synchronized void release(Object key, Held<?> held) {
    held.tasks--;
    held.idleSince = System.nanoTime();
    if (held.tasks == 0) {
      Thread closer = new Thread(() -> closeIdle(key, held), "geofix-idle-model");
      closer.setDaemon(true);
      closer.start();
    }
  }

  private static void closeIdle(Object key, Held<?> held) {
    try {
      TimeUnit.SECONDS.sleep(IDLE_SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (remove(key, held)) {
      held.close();
    }
  }

  private static synchronized boolean remove(Object key, Held<?> held) {
    return held.tasks == 0
        && System.nanoTime() - held.idleSince >= TimeUnit.SECONDS.toNanos(IDLE_SECONDS)
        && MODELS.remove(key, held);
  }

  private static final Supplier<Semaphore> PERMITS =
      new Supplier<>() {
        private @Nullable Semaphore permits;

        @Override
        public synchronized Semaphore get() {
          Semaphore known = permits == null ? new Semaphore(permits()) : permits;
          permits = known;
          return known;
        }
      };

  /** PyTorch reads the property when it is loaded; an operator may have set it before. */
  private static synchronized void setThreads() {
    if (System.getProperty(THREADS) == null) {
      System.setProperty(THREADS, Integer.toString(taskCores()));
    }
  }

  private static int taskCores() {
    return SparkEnv.get().conf().getInt("spark.task.cpus", 1);
  }

  /** Returns how many passes run at a time: threads times passes is at most the cores. */
  static int permits() {
    return Math.max(1, cores() / Math.max(1, Integer.getInteger(THREADS, taskCores())));
  }

  private static int cores() {
    SparkConf conf = SparkEnv.get().conf();
    int most = Runtime.getRuntime().availableProcessors();
    return Math.min(most, conf.getInt("spark.executor.cores", most));
  }
}
