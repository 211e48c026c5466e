package io.github.geofix.models.nn;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class TorchEngineTest {
  private static final Pattern ENGINE = Pattern.compile(".*pytorch-(engine|native).*\\.jar");

  @Test
  void withoutTheLibraryEveryCallNamesIt() throws Exception {
    try (URLClassLoader without =
        new URLClassLoader(classPath(), ClassLoader.getPlatformClassLoader())) {
      Thread thread = Thread.currentThread();
      ClassLoader with = thread.getContextClassLoader();
      thread.setContextClassLoader(without);
      try {
        Class<?> engine = without.loadClass(TorchEngine.class.getName());
        for (int call = 0; call < 2; call++) {
          assertThatThrownBy(() -> engine.getMethod("engine").invoke(null))
              .isInstanceOf(InvocationTargetException.class)
              .cause()
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("add ai.djl.pytorch:pytorch-native-cpu");
        }
      } finally {
        thread.setContextClassLoader(with);
      }
    }
  }

  private static URL[] classPath() {
    // Surefire hides the class path in the manifest of a jar.
    String path =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    return Arrays.stream(path.split(File.pathSeparator, -1))
        .filter(entry -> !ENGINE.matcher(entry).matches())
        .map(TorchEngineTest::url)
        .toArray(URL[]::new);
  }

  private static URL url(String entry) {
    try {
      return Path.of(entry).toUri().toURL();
    } catch (MalformedURLException e) {
      throw new IllegalStateException(e);
    }
  }
}
