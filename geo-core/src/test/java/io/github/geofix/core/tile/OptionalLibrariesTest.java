package io.github.geofix.core.tile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user sees who has not added the optional libraries. */
class OptionalLibrariesTest {

  private static final Pattern OPTIONAL =
      Pattern.compile(".*(sqlite-jdbc|proj4j|snakeyaml).*\\.jar");

  private final Path folder;

  OptionalLibrariesTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void withoutTheDriverMbTilesNameIt() throws Exception {
    Path file = Files.createFile(folder.resolve("a.mbtiles"));
    assertThatThrownBy(() -> openWithoutLibraries("mbtiles", file))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("add org.xerial:sqlite-jdbc to the class path");
  }

  @Test
  void withoutProj4jGeoTiffsInUtmNameItAndOthersAreRead() throws Throwable {
    Path utm = folder.resolve("utm.tif");
    Stores.geoTiff(utm, Pictures.plain(16, 0), 16, 0, 32631, 500_000, 5_000_000, 20);
    assertThatThrownBy(() -> openWithoutLibraries("geoTiff", utm))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("add org.locationtech.proj4j:proj4j to the class path");

    Path degrees = folder.resolve("degrees.tif");
    Stores.geoTiff(degrees, Pictures.plain(16, 0), 16, 0, 4326, 10, 50, 0.1);
    assertThat(openWithoutLibraries("geoTiff", degrees)).isTrue();
  }

  @Test
  void withoutSnakeYamlLayoutsNameIt() throws Exception {
    Path file = Files.writeString(folder.resolve("layout.yaml"), "preset: XYZ");
    assertThatThrownBy(() -> openWithoutLibraries("layout", file))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("add org.snakeyaml:snakeyaml-engine to the class path");
  }

  private static boolean openWithoutLibraries(String method, Path file) throws Throwable {
    try (URLClassLoader without =
        new URLClassLoader(classPath(), ClassLoader.getPlatformClassLoader())) {
      Class<?> source = without.loadClass(TileSource.class.getName());
      try (AutoCloseable opened =
          (AutoCloseable) source.getMethod(method, Path.class).invoke(null, file)) {
        return opened != null;
      }
    } catch (InvocationTargetException e) {
      throw e.getTargetException();
    }
  }

  private static URL[] classPath() throws IOException {
    // Surefire hides the class path in the manifest of a jar.
    String path =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    return Arrays.stream(path.split(File.pathSeparator, -1))
        .filter(entry -> !OPTIONAL.matcher(entry).matches())
        .map(OptionalLibrariesTest::url)
        .toArray(URL[]::new);
  }

  private static URL url(String entry) {
    try {
      return Path.of(entry).toUri().toURL();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
