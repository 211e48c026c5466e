package io.github.geofix.core.format;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Gives memory outside the heap back at once rather than at some garbage collection; until then a
 * mapped file cannot be deleted on Windows.
 *
 * <p>Java 17 has no public call for that: its foreign memory API is an incubator there, with other
 * names in each later release. So we use {@code Unsafe.invokeCleaner}, which exists unchanged from
 * Java 9 to 25 and is what Lucene and Netty used for years. Java 24 and 25 warn of it unless they
 * are started with {@code --sun-misc-unsafe-memory-access=allow}, and a later Java is to refuse it
 * (JEP 471): where it is refused or missing, the garbage collector gives the memory back.
 */
public final class DirectMemory {
  private static final @Nullable MethodHandle INVOKE_CLEANER = findInvokeCleaner();

  private DirectMemory() {}

  /**
   * Gives the memory of a buffer back. Any later use of it, or of a slice, may end the virtual
   * machine.
   *
   * @param buffer a mapped or direct buffer, no slice of one
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
