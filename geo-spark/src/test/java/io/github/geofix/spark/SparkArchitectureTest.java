package io.github.geofix.spark;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import org.junit.jupiter.api.Test;

/** What this module depends on, and what it shows. */
final class SparkArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.github.geofix.spark");

  @Test
  void dependsOnTheLibrariesAloneAndLeavesTheEngineToThem() {
    assertThat(CLASSES).isNotEmpty();
    noClasses()
        .should()
        .dependOnClassesThat(
            resideInAPackage("io.github.geofix..")
                .and(
                    not(
                        resideInAnyPackage(
                            "io.github.geofix.spark..",
                            "io.github.geofix.core..",
                            "io.github.geofix.models..",
                            "io.github.geofix.eval.."))))
        .orShould()
        .dependOnClassesThat(resideInAnyPackage("ai.djl..", "com.google.common.."))
        .check(CLASSES);
  }

  @Test
  void operatorsDoNotKnowTheCommandLine() {
    noClasses()
        .that()
        .resideInAPackage("io.github.geofix.spark")
        .should()
        .dependOnClassesThat(resideInAnyPackage("io.github.geofix.spark.internal..", "picocli.."))
        .check(CLASSES);
  }

  @Test
  void publicMethodsShowNoneOfSparksScala() {
    classes()
        .that()
        .arePublic()
        .should(
            new ArchCondition<JavaClass>("show Java alone") {
              @Override
              public void check(JavaClass type, ConditionEvents events) {
                type.getMethods().stream()
                    .filter(method -> method.getModifiers().contains(JavaModifier.PUBLIC))
                    .forEach(
                        method ->
                            events.add(
                                new SimpleConditionEvent(
                                    method,
                                    method.getAllInvolvedRawTypes().stream()
                                        .noneMatch(t -> t.getPackageName().startsWith("scala")),
                                    method.getFullName())));
              }
            })
        .check(CLASSES);
  }
}
