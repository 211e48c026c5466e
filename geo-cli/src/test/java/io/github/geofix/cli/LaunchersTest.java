package io.github.geofix.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The launchers of Linux and macOS, and of Windows, start the command alike. */
final class LaunchersTest {
  private static final Path ROOT = Objects.requireNonNull(Path.of("").toAbsolutePath().getParent());
  private static final Pattern OPTION =
      Pattern.compile("(?<= |\")(-(?:X|D|-)[A-Za-z:+.-]+)(?==| |\\$|%|$)", Pattern.MULTILINE);

  private static Set<String> options(String launcher) throws IOException {
    String script = Files.readString(ROOT.resolve("bin").resolve(launcher));
    Set<String> options = new TreeSet<>();
    Matcher matcher = OPTION.matcher(script.substring(script.indexOf("-Xmx") - 1));
    while (matcher.find()) {
      options.add(matcher.group(1));
    }
    return options;
  }

  @Test
  void giveJavaTheSameOptions() throws IOException {
    assertThat(options("geofix.cmd"))
        .isEqualTo(options("geofix"))
        .contains("-Xmx", "--enable-native-access", "-Dgeofix.home");
  }

  @Test
  void startTheSameClass() throws IOException {
    for (String launcher : Set.of("geofix", "geofix.cmd")) {
      assertThat(Files.readString(ROOT.resolve("bin").resolve(launcher)))
          .contains(" " + Main.class.getName() + " ", "PASSIVE", "not built yet");
    }
  }

  @Test
  void theCitationHasTheVersionOfTheBuild() throws IOException {
    Matcher version =
        Pattern.compile("<artifactId>geofix</artifactId>\\s*<version>([^<]+)</version>")
            .matcher(Files.readString(ROOT.resolve("pom.xml")));
    assertThat(version.find()).isTrue();
    assertThat(ROOT.resolve("CITATION.cff")).content().contains("\nversion: " + version.group(1));
  }
}
