package io.github.geofix.core.index;

import java.util.List;
import java.util.stream.Stream;

/** Both kernels, which every test of the index runs. */
final class Kernels {
  private static final Kernel PLAIN = new PlainKernel();
  private static final Kernel VECTOR = vector();

  private Kernels() {}

  static List<Kernel> all() {
    return List.of(PLAIN, VECTOR);
  }

  static Stream<Kernel> stream() {
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
