package org.fullrank;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.Formatter;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.fullrank.linalg.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What may import what in core. */
final class ArchitectureTest {
  /**
   * Package to the packages it may import; itself and everything outside FullRank are always
   * allowed.
   */
  private static final Map<String, List<String>> ARROWS =
      Map.ofEntries(
          Map.entry("cancel", List.of()),
          Map.entry("rigor.rounding", List.of()),
          Map.entry("rigor", List.of("rigor.rounding")),
          Map.entry("rigor.kernel", List.of("rigor", "rigor.rounding", "cancel")),
          Map.entry("rigor.eigen", List.of("rigor.kernel", "rigor", "rigor.rounding", "cancel")),
          Map.entry(
              "rigor.rank",
              List.of("rigor.eigen", "rigor.kernel", "rigor", "rigor.rounding", "cancel")),
          Map.entry(
              "rigor.matrix",
              List.of("rigor.eigen", "rigor.kernel", "rigor", "rigor.rounding", "cancel")),
          Map.entry(
              "rigor.disk",
              List.of("rigor.eigen", "rigor.kernel", "rigor", "rigor.rounding", "cancel")),
          Map.entry("linalg", List.of("cancel")),
          Map.entry("diff", List.of("linalg")),
          Map.entry("nn", List.of("diff", "linalg")),
          Map.entry("nn.layer", List.of("nn", "diff", "linalg")),
          Map.entry("nn.model", List.of("nn", "nn.layer", "linalg")),
          Map.entry("io", List.of("nn", "nn.layer", "diff", "linalg", "cancel")));

  private static final String ROOT = "org.fullrank.";

  /**
   * Where the statics of ND4J and its BLAS, LAPACK and memory wrappers live: called through {@code
   * linalg} only.
   */
  private static final String[] ND4J_STATICS = {
    "org.nd4j.linalg.factory..",
    "org.nd4j.linalg.api.ops..",
    "org.nd4j.linalg.api.blas..",
    "org.nd4j.linalg.api.rng..",
    "org.nd4j.linalg.ops..",
    "org.nd4j.linalg.inverse..",
    "org.nd4j.linalg.eigen..",
    "org.nd4j.linalg.cpu..",
    "org.nd4j.nativeblas..",
    "org.nd4j.autodiff..",
    "org.bytedeco.."
  };

  /** Where the classes of this module were really loaded from: never another, or no, folder. */
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .importUrl(Tensors.class.getProtectionDomain().getCodeSource().getLocation());

  static Stream<String> packages() {
    return ARROWS.keySet().stream().sorted();
  }

  @ParameterizedTest
  @MethodSource("packages")
  void importsFollowTheArrows(String name) {
    String[] allowed =
        Stream.concat(Stream.of(name), ARROWS.getOrDefault(name, List.of()).stream())
            .map(ROOT::concat)
            .toArray(String[]::new);
    DescribedPredicate<JavaClass> elsewhere =
        resideInAPackage("org.fullrank..").and(DescribedPredicate.not(resideInAnyPackage(allowed)));
    noClasses()
        .that()
        .resideInAPackage(ROOT + name)
        .should()
        .dependOnClassesThat(elsewhere)
        .because("the arrows of this test are the architecture")
        .check(CLASSES);
  }

  /**
   * Neither a package without a row nor a row without a package, nor an arrow that nobody takes.
   */
  @Test
  void everyPackageHasItsArrowsAndNoOthers() {
    assertThat(
            CLASSES.stream()
                .map(c -> c.getPackageName().substring(ROOT.length()))
                .collect(Collectors.toSet()))
        .isEqualTo(ARROWS.keySet());
    ARROWS.forEach(
        (name, allowed) ->
            assertThat(importedBy(name)).as("imports of " + name).containsAll(allowed));
  }

  private static Set<String> importedBy(String name) {
    return CLASSES.stream()
        .filter(c -> c.getPackageName().equals(ROOT + name))
        .flatMap(c -> c.getDirectDependenciesFromSelf().stream())
        .map(d -> d.getTargetClass().getBaseComponentType().getPackageName())
        .filter(p -> p.startsWith(ROOT))
        .map(p -> p.substring(ROOT.length()))
        .collect(Collectors.toSet());
  }

  /** Digits, signs and case follow the locale of the machine wherever none is given. */
  @Test
  void noTextDependsOnTheLocale() {
    noClasses()
        .should()
        .callMethod(String.class, "formatted", Object[].class)
        .orShould()
        .callMethod(String.class, "format", String.class, Object[].class)
        .orShould()
        .callMethod(String.class, "toLowerCase")
        .orShould()
        .callMethod(String.class, "toUpperCase")
        .orShould()
        .callMethod(PrintStream.class, "printf", String.class, Object[].class)
        .orShould()
        .callMethod(PrintStream.class, "format", String.class, Object[].class)
        .orShould()
        .callMethod(PrintWriter.class, "printf", String.class, Object[].class)
        .orShould()
        .callMethod(PrintWriter.class, "format", String.class, Object[].class)
        .orShould()
        .callMethod(Formatter.class, "format", String.class, Object[].class)
        .orShould()
        .dependOnClassesThat()
        .resideInAPackage("java.text..")
        .because("the same input gives the same text everywhere: Locale.ROOT")
        .check(CLASSES);
  }

  /**
   * Directed rounding has one home: who steps by hand must know the error of what he steps from.
   */
  @Test
  void nobodyElseRoundsOutward() {
    noClasses()
        .that()
        .resideOutsideOfPackage("org.fullrank.rigor..")
        .should()
        .callMethodWhere(
            DescribedPredicate.describe(
                "the target steps to a neighbouring double",
                call ->
                    Set.of(Math.class.getName(), StrictMath.class.getName())
                            .contains(call.getTargetOwner().getName())
                        && Set.of("nextUp", "nextDown", "nextAfter", "ulp")
                            .contains(call.getName())))
        .because("rigor.rounding has it")
        .check(CLASSES);
  }

  @Test
  void theTrustedBaseKnowsNothingOfNd4j() {
    noClasses()
        .that()
        .resideInAPackage("org.fullrank.rigor..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.nd4j..", "org.bytedeco..")
        .because("a proof rests on plain Java arithmetic")
        .check(CLASSES);
  }

  @Test
  void nd4jStaticsAreCalledInLinalgOnly() {
    noClasses()
        .that()
        .resideOutsideOfPackage("org.fullrank.linalg")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(ND4J_STATICS)
        .because("linalg is the one place that handles their traps")
        .check(CLASSES);
  }

  @Test
  void publicTypesAreInterfacesFinalClassesRecordsOrEnums() {
    classes()
        .that()
        .arePublic()
        .and(
            DescribedPredicate.<JavaClass>describe(
                "are neither interfaces nor enums", c -> !c.isInterface() && !c.isEnum()))
        .should()
        .haveModifier(JavaModifier.FINAL)
        .because("extension goes through interfaces")
        .check(CLASSES);
  }

  @Test
  void noPublicStaticFieldIsMutable() {
    fields()
        .that()
        .arePublic()
        .and()
        .areStatic()
        .should()
        .beFinal()
        .andShould()
        .notHaveRawType(
            DescribedPredicate.<JavaClass>describe(
                "an array or a tensor",
                c -> c.isArray() || c.getName().startsWith("org.nd4j.linalg.api.ndarray")))
        .check(CLASSES);
  }
}
