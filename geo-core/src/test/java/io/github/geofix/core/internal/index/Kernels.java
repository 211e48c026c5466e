package io.github.geofix.core.internal.index;

import java.util.List;
import java.util.stream.Stream;

/** Both kernels, which every test of the index runs. */
public final class Kernels {
  private static final Kernel PLAIN = new PlainKernel();
  private static final Kernel VECTOR = vector();

  private Kernels() {}

  public static List<Kernel> all() {
    return List.of(PLAIN, VECTOR);
  }

  public static Stream<Kernel> stream() {
    return all().stream();
  }

  private static Kernel vector() {
    try {
      return Kernel.Best.vector();
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("run the tests with --add-modules jdk.incubator.vector", e);
    }
  }
}
