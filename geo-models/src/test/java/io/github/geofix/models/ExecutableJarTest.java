package io.github.geofix.models;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.geofix.core.Localizer;
import io.github.geofix.models.io.ModelCard;
import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The library inside an executable jar: see {@link Launcher}. */
final class ExecutableJarTest {
  private static final ModelCard CARD =
      new ModelCard(
          "nothing",
          0,
          0,
          1,
          0,
          "2026-11-21T00:00:00Z",
          "test",
          "here",
          Map.of(),
          Optional.empty());

  @TempDir private Path folder;

  @Test
  void photosAreLocatedOnAThreadOfThePool() throws Exception {
    Path model = folder.resolve("model");
    try (GeoModel untrained = Family.named("token").create("tiny", Map.of(), List.of(), 1)) {
      untrained.save(model, CARD);
    }
    // Of kinds that Java alone does not read.
    List<String> photos =
        Stream.of("lossless.webp", "cmyk.jpg").map(ExecutableJarTest::photo).toList();
    Path classes = folder.resolve("classes");
    for (Class<?> type : List.of(Launcher.class, Launcher.Shaded.class)) {
      String name = type.getName().replace('.', '/') + ".class";
      Path file = classes.resolve(name);
      Files.createDirectories(file.getParent());
      Files.copy(Path.of("target/test-classes", name), file);
    }
    Path output = folder.resolve("output");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dai.djl.pytorch.num_threads=1",
                "-cp",
                classes.toString(),
                Launcher.class.getName(),
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                model.toString(),
                photos.get(0),
                photos.get(1))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    try (Localizer localizer = Localizer.load(model)) {
      assertThat(Files.readString(output))
          .contains(
              photos.stream()
                  .map(photo -> localizer.locate(Path.of(photo)).latLng().toString())
                  .toList());
    }
  }

  private static String photo(String name) {
    return Path.of("src/test/resources/photos", name).toAbsolutePath().toString();
  }

  /**
   * Locates photos with a library that the system class loader does not see, on a thread whose
   * context class loader that is. The library's jars have lost the service files whose names other
   * jars have, too.
   */
  static final class Launcher {
    private Launcher() {}

    public static void main(String[] args) throws Exception {
      String[] entries = args[0].split(File.pathSeparator, -1);
      URL[] urls = new URL[entries.length];
      for (int i = 0; i < urls.length; i++) {
        urls[i] = url(entries[i]);
      }
      try (Shaded library = new Shaded(urls)) {
        ExecutorService pool = Executors.newSingleThreadExecutor();
        pool.submit(() -> locate(library, args)).get();
        pool.shutdown();
      }
    }

    private static Object locate(ClassLoader library, String[] args) throws Exception {
      Class<?> type = library.loadClass("io.github.geofix.core.Localizer");
      Object localizer = type.getMethod("load", Path.class).invoke(null, Path.of(args[1]));
      for (int i = 2; i < args.length; i++) {
        Object location = type.getMethod("locate", Path.class).invoke(localizer, Path.of(args[i]));
        System.out.println(location.getClass().getMethod("latLng").invoke(location));
      }
      return type.getMethod("close").invoke(localizer);
    }

    private static URL url(String entry) throws MalformedURLException {
      return Path.of(entry).toUri().toURL();
    }

    private static final class Shaded extends URLClassLoader {
      Shaded(URL[] urls) {
        super(urls, ClassLoader.getPlatformClassLoader());
      }

      @Override
      public Enumeration<URL> findResources(String name) throws IOException {
        return name.startsWith("META-INF/services/ai.djl.")
                || name.startsWith("META-INF/services/javax.imageio.")
            ? Collections.emptyEnumeration()
            : super.findResources(name);
      }
    }
  }
}
