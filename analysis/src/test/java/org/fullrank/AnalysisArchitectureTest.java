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
import org.fullrank.ntk.EmpiricalNtk;
import org.fullrank.rigor.Internal;
import org.fullrank.rigor.Proof;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Rigor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What may import what in analysis; the packages of core follow {@code ArchitectureTest} there. */
final class AnalysisArchitectureTest {
  /**
   * Package to the packages it may import; itself and everything outside FullRank are always
   * allowed.
   */
  private static final Map<String, List<String>> ARROWS =
      Map.ofEntries(
          Map.entry(
              "spectrum",
              List.of(
                  "rigor",
                  "rigor.kernel",
                  "rigor.eigen",
                  "rigor.rank",
                  "rigor.disk",
                  "linalg",
                  "io",
                  "cancel")),
          Map.entry(
              "ntk",
              List.of(
                  "nn",
                  "nn.layer",
                  "diff",
                  "linalg",
                  "io",
                  "spectrum",
                  "rigor",
                  "rigor.rounding",
                  "rigor.kernel",
                  "rigor.eigen",
                  "cancel")),
          Map.entry(
              "enclosure",
              List.of(
                  "rigor",
                  "rigor.rounding",
                  "rigor.kernel",
                  "rigor.eigen",
                  "rigor.matrix",
                  "nn",
                  "nn.layer",
                  "diff",
                  "linalg",
                  "cancel")),
          Map.entry(
              "surrogate",
              List.of("enclosure", "nn", "nn.layer", "diff", "linalg", "rigor", "rigor.matrix")),
          Map.entry(
              "expressivity",
              List.of("enclosure", "spectrum", "nn", "linalg", "rigor", "rigor.matrix")),
          Map.entry(
              "diagnosis", List.of("nn", "nn.layer", "diff", "linalg", "spectrum", "rigor", "ntk")),
          Map.entry(
              "evidence",
              List.of(
                  "enclosure",
                  "spectrum",
                  "expressivity",
                  "nn",
                  "nn.layer",
                  "diff",
                  "linalg",
                  "rigor",
                  "rigor.rounding",
                  "rigor.kernel",
                  "rigor.eigen",
                  "rigor.rank",
                  "rigor.matrix")),
          Map.entry("convergence", List.of("evidence", "rigor", "rigor.rounding")),
          Map.entry(
              "convergence.theorem", List.of("convergence", "evidence", "rigor", "rigor.rounding")),
          Map.entry(
              "training",
              List.of(
                  "evidence",
                  "convergence",
                  "nn",
                  "diff",
                  "linalg",
                  "io",
                  "ntk",
                  "spectrum",
                  "rigor",
                  "rigor.eigen",
                  "cancel")),
          Map.entry("report", List.of("convergence", "training", "rigor", "io")));

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

  /**
   * Outside the trusted base, who may state that something is proved: each of them states it of
   * numbers or comparisons that the trusted base has checked. Names are relative to {@link #ROOT}.
   */
  private static final List<String> PROVERS =
      List.of(
          "convergence.HypothesisCheck",
          "convergence.theorem.DeepLinearConstants",
          "convergence.theorem.DeepLinearDescent",
          "convergence.theorem.DeepLinearPremises",
          "convergence.theorem.DeepLinearStochasticDescent",
          "convergence.theorem.DeepLinearZouForm",
          "convergence.theorem.FeatureGradientBound",
          "convergence.theorem.GenericExpressivity",
          "convergence.theorem.JacobianArgument",
          "convergence.theorem.JacobianPremises",
          "convergence.theorem.LastLayerConvexDescent",
          "convergence.theorem.LastLayerPremises",
          "convergence.theorem.LinearChainDescent",
          "convergence.theorem.LinearDescent",
          "convergence.theorem.PolyakLojasiewicz",
          "convergence.theorem.Setting",
          "diagnosis.SingularityCause",
          "enclosure.EnclosedNetwork",
          "enclosure.LipschitzBound",
          "evidence.DeepLinearMeasurement",
          "evidence.DeepLinearNetwork",
          "evidence.GateMeasurement",
          "evidence.HiddenLayers",
          "evidence.JacobianMeasurement",
          "evidence.LastLayerMeasurement",
          "evidence.LinearChain",
          "evidence.LinearChainMeasurement",
          "evidence.PyramidalMeasurement",
          "evidence.ReducedJacobianMeasurement",
          "evidence.ReferenceWeights",
          "evidence.SmoothResidualMeasurement",
          "evidence.SmoothResidualNetwork",
          "expressivity.ExpressivityCondition",
          "expressivity.ExpressivityReport",
          "ntk.Correlations",
          "ntk.SchurSandwich",
          "spectrum.CholeskyBound",
          "spectrum.FileCholeskyBound",
          "spectrum.RankAnalysis",
          "surrogate.Agreement");

  /** The classes that this test runs on, wherever they were compiled to. */
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .importUrl(EmpiricalNtk.class.getProtectionDomain().getCodeSource().getLocation());

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

  @Test
  void proofsAndReportsKnowNothingOfNd4j() {
    noClasses()
        .that()
        .resideInAnyPackage("org.fullrank.convergence..", "org.fullrank.report..")
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

  @Test
  void everyPublicClassOfTheTheoremPackageIsATheorem() {
    classes()
        .that()
        .resideInAPackage("org.fullrank.convergence.theorem")
        .and()
        .arePublic()
        .and()
        .areTopLevelClasses()
        .and()
        .areNotInterfaces()
        .and()
        .doNotHaveSimpleName("Theorems") // the list of all of them
        .should()
        .implement("org.fullrank.convergence.Theorem")
        .because("Theorem.source() makes each of them cite its paper")
        .check(CLASSES);
  }

  /** The preconditions of what is marked are checked by those who call it within {@code rigor}. */
  @Test
  void theInsideOfTheTrustedBaseIsUsedByNobodyElse() {
    noClasses().should().dependOnClassesThat().areAnnotatedWith(Internal.class).check(CLASSES);
    noClasses()
        .should()
        .callCodeUnitWhere(
            DescribedPredicate.describe(
                "the target is marked as internal",
                call ->
                    call.getTarget()
                        .resolveMember()
                        .map(member -> member.isAnnotatedWith(Internal.class))
                        .orElse(false)))
        .check(CLASSES);
  }

  /**
   * Directed rounding has one home: who steps by hand must know the error of what he steps from.
   */
  @Test
  void nobodyElseRoundsOutward() {
    noClasses()
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

  /** Every verified value passes {@link Proof}, which refuses in a thread of another mode. */
  @Test
  void onlyTheTrustedBaseMentionsTheStrongestRigor() {
    noClasses()
        .that()
        .resideOutsideOfPackage("org.fullrank.rigor..")
        // The legend of a report explains the words; its switch mentions all of them.
        .and()
        .haveNameNotMatching("org\\.fullrank\\.report\\.Legend.*")
        .should()
        .accessField(Rigor.class, "VERIFIED")
        .because("Proof.verified() stamps and Rigor.isVerified() compares")
        .check(CLASSES);
  }

  @Test
  void onlyListedClassesStateProofs() {
    DescribedPredicate<JavaClass> others =
        DescribedPredicate.describe(
            "are not listed", c -> PROVERS.stream().noneMatch(p -> owner(c).equals(ROOT + p)));
    noClasses()
        .that(others)
        .should()
        .callMethodWhere(
            DescribedPredicate.describe(
                "stamps something as verified",
                call ->
                    (call.getTargetOwner().isEquivalentTo(Proof.class)
                            && call.getName().equals("verified"))
                        || (call.getTargetOwner().isEquivalentTo(Quantity.class)
                            && call.getName().equals("verified"))))
        .check(CLASSES);
    // A name that is no longer needed would let somebody in unseen.
    for (String prover : PROVERS) {
      assertThat(
              CLASSES.stream()
                  .filter(c -> owner(c).equals(ROOT + prover))
                  .flatMap(c -> c.getMethodCallsFromSelf().stream())
                  .anyMatch(call -> call.getName().equals("verified")))
          .as(prover)
          .isTrue();
    }
  }

  private static String owner(JavaClass c) {
    return c.getName().replaceAll("\\$.*", "");
  }
}
