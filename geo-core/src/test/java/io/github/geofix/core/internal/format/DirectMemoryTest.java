package io.github.geofix.core.internal.format;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

final class DirectMemoryTest {

  private static MethodHandle thatThrows(RuntimeException e) {
    MethodHandle thrower = MethodHandles.throwException(void.class, RuntimeException.class);
    return MethodHandles.dropArguments(thrower.bindTo(e), 0, ByteBuffer.class)
        .asType(MethodType.methodType(void.class, ByteBuffer.class));
  }

  @Test
  void leavesTheMemoryToTheGarbageCollectorWhereJavaRefuses() {
    ByteBuffer buffer = ByteBuffer.allocateDirect(16);
    MethodHandle refusing = thatThrows(new UnsupportedOperationException("invokeCleaner"));
    assertThatCode(() -> DirectMemory.free(refusing, buffer)).doesNotThrowAnyException();
  }

  @Test
  void doesNotHideAnythingElse() {
    DirectMemory.free(ByteBuffer.allocateDirect(16));
    ByteBuffer slice = ByteBuffer.allocateDirect(16).slice(0, 8);
    assertThatThrownBy(() -> DirectMemory.free(slice)).isInstanceOf(IllegalStateException.class);
  }
}
