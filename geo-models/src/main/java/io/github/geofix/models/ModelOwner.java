package io.github.geofix.models;

import io.github.geofix.models.internal.nn.ComputeThreads;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The owner of a model behind a localizer, refiner or tile encoder: closing that closes the model,
 * once and not before calls in progress have returned. The model computes on a bounded number of
 * threads, whoever calls. Thread-safe.
 */
final class ModelOwner implements InvocationHandler {
  private final Object part;
  private final String name;
  private final AutoCloseable model;
  private final ComputeThreads threads;
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private boolean closed;

  private ModelOwner(Object part, String name, AutoCloseable model, ComputeThreads threads) {
    this.part = part;
    this.name = name;
    this.model = model;
    this.threads = threads;
  }

  /**
   * Returns a part of a model that owns the model. Calls after closing it throw {@link
   * IllegalStateException}.
   *
   * @param type the interface of the part
   * @param computeThreads see {@link io.github.geofix.core.LoadOptions}
   * @param part returns the part; if it throws, the model is closed
   */
  static <T extends AutoCloseable> T own(
      Class<T> type, GeoModel model, int computeThreads, Supplier<T> part) {
    T owned;
    try {
      owned = part.get();
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
    String name = type.getSimpleName().replaceAll("(?<=.)(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            new ModelOwner(owned, name, model, ComputeThreads.of(computeThreads))));
  }

  @Override
  public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
      throws Exception {
    if (method.getDeclaringClass() == Object.class) {
      return method.getName().equals("equals")
          ? (Object) (arguments != null && proxy == arguments[0])
          : call(method, arguments);
    }
    if (method.getName().equals("close")) {
      close();
      return null;
    }
    checkNotNull(method, arguments);
    lock.readLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException("the " + name + " is closed");
      }
      return threads.call(() -> call(method, arguments));
    } finally {
      lock.readLock().unlock();
    }
  }

  private static void checkNotNull(Method method, Object @Nullable [] arguments) {
    for (Object argument : arguments == null ? new Object[0] : arguments) {
      if (argument == null || (argument instanceof List<?> list && holdsNull(list))) {
        throw new NullPointerException(
            method.getName() + " needs a value: an argument is null, or a list holds null");
      }
    }
  }

  private static boolean holdsNull(List<?> list) {
    for (Object element : list) {
      if (element == null) {
        return true;
      }
    }
    return false;
  }

  private @Nullable Object call(Method method, Object @Nullable [] arguments) {
    try {
      return method.invoke(part, arguments);
    } catch (InvocationTargetException e) {
      throw rethrown(Objects.requireNonNull(e.getCause()));
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The interfaces of the parts declare no checked exceptions. */
  private static RuntimeException rethrown(Throwable cause) {
    if (cause instanceof Error error) {
      throw error;
    }
    return (RuntimeException) cause;
  }

  private void close() throws Exception {
    lock.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        model.close();
        threads.close();
      }
    } finally {
      lock.writeLock().unlock();
    }
  }
}
