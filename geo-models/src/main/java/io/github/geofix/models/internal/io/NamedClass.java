package io.github.geofix.models.internal.io;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.util.List;
import java.util.function.Supplier;

/**
 * Parts of a model by class name: a configuration names a class of the user's, and a saved model
 * loads wherever that class is on the class path.
 */
public final class NamedClass {
  private NamedClass() {}

  /** Returns whether a name in a configuration is that of a class: built-in names have no dot. */
  public static boolean isClassName(String name) {
    return name.contains(".");
  }

  /** Returns {@link NamesCode#code} of a name that may be that of a class. */
  public static List<String> code(String name) {
    return isClassName(name) ? List.of("the class " + name) : List.of();
  }

  /**
   * Returns the name of the class that a supplier makes instances of.
   *
   * @param supplier such as {@code PatchBackbone::new}
   * @throws IllegalArgumentException if the class cannot be created by its name alone
   */
  public static <T> String of(Supplier<? extends T> supplier, Class<T> kind) {
    String name = supplier.get().getClass().getName();
    create(name, kind);
    return name;
  }

  /**
   * Creates an instance by its class name. No code of a class of another kind is run.
   *
   * @param name the full name, as {@link Class#getName} gives it
   * @param kind what the class must extend or implement
   * @throws IllegalArgumentException if the class is missing, is of another kind, or has no
   *     constructor without arguments; the message states which
   */
  public static <T> T create(String name, Class<T> kind) {
    Class<?> type = find(name);
    if (!kind.isAssignableFrom(type)) {
      throw new IllegalArgumentException(name + " is not a " + kind.getName());
    }
    try {
      Constructor<?> constructor = type.getDeclaredConstructor();
      constructor.setAccessible(true);
      return kind.cast(constructor.newInstance());
    } catch (InvocationTargetException e) {
      throw new IllegalArgumentException(name + " cannot be created: " + e.getCause(), e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException(
          name
              + " cannot be created by its name: it must be a top-level or static class with a"
              + " constructor without arguments",
          e);
    }
  }

  private static Class<?> find(String name) {
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    try {
      return Class.forName(name, false, context);
    } catch (ClassNotFoundException | LinkageError e) {
      // The threads of a pool may have the system's loader, which an executable jar is not in.
    }
    try {
      return Class.forName(name, false, NamedClass.class.getClassLoader());
    } catch (ClassNotFoundException | LinkageError e) {
      throw new IllegalArgumentException(
          "the class " + name + " is missing: add it to the class path", e);
    }
  }
}
