package org.fullrank;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.fullrank.ntk.EmpiricalNtk;
import org.fullrank.oracle.ArchitectureContract;
import org.fullrank.rigor.Internal;
import org.fullrank.rigor.Proof;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.kernel.ErrorTerms;
import org.junit.jupiter.api.Test;

/** What may import what in analysis; the packages of core follow {@code ArchitectureTest} there. */
final class AnalysisArchitectureTest extends ArchitectureContract {
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
                  "rigor.matrix",
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
                  "rigor.matrix",
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
                  "nn.enclosed",
                  "linalg",
                  "cancel")),
          Map.entry(
              "surrogate",
              List.of(
                  "enclosure",
                  "nn",
                  "nn.layer",
                  "nn.enclosed",
                  "diff",
                  "linalg",
                  "rigor",
                  "rigor.matrix")),
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
                  "nn.enclosed",
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
          "surrogate.Agreement");

  /** The one place that may say that factors are those of an exact network: it enclosed them. */
  private static final Set<String> GRAMS_OF_NETWORKS =
      Set.of(
          "org.fullrank.enclosure.EnclosedJacobian -> org.fullrank.rigor.matrix.EnclosedGram.of("
              + "java.util.List, int)",
          "org.fullrank.enclosure.EnclosedJacobian -> org.fullrank.rigor.matrix.EnclosedGram"
              + ".ifFinite(java.util.List, int)");

  /** Random numbers. */
  private static final Set<String> LITERALS = Set.of("spectrum/ProbeOperator.java");

  /** Classes of one package that need each other: the fewer the better. */
  private static final Set<String> CYCLES =
      Set.of(
          "convergence: Certificate, Theorem",
          "evidence: Evidence, Measurement",
          "evidence: JacobianMeasurement, LinearInputs, Measurements, OutputSpace,"
              + " PyramidalMeasurement, ReducedJacobianMeasurement, RepeatedInputs",
          "ntk: ChainNodes, ChainPass",
          "ntk: EmpiricalNtk, GramError, JacobianGram",
          "ntk: FactorTasks, GradientFactors, GramShape, TermSlot",
          "report: CertificateJson, Dossier, JsonReport, Legend, MarkdownReport, TerminalReport",
          "report: LinePlot, PlotLabels, PlotPainter",
          "spectrum: DensityDistribution, DensityRanks, SpectralDensity");

  /** The classes that this test runs on, wherever they were compiled to. */
  private static final JavaClasses CLASSES = loadedWith(EmpiricalNtk.class);

  AnalysisArchitectureTest() {
    super(CLASSES, ARROWS, CYCLES, LITERALS);
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

  /** What is marked leaves checks to its callers, or believes what they say. */
  @Test
  void theInsideOfTheTrustedBaseIsUsedByNobodyElse() {
    noClasses().should().dependOnClassesThat().areAnnotatedWith(Internal.class).check(CLASSES);
    Set<String> found =
        CLASSES.stream()
            .flatMap(c -> c.getAccessesFromSelf().stream())
            .filter(AnalysisArchitectureTest::isInternal)
            .map(a -> owner(a.getOriginOwner()) + " -> " + a.getTarget().getFullName())
            .collect(Collectors.toSet());
    assertThat(found).isEqualTo(GRAMS_OF_NETWORKS);
    // The marks are really seen, on classes as well.
    assertThat(
            new ClassFileImporter().importClass(ErrorTerms.class).isAnnotatedWith(Internal.class))
        .isTrue();
  }

  private static boolean isInternal(JavaAccess<?> access) {
    return access
        .getTarget()
        .resolveMember()
        .map(member -> member.isAnnotatedWith(Internal.class))
        .orElse(false);
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
        .accessTargetWhere(
            DescribedPredicate.describe(
                "stamps something as verified",
                call ->
                    (call.getTargetOwner().isEquivalentTo(Proof.class)
                            && call.getTarget().getName().equals("verified"))
                        || (call.getTargetOwner().isEquivalentTo(Quantity.class)
                            && call.getTarget().getName().equals("verified"))))
        .check(CLASSES);
    // A name that is no longer needed would let somebody in unseen.
    for (String prover : PROVERS) {
      assertThat(
              CLASSES.stream()
                  .filter(c -> owner(c).equals(ROOT + prover))
                  .flatMap(c -> c.getMethodCallsFromSelf().stream())
                  .anyMatch(call -> call.getTarget().getName().equals("verified")))
          .as(prover)
          .isTrue();
    }
  }

  private static String owner(JavaClass c) {
    return c.getName().replaceAll("\\$.*", "");
  }
}
