package io.github.geofix.cli;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;
import java.util.Set;

/** Who may know whom. */
@AnalyzeClasses(packages = "io.github.geofix", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
  private static final String ROOT = "io.github.geofix.";

  private static ArchRule onlyKnows(String module, String... others) {
    String[] allowed = new String[others.length + 1];
    allowed[0] = ROOT + module + "..";
    for (int i = 0; i < others.length; i++) {
      allowed[i + 1] = ROOT + others[i] + "..";
    }
    return noClasses()
        .that()
        .resideInAPackage(ROOT + module + "..")
        .should()
        .dependOnClassesThat(
            resideInAPackage("io.github.geofix..").and(not(resideInAnyPackage(allowed))));
  }

  @ArchTest static final ArchRule coreKnowsNobody = onlyKnows("core");

  @ArchTest static final ArchRule modelsKnowCore = onlyKnows("models", "core");

  @ArchTest static final ArchRule evalKnowsCore = onlyKnows("eval", "core");

  @ArchTest
  static final ArchRule trainKnowsModelsAndEval = onlyKnows("train", "models", "eval", "core");

  @ArchTest
  static final ArchRule nobodyKnowsTheCommandLine =
      noClasses()
          .that()
          .resideOutsideOfPackage(ROOT + "cli..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(ROOT + "cli..");

  @ArchTest
  static final ArchRule familiesDoNotKnowEachOther =
      slices()
          .matching(ROOT + "models.(zoom|token|embed|recombine)..")
          .should()
          .notDependOnEachOther()
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule packagesHaveNoCycles =
      slices().matching("io.github.geofix.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule djlStaysInModelsAndTrain =
      noClasses()
          .that()
          .resideInAnyPackage(ROOT + "core..", ROOT + "eval..", ROOT + "cli..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("ai.djl..");

  @ArchTest
  static final ArchRule noPublicMethodShowsGuavaOrS2 =
      noMethods()
          .that()
          .arePublic()
          .should(
              new ArchCondition<JavaMethod>("show Guava, S2 or the vector library") {
                @Override
                public void check(JavaMethod method, ConditionEvents events) {
                  for (JavaClass type : method.getAllInvolvedRawTypes()) {
                    if (type.getPackageName().startsWith("com.google.common")
                        || type.getPackageName().startsWith("jdk.incubator")
                        || type.getPackageName().startsWith("com.google.common.geometry")) {
                      boolean visible =
                          method
                              .getOwner()
                              .getModifiers()
                              .contains(com.tngtech.archunit.core.domain.JavaModifier.PUBLIC);
                      events.add(
                          new SimpleConditionEvent(
                              method, visible, method.getFullName() + " shows " + type.getName()));
                    }
                  }
                }
              });

  /**
   * The scalar of these calls becomes a view on a Java buffer that may be freed before the backward
   * pass: the gradient is then silently wrong.
   */
  @ArchTest
  static final ArchRule noScalarArithmeticOnArrays =
      noClasses()
          .that()
          .resideInAnyPackage(ROOT + "models..", ROOT + "train..")
          .should(
              new ArchCondition<JavaClass>("give a Java number to NDArray arithmetic") {
                private static final Set<String> BANNED =
                    Set.of(
                        "mul", "div", "pow", "rdiv", "rpow", "muli", "divi", "powi", "rdivi",
                        "rpowi");

                @Override
                public void check(JavaClass type, ConditionEvents events) {
                  for (JavaAccess<?> access : type.getAccessesFromSelf()) {
                    if (access instanceof JavaMethodCall call && isBanned(call)) {
                      events.add(new SimpleConditionEvent(call, true, call.getDescription()));
                    }
                  }
                }

                private static boolean isBanned(JavaMethodCall call) {
                  String owner = call.getTargetOwner().getName();
                  String name = call.getTarget().getName();
                  List<JavaClass> parameters = call.getTarget().getRawParameterTypes();
                  boolean scalar =
                      parameters.stream().anyMatch(p -> p.getName().equals("java.lang.Number"));
                  return (owner.startsWith("ai.djl.ndarray.") && BANNED.contains(name) && scalar)
                      || name.equals("scaleGradient")
                      || (owner.equals("ai.djl.training.loss.Loss") && name.equals("l2Loss"));
                }
              });
}
