package io.github.geofix.core.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ServicesTest {

  /** A provider that the context alone knows. */
  public static final class Own implements Supplier<String> {
    @Override
    public String get() {
      return "own";
    }
  }

  @TempDir private Path folder;

  private static <T> T inContext(ClassLoader context, Supplier<T> lookup) {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(context);
    try {
      return lookup.get();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private URLClassLoader naming(String provider, ClassLoader parent) throws Exception {
    Path services = Files.createDirectories(folder.resolve("META-INF/services"));
    Files.writeString(services.resolve(Supplier.class.getName()), provider + "\n");
    return new URLClassLoader(new URL[] {folder.toUri().toURL()}, parent);
  }

  @Test
  void providersOfTheContextAreFound() throws Exception {
    try (URLClassLoader context =
        naming(Own.class.getName(), ServicesTest.class.getClassLoader())) {
      List<Object> found =
          inContext(context, () -> List.copyOf(Services.load(Supplier.class, Services.class)));
      assertThat(found).hasExactlyElementsOfTypes(Own.class);
    }
  }

  @Test
  void providersOfTheLibraryAreFoundFromAnyContext() throws Exception {
    try (URLClassLoader library =
        naming(Own.class.getName(), ServicesTest.class.getClassLoader())) {
      // In that loader a class of its own looks the service up, as in an executable jar.
      Class<?> caller =
          Proxy.newProxyInstance(
                  library, new Class<?>[] {Runnable.class}, (proxy, method, arguments) -> null)
              .getClass();
      for (ClassLoader context :
          new ClassLoader[] {null, ClassLoader.getPlatformClassLoader(), library}) {
        assertThat(
                inContext(
                    context, () -> List.<Object>copyOf(Services.load(Supplier.class, caller))))
            .hasExactlyElementsOfTypes(Own.class);
      }
    }
  }

  @Test
  void aBrokenProviderIsReported() throws Exception {
    try (URLClassLoader context = naming("no.such.Provider", ServicesTest.class.getClassLoader())) {
      assertThatThrownBy(
              () -> inContext(context, () -> Services.load(Supplier.class, Services.class)))
          .isInstanceOf(ServiceConfigurationError.class)
          .hasMessageContaining("no.such.Provider");
    }
  }
}
