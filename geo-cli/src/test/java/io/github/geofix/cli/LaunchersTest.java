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
      Pattern.compile(
          "(?<= |\")(-(?:X|D|-)[A-Za-z:+.-]+(?:=[A-Za-z-]+)?)(?==| |\\$|%|$)", Pattern.MULTILINE);

  private static String text(String launcher) throws IOException {
    return Files.readString(ROOT.resolve("bin").resolve(launcher));
  }

  private static Set<String> options(String launcher) throws IOException {
    String script = text(launcher);
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
        .contains("-Xmx", "--enable-native-access=ALL-UNNAMED", "-Dgeofix.home");
  }

  @Test
  void leaveTheUserTheSameChoices() throws IOException {
    assertThat(text("geofix"))
        .contains("${GEOFIX_HEAP:-1g}", "OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-PASSIVE}")
        .contains("${JAVA_HOME:+$JAVA_HOME/bin/}java")
        .contains("'--add-modules=jdk.incubator.vector'");
    assertThat(text("geofix.cmd"))
        .contains("if not defined GEOFIX_HEAP set \"GEOFIX_HEAP=1g\"")
        .contains("if not defined OMP_WAIT_POLICY set \"OMP_WAIT_POLICY=PASSIVE\"")
        .contains("if defined JAVA_HOME set \"GEOFIX_JAVA=%JAVA_HOME%\\bin\\java\"")
        .contains("\"GEOFIX_VECTOR=--add-modules=jdk.incubator.vector\"");
  }

  @Test
  void thatOfWindowsQuotesEveryPath() throws IOException {
    Matcher path =
        Pattern.compile("%(?:GEOFIX_(?:ROOT|CP|JAVA|JAVA_HOME)|JAVA_HOME|~dp0)%?")
            .matcher(text("geofix.cmd"));
    int paths = 0;
    while (path.find()) {
      String before = text("geofix.cmd").substring(0, path.start());
      String line = before.substring(before.lastIndexOf('\n') + 1);
      assertThat(line.chars().filter(c -> c == '"').count() % 2).as(line + path.group()).isOne();
      paths++;
    }
    assertThat(paths).isGreaterThan(8);
  }

  @Test
  void startTheSameClass() throws IOException {
    for (String launcher : Set.of("geofix", "geofix.cmd")) {
      assertThat(text(launcher))
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
