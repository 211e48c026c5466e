package io.github.geofix.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.jar.JarFile;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/** What stands in the poms twice, because the BOM must not have the parent's versions, agrees. */
final class PublishedPomsTest {
  private static final Path ROOT = Objects.requireNonNull(Path.of("").toAbsolutePath().getParent());

  private static Document pom(String folder) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(ROOT.resolve(folder).resolve("pom.xml").toFile());
  }

  private static List<String> values(Document pom, String path) throws Exception {
    NodeList nodes =
        (NodeList)
            XPathFactory.newInstance()
                .newXPath()
                .evaluate("/project/" + path, pom, XPathConstants.NODESET);
    List<String> values = new ArrayList<>();
    for (int i = 0; i < nodes.getLength(); i++) {
      values.add(nodes.item(i).getTextContent());
    }
    return values;
  }

  @Test
  void theBomNamesThePublishedModulesAndNothingElse() throws Exception {
    List<String> modules = values(pom(""), "modules/module");
    modules.addAll(values(pom(""), "profiles/profile/modules/module"));
    List<String> published = new ArrayList<>();
    for (String module : modules) {
      if (values(pom(module), "properties/maven.deploy.skip").isEmpty()
          && !module.equals("geo-bom")) {
        published.addAll(values(pom(module), "artifactId"));
      }
    }
    Document bom = pom("geo-bom");
    assertThat(values(bom, "parent")).isEmpty();
    assertThat(values(bom, "dependencyManagement/dependencies/dependency/artifactId"))
        .containsExactlyInAnyOrderElementsOf(published)
        .contains("geo-core");
    assertThat(values(bom, "dependencyManagement/dependencies/dependency/version"))
        .containsOnly("${project.version}");
  }

  @Test
  void theBomAgreesWithTheParent() throws Exception {
    Document parent = pom("");
    Document bom = pom("geo-bom");
    for (String same : List.of("version", "url", "licenses", "developers", "scm")) {
      assertThat(values(bom, same)).as(same).hasSize(1).isEqualTo(values(parent, same));
    }
    for (String plugin : values(bom, "build/pluginManagement/plugins/plugin/artifactId")) {
      String version = "/plugin[artifactId='" + plugin + "']/version";
      List<String> pinned = values(parent, "build/plugins" + version);
      pinned.addAll(values(parent, "build/pluginManagement/plugins" + version));
      assertThat(values(bom, "build/pluginManagement/plugins" + version))
          .as(plugin)
          .isEqualTo(pinned);
    }
  }

  @Test
  void everyJarHasTheLicenseAndTheNotice() throws Exception {
    String files = "resource[directory='${maven.multiModuleProjectDirectory}']/includes/include";
    Document parent = pom("");
    assertThat(values(parent, "build/resources/" + files)).containsExactly("LICENSE", "NOTICE");
    String copy =
        "build/plugins/plugin[artifactId='maven-resources-plugin']/executions/execution"
            + "[id='license-of-javadoc']/configuration/";
    assertThat(values(parent, copy + "resources/" + files)).containsExactly("LICENSE", "NOTICE");
    assertThat(values(parent, copy + "outputDirectory"))
        .containsExactly("${project.build.directory}/reports/apidocs/META-INF");
    // In a whole build those of the modules before this one are there.
    for (String module : values(parent, "modules/module")) {
      Path target = ROOT.resolve(module).resolve("target");
      if (Files.isDirectory(target)) {
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(target, module + "-*.jar")) {
          for (Path jar : jars) {
            try (JarFile open = new JarFile(jar.toFile())) {
              for (String file : List.of("META-INF/LICENSE", "META-INF/NOTICE")) {
                assertThat(open.getEntry(file)).as(file + " in " + jar).isNotNull();
              }
            }
          }
        }
      }
    }
  }

  @Test
  void theReadmeShowsTheVersionsOfThisBuild() throws Exception {
    Document parent = pom("");
    String readme = Files.readString(ROOT.resolve("README.md"));
    assertThat(readme)
        .contains(
            "<artifactId>geo-models</artifactId>\n  <version>"
                + values(parent, "version").get(0)
                + "</version>")
        .contains(
            "<artifactId>pytorch-native-cpu</artifactId>\n  <version>"
                + values(parent, "properties/pytorch.version").get(0)
                + "</version>");
  }
}
