package io.github.geofix.core.internal.format;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Frees direct memory at once instead of at a garbage collection; until then a mapped file cannot
 * be deleted on Windows.
 *
 * <p>Java 17 has no public method for this: its foreign memory API is an incubator. {@code
 * Unsafe.invokeCleaner} exists unchanged from Java 9 to 25; Lucene and Netty used it too. Java 24
 * and 25 print a warning unless started with {@code --sun-misc-unsafe-memory-access=allow}, and a
 * later Java will reject it (JEP 471); then the garbage collector frees the memory.
 */
public final class DirectMemory {
  private static final @Nullable MethodHandle INVOKE_CLEANER = findInvokeCleaner();

  private DirectMemory() {}

  /**
   * Frees the memory of a buffer. Any later access to it, or to a slice, may crash the JVM.
   *
   * @param buffer a mapped or direct buffer, not a slice
   */
  public static void free(ByteBuffer buffer) {
    if (INVOKE_CLEANER != null) {
      free(INVOKE_CLEANER, buffer);
    }
  }

  static void free(MethodHandle invokeCleaner, ByteBuffer buffer) {
    try {
      invokeCleaner.invokeExact(buffer);
    } catch (UnsupportedOperationException e) {
      // Refused by this Java; the garbage collector does it.
    } catch (Throwable e) {
      throw new IllegalStateException("cannot give memory back", e);
    }
  }

  private static @Nullable MethodHandle findInvokeCleaner() {
    try {
      Class<?> unsafe = Class.forName("sun.misc.Unsafe");
      Field instance = unsafe.getDeclaredField("theUnsafe");
      instance.setAccessible(true);
      return MethodHandles.lookup()
          .findVirtual(unsafe, "invokeCleaner", MethodType.methodType(void.class, ByteBuffer.class))
          .bindTo(instance.get(null));
    } catch (ReflectiveOperationException | RuntimeException e) {
      return null;
    }
  }
}
