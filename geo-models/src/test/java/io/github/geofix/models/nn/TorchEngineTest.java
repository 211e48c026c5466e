package io.github.geofix.models.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import io.github.geofix.core.LoadOptions;
import io.github.geofix.core.Localizer;
import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

  /** Whichever family is loaded first, and again after a failure. */
  @Test
  void everyModelFailsWithWhyTheLibraryDoesNotStart(@TempDir Path folder) throws Exception {
    Path file = Files.createFile(folder.resolve("no folder"));
    Path output = folder.resolve("output");
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classPathText(),
                Start.class.getName())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().put("DJL_CACHE_DIR", file.toString());
    Process process = builder.start();
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(Files.readAllLines(output).stream().filter(line -> line.startsWith("failed: ")))
        .hasSize(8)
        .allSatisfy(
            line ->
                assertThat(line)
                    .contains("IllegalStateException: PyTorch does not start: ")
                    .contains(file.toString())
                    .contains("DJL_CACHE_DIR"));
  }

  static final class Start {
    public static void main(String[] args) {
      for (String family : List.of("token", "embed", "zoom", "recombine")) {
        for (int call = 0; call < 2; call++) {
          try (Localizer localizer =
              Localizer.load(
                  Path.of("src/test/resources/folders", family),
                  LoadOptions.defaults().withAllowCode(true))) {
            System.out.println("loaded " + localizer);
          } catch (Throwable e) {
            System.out.println("failed: " + e);
          }
        }
      }
    }
  }

  @Test
  void infersWithoutRecordingAndFreesItsArrays() {
    TorchEngine.engine();
    boolean before = JniUtils.isGradMode();
    JniUtils.setGradMode(true);
    try (NDManager manager = TorchEngine.newManager()) {
      List<NDArray> inside = new ArrayList<>();
      float sum =
          TorchEngine.infer(
              manager,
              step -> {
                assertThat(JniUtils.isGradMode()).isFalse();
                NDArray ones = step.ones(new Shape(3));
                inside.add(ones);
                return ones.sum().getFloat();
              });
      assertThat(sum).isEqualTo(3);
      assertThat(inside).allMatch(NDArray::isReleased);
      assertThat(JniUtils.isGradMode()).isTrue();
    } finally {
      JniUtils.setGradMode(before);
    }
  }

  /** Surefire hides the class path in the manifest of a jar. */
  private static String classPathText() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  private static URL[] classPath() {
    return Arrays.stream(classPathText().split(File.pathSeparator, -1))
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
