package io.github.geofix.models.nn;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtEngineProvider;
import ai.djl.pytorch.jni.JniUtils;
import io.github.geofix.core.Precision;
import io.github.geofix.models.internal.nn.Bfloat16;
import io.github.geofix.models.internal.nn.ComputeThreads;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The PyTorch engine: starts it offline, creates managers, and runs computations without gradients.
 * Thread-safe.
 */
public final class TorchEngine {

  private static final String NAME = "PyTorch";

  /** What every jar of DJL's pytorch-native-cpu holds. */
  private static final String NATIVE_LIBRARY = "native/lib/pytorch.properties";

  private static volatile @Nullable Engine engine;

  private static volatile long inferenceMemory = 512L << 20;

  private TorchEngine() {}

  /**
   * Returns the engine; the first call starts it, which takes about a second, and some seconds more
   * the first time on a machine, when the native library is unpacked.
   *
   * @throws IllegalStateException if no native PyTorch library is on the class path, or it does not
   *     start
   */
  public static Engine engine() {
    Engine started = engine;
    return started != null ? started : start();
  }

  /** Returns what {@link Precision#AUTO} is on this machine; other precisions as they are. */
  public static Precision resolved(Precision precision) {
    return Bfloat16.resolved(precision);
  }

  /** Returns the bytes that {@link #setInferenceMemory} set; 512 MiB without it. */
  public static long inferenceMemory() {
    return inferenceMemory;
  }

  /**
   * Sets about how many bytes the intermediate arrays of one batch may take in inference. A batch
   * of photos, crops, views or beams that would take more goes through a backbone in parts; the
   * answers stay the same. One photo is never divided, weights and results are not counted, and
   * each thread that computes has as much. For the process, from the next batch on; training is
   * bounded by gradient checkpointing and cached gradients instead.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public static void setInferenceMemory(long bytes) {
    if (bytes < 1) {
      throw new IllegalArgumentException("the memory of inference must be positive: " + bytes);
    }
    inferenceMemory = bytes;
  }

  /** Returns a new manager; its arrays live until it is closed. */
  public static NDManager newManager() {
    return NDManager.newBaseManager(engine().defaultDevice(), NAME);
  }

  /**
   * Runs a computation without gradients, as {@code torch.no_grad()} does, and returns its result.
   * The only way to do so in this library: inference, and changes to weights that the next backward
   * pass must not follow. Calls can be nested. The mode is per thread, so work that the computation
   * hands to other threads still records gradients there. A call within {@link ComputeThreads#call}
   * runs on one of those threads.
   *
   * <pre>{@code
   * float[] logits = TorchEngine.noGrad(() -> network.forward(f, images).toFloatArray());
   * }</pre>
   */
  public static <T> T noGrad(Supplier<T> computation) {
    engine();
    return ComputeThreads.compute(() -> withoutGradients(computation));
  }

  private static <T> T withoutGradients(Supplier<T> computation) {
    boolean before = JniUtils.isGradMode();
    JniUtils.setGradMode(false);
    try {
      return computation.get();
    } finally {
      JniUtils.setGradMode(before);
    }
  }

  /** Runs a computation without gradients and without a result; see {@link #noGrad(Supplier)}. */
  public static void noGrad(Runnable computation) {
    noGrad(
        () -> {
          computation.run();
          return Boolean.TRUE;
        });
  }

  /**
   * Runs a computation without gradients, then frees its arrays, and returns its result.
   *
   * @param owner the parent of the manager that the computation gets
   * @param computation gets the manager for its arrays; its result must not be one of them
   * @throws IllegalStateException if the owner is closed
   */
  public static <T> T infer(NDManager owner, Function<NDManager, T> computation) {
    if (!owner.isOpen()) {
      throw new IllegalStateException("the model is closed");
    }
    return noGrad(
        () -> {
          try (NDManager step = owner.newSubManager()) {
            return computation.apply(step);
          }
        });
  }

  private static synchronized Engine start() {
    Engine started = engine;
    if (started != null) {
      return started;
    }
    // On EC2 DJL would contact a metadata address and a telemetry address.
    if (System.getProperty("ai.djl.offline") == null) {
      System.setProperty("ai.djl.offline", "true");
    }
    // DJL loads its parts from the context class loader, once for the life of the JVM.
    Thread thread = Thread.currentThread();
    ClassLoader context = thread.getContextClassLoader();
    ClassLoader own = TorchEngine.class.getClassLoader();
    boolean isComplete = context != null && context.getResource(NATIVE_LIBRARY) != null;
    thread.setContextClassLoader(isComplete ? context : own);
    try {
      // Its service file is lost where an executable jar keeps one file of equal name only.
      if (!Engine.hasEngine(NAME)) {
        Engine.registerEngine(new PtEngineProvider());
      }
      started = Engine.getEngine(NAME);
    } catch (RuntimeException | LinkageError e) {
      throw new IllegalStateException(whyNot(e), e);
    } finally {
      thread.setContextClassLoader(context);
    }
    engine = started;
    return started;
  }

  private static String whyNot(Throwable failure) {
    if (TorchEngine.class.getClassLoader().getResource(NATIVE_LIBRARY) == null) {
      return "no PyTorch library on the class path: add ai.djl.pytorch:pytorch-native-cpu with the"
          + " classifier of the operating system, such as linux-x86_64";
    }
    return "PyTorch does not start: "
        + failure.getMessage()
        + (failure.getCause() == null ? "" : " (" + failure.getCause() + ")")
        + "; its library must be that of this operating system, and the folder into which it is"
        + " unpacked must be writable: DJL_CACHE_DIR in the environment, by default ~/.djl.ai";
  }
}
