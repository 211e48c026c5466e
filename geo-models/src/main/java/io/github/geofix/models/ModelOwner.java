package io.github.geofix.models;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Locale;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The owner of a model behind a localizer, refiner or tile encoder: closing that closes the model,
 * once and not before calls in progress have returned. Thread-safe.
 */
final class ModelOwner implements InvocationHandler {
  private final Object part;
  private final String name;
  private final AutoCloseable model;
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private boolean closed;

  private ModelOwner(Object part, String name, AutoCloseable model) {
    this.part = part;
    this.name = name;
    this.model = model;
  }

  /**
   * Returns a part of a model that owns the model. Calls after closing it throw {@link
   * IllegalStateException}.
   *
   * @param type the interface of the part
   * @param part returns the part; if it throws, the model is closed
   */
  static <T extends AutoCloseable> T own(Class<T> type, GeoModel model, Supplier<T> part) {
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
            type.getClassLoader(), new Class<?>[] {type}, new ModelOwner(owned, name, model)));
  }

  @Override
  public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
      throws Throwable {
    if (method.getDeclaringClass() == Object.class) {
      return method.getName().equals("equals")
          ? (Object) (arguments != null && proxy == arguments[0])
          : call(method, arguments);
    }
    if (method.getName().equals("close")) {
      close();
      return null;
    }
    lock.readLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException("the " + name + " is closed");
      }
      return call(method, arguments);
    } finally {
      lock.readLock().unlock();
    }
  }

  private @Nullable Object call(Method method, Object @Nullable [] arguments) throws Throwable {
    try {
      return method.invoke(part, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private void close() throws Exception {
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
