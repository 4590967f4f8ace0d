package org.fullrank;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
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
          Map.entry("linalg", List.of("cancel")),
          Map.entry("diff", List.of("linalg")),
          Map.entry("kernel", List.of()),
          Map.entry("nn", List.of("diff", "kernel", "linalg")),
          Map.entry("nn.layer", List.of("nn", "diff", "kernel", "linalg")),
          Map.entry("nn.model", List.of("nn", "nn.layer", "diff", "linalg")),
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

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .importPath(Path.of(System.getProperty("basedir", "."), "target", "classes"));

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
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  @Test
  void everyPackageHasItsArrows() {
    classes()
        .should()
        .resideInAnyPackage(ARROWS.keySet().stream().map(ROOT::concat).toArray(String[]::new))
        .because("a new package needs a row in ARROWS")
        .allowEmptyShould(true)
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
        .allowEmptyShould(true)
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
        .allowEmptyShould(true)
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
        .allowEmptyShould(true)
        .check(CLASSES);
  }
}
