package io.github.geofix.cli;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import ai.djl.ndarray.NDArray;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import io.github.geofix.core.Localizer;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Who may know whom. */
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

  private static final ArchRule coreKnowsNobody = onlyKnows("core");

  private static final ArchRule modelsKnowCore = onlyKnows("models", "core");

  private static final ArchRule evalKnowsCore = onlyKnows("eval", "core");

  private static final ArchRule trainKnowsModelsAndEval =
      onlyKnows("train", "models", "eval", "core");

  private static final ArchRule earthKnowsTheLibraries =
      onlyKnows("earth", "train", "models", "eval", "core");

  private static final ArchRule judgeKnowsCore = onlyKnows("judge", "core");

  private static final ArchRule onnxKnowsModels = onlyKnows("onnx", "models", "core");

  private static final ArchRule serveKnowsModels = onlyKnows("serve", "models", "core");

  private static final ArchRule nobodyKnowsTheCommandLine =
      noClasses()
          .that()
          .resideOutsideOfPackage(ROOT + "cli..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(ROOT + "cli..");

  /** Packages; one below {@code internal} is the hidden half of the package of the same name. */
  private static final SliceAssignment PACKAGES =
      assignment(
          "packages",
          type ->
              type.getPackageName().startsWith(ROOT)
                  ? SliceIdentifier.of(apiPackage(type))
                  : SliceIdentifier.ignore());

  private static final Pattern FAMILY =
      Pattern.compile("models\\.(zoom|token|embed|recombine|geoclip|osv5m|plonk)(?:\\..*)?");

  private static final SliceAssignment FAMILIES =
      assignment(
          "families",
          type -> {
            Matcher family = FAMILY.matcher(apiPackage(type));
            return family.matches()
                ? SliceIdentifier.of(Objects.requireNonNull(family.group(1)))
                : SliceIdentifier.ignore();
          });

  private static String apiPackage(JavaClass type) {
    return type.getPackageName().replace(ROOT, "").replace(".internal.", ".");
  }

  private static SliceAssignment assignment(
      String description, Function<JavaClass, SliceIdentifier> identifier) {
    return new SliceAssignment() {
      @Override
      public SliceIdentifier getIdentifierOf(JavaClass type) {
        return identifier.apply(type);
      }

      @Override
      public String getDescription() {
        return description;
      }
    };
  }

  private static final ArchRule familiesDoNotKnowEachOther =
      slices().assignedFrom(FAMILIES).should().notDependOnEachOther().allowEmptyShould(true);

  private static final ArchRule packagesHaveNoCycles =
      slices().assignedFrom(PACKAGES).should().beFreeOfCycles();

  private static final ArchRule djlStaysInModelsAndTrain =
      noClasses()
          .that()
          .resideInAnyPackage(
              ROOT + "core..",
              ROOT + "eval..",
              ROOT + "earth..",
              ROOT + "onnx..",
              ROOT + "serve..",
              ROOT + "cli..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("ai.djl..");

  private static final ArchRule noPublicMethodShowsGuavaOrS2 =
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
   * Methods that {@link Localizer} defines by others of the wrapper: one that forwards those has
   * forwarded these.
   */
  private static final Set<String> DEFINED_BY_OTHERS =
      Set.of(
          "locate(Path)",
          "locate(byte[])",
          "locate(InputStream)",
          "locate(BufferedImage)",
          "locateEach(List, Duration, Consumer)",
          "warmUp()",
          "withMetrics(LocateMetrics)");

  /** What a wrapper leaves to a default method is answered without the localizer that it wraps. */
  private static final ArchRule wrappersForwardEveryMethod =
      classes()
          .that()
          .implement(Localizer.class)
          .should(
              new ArchCondition<JavaClass>("forward every method if they wrap one") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                  boolean wraps =
                      type.getAllFields().stream()
                          .anyMatch(field -> field.getRawType().isEquivalentTo(Localizer.class));
                  for (Method method : type.reflect().getMethods()) {
                    String signature = signature(method);
                    boolean forgotten =
                        method.getDeclaringClass() == Localizer.class
                            && !Modifier.isStatic(method.getModifiers())
                            && !DEFINED_BY_OTHERS.contains(signature);
                    events.add(
                        new SimpleConditionEvent(
                            type,
                            !wraps || !forgotten,
                            type.getName() + " wraps a localizer without its " + signature));
                  }
                }
              });

  private static String signature(Method method) {
    return Arrays.stream(method.getParameterTypes())
        .map(Class::getSimpleName)
        .collect(Collectors.joining(", ", method.getName() + "(", ")"));
  }

  /**
   * The scalar of these calls becomes a view on a Java buffer that may be freed before the backward
   * pass: the gradient is then silently wrong.
   */
  private static final ArchCondition<JavaClass> GIVE_ARRAYS_A_SCALAR =
      new ArchCondition<JavaClass>("give a Java number to NDArray arithmetic") {
        private static final Set<String> BANNED =
            Set.of("mul", "div", "pow", "rdiv", "rpow", "muli", "divi", "powi", "rdivi", "rpowi");

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
      };

  private static final ArchRule noScalarArithmeticOnArrays =
      noClasses()
          .that()
          .resideInAnyPackage(ROOT + "models..", ROOT + "train..")
          .should(GIVE_ARRAYS_A_SCALAR);

  /** What the rule is there to find. */
  private static final class Offender {
    @SuppressWarnings("UnusedMethod")
    static NDArray offend(NDArray array) {
      return array.mul(2);
    }
  }

  @Test
  void theBanOfScalarsFindsAnOffender() {
    ArchRule rule = noClasses().should(GIVE_ARRAYS_A_SCALAR);
    JavaClasses offender = new ClassFileImporter().importClasses(Offender.class);
    assertThatThrownBy(() -> rule.check(offender)).hasMessageContaining("mul");
  }

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.github.geofix");

  static Stream<Arguments> rules() {
    return Stream.of(
        arguments("coreKnowsNobody", coreKnowsNobody),
        arguments("modelsKnowCore", modelsKnowCore),
        arguments("evalKnowsCore", evalKnowsCore),
        arguments("trainKnowsModelsAndEval", trainKnowsModelsAndEval),
        arguments("earthKnowsTheLibraries", earthKnowsTheLibraries),
        arguments("judgeKnowsCore", judgeKnowsCore),
        arguments("onnxKnowsModels", onnxKnowsModels),
        arguments("serveKnowsModels", serveKnowsModels),
        arguments("nobodyKnowsTheCommandLine", nobodyKnowsTheCommandLine),
        arguments("familiesDoNotKnowEachOther", familiesDoNotKnowEachOther),
        arguments("packagesHaveNoCycles", packagesHaveNoCycles),
        arguments("djlStaysInModelsAndTrain", djlStaysInModelsAndTrain),
        arguments("noPublicMethodShowsGuavaOrS2", noPublicMethodShowsGuavaOrS2),
        arguments("wrappersForwardEveryMethod", wrappersForwardEveryMethod),
        arguments("noScalarArithmeticOnArrays", noScalarArithmeticOnArrays));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rules")
  void holds(String name, ArchRule rule) {
    assertThat(CLASSES).as(name).isNotEmpty();
    rule.check(CLASSES);
  }

  @Test
  void examplesAndGuidesUseTheApiAlone() throws IOException {
    Path root = Objects.requireNonNull(Path.of("").toAbsolutePath().getParent());
    for (String folder : List.of("examples/src/main/java", "docs/how-to", "docs/concepts")) {
      try (Stream<Path> files = Files.walk(root.resolve(folder))) {
        for (Path file : files.filter(f -> f.toString().matches(".*\\.(java|md)")).toList()) {
          assertThat(Files.readString(file))
              .as(file.toString())
              .doesNotContainPattern("io\\.github\\.geofix\\.[\\w.]*\\binternal\\b");
        }
      }
    }
  }
}
