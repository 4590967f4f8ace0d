package org.fullrank;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.fullrank.ntk.EmpiricalNtk;
import org.fullrank.oracle.ArchitectureContract;
import org.fullrank.oracle.ProvedValues;
import org.fullrank.rigor.Internal;
import org.fullrank.rigor.StructuralFact;
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
              "spectrum.solver",
              List.of("linalg", "cancel", "rigor", "rigor.kernel", "rigor.eigen")),
          Map.entry("spectrum.estimate", List.of("spectrum.solver", "linalg", "cancel", "rigor")),
          Map.entry(
              "spectrum.disk",
              List.of("io", "linalg", "cancel", "rigor", "rigor.eigen", "rigor.disk")),
          Map.entry(
              "spectrum",
              List.of(
                  "spectrum.solver",
                  "linalg",
                  "rigor",
                  "rigor.kernel",
                  "rigor.eigen",
                  "rigor.rank",
                  "rigor.matrix")),
          Map.entry("ntk.layerwise", List.of("nn", "nn.layer", "diff", "linalg")),
          Map.entry(
              "ntk",
              List.of(
                  "ntk.layerwise",
                  "nn",
                  "diff",
                  "linalg",
                  "io",
                  "spectrum.solver",
                  "rigor",
                  "rigor.kernel",
                  "rigor.eigen",
                  "rigor.matrix",
                  "cancel")),
          Map.entry(
              "kernel",
              List.of("linalg", "rigor", "rigor.rounding", "rigor.kernel", "rigor.eigen")),
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
              "diagnosis",
              List.of("nn", "nn.layer", "diff", "linalg", "spectrum.solver", "rigor", "ntk")),
          Map.entry("evidence", List.of("nn", "linalg")),
          Map.entry(
              "evidence.measure",
              List.of(
                  "evidence",
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
              "convergence.theorem",
              List.of("convergence", "evidence", "evidence.measure", "rigor", "rigor.rounding")),
          Map.entry(
              "training",
              List.of(
                  "evidence",
                  "evidence.measure",
                  "convergence",
                  "nn",
                  "diff",
                  "linalg",
                  "io",
                  "ntk",
                  "spectrum.solver",
                  "rigor",
                  "rigor.eigen",
                  "cancel")),
          Map.entry("report", List.of("convergence", "rigor", "io")),
          Map.entry(
              "report.plot",
              List.of("convergence", "training", "spectrum.estimate", "rigor", "io")));

  /**
   * Outside the trusted base ({@code rigor} and {@code enclosure}), who has a part in values that
   * claim to be proved. The fewer the better; names are relative to {@link #ROOT}, and one that
   * ends in a dot stands for a package.
   */
  private static final Map<ProvedValues.Way, List<String>> PROVERS =
      Map.of(
          // The enclosed kernels of infinite width; the legend of a report only explains the words.
          ProvedValues.Way.MAKES,
          List.of("kernel.Correlations", "ntk.SchurSandwich", "report.Legend"),
          ProvedValues.Way.REFLECTS,
          List.of("report.TerminalProgress"), // asks a newer Java whether there is a terminal
          ProvedValues.Way.STATES_A_FACT,
          List.of(
              "convergence.Certificate", // that a caller states numbers
              "convergence.HypothesisCheck", // premises seen in a description; what is not known
              "convergence.Prediction", // that a number says nothing
              "convergence.theorem.", // what inequalities mean, and a theorem's own choices
              "diagnosis.SingularityCause", // equal inputs, counted parameters
              "evidence.measure.Facts", // the description of a problem
              "expressivity.ExpressivityCondition", // one layer reads the inputs themselves
              "expressivity.ExpressivityReport"), // equal inputs, counted features
          ProvedValues.Way.PASSES_A_RIGOR,
          List.of(
              "convergence.Certificate", // ASSUMED where a caller states numbers
              "convergence.Prediction", // that of a number which says nothing
              "convergence.theorem.", // those of measured numbers
              "diagnosis.SingularityDiagnosis", // COMPUTED for near causes
              "evidence.measure.DeepLinearMeasurement",
              "evidence.measure.JacobianMeasurement",
              "evidence.measure.JacobianNumbers", // the one it carries, to the constant of a ball
              "evidence.measure.LinearChainMeasurement",
              "evidence.measure.ReducedJacobianMeasurement",
              "evidence.measure.SmoothResidualMeasurement"),
          ProvedValues.Way.DERIVES,
          List.of(
              "convergence.theorem.",
              "evidence.measure.DeepLinearMeasurement",
              "evidence.measure.GateMeasurement",
              "evidence.measure.JacobianMeasurement",
              "evidence.measure.LastLayerMeasurement",
              "evidence.measure.LinearChainMeasurement",
              "evidence.measure.PyramidalMeasurement",
              "evidence.measure.ReducedJacobianMeasurement",
              "evidence.measure.ReferenceWeights",
              "expressivity.ExpressivityCondition",
              "expressivity.ExpressivityReport",
              "kernel.Correlations",
              "ntk.GramMatrix", // the distance of two matrices, by their names
              "spectrum.Extremes", // Weyl's inequality
              "spectrum.SpectrumSummary",
              "surrogate.Agreement"));

  /** The one place that may say that factors are those of an exact network: it enclosed them. */
  private static final Set<String> GRAMS_OF_NETWORKS =
      Set.of(
          "org.fullrank.enclosure.EnclosedJacobian -> org.fullrank.rigor.matrix.EnclosedGram.of("
              + "java.util.List, int)",
          "org.fullrank.enclosure.EnclosedJacobian -> org.fullrank.rigor.matrix.EnclosedGram"
              + ".ifFinite(java.util.List, int)");

  /** Random numbers. */
  private static final Set<String> LITERALS = Set.of("spectrum/estimate/ProbeOperator.java");

  /** Classes of one package that need each other: the fewer the better. */
  private static final Set<String> CYCLES =
      Set.of(
          "convergence: Certificate, Theorem",
          "evidence: Evidence, Measurement",
          "evidence.measure: JacobianMeasurement, Measurements, PyramidalMeasurement,"
              + " ReducedJacobianMeasurement",
          "evidence.measure: LinearInputs, OutputSpace, RepeatedInputs",
          "ntk.layerwise: ChainNodes, ChainPass",
          "ntk: EmpiricalNtk, JacobianGram",
          "ntk.layerwise: FactorTasks, GradientFactors, GramShape, TermSlot",
          "report: CertificateJson, Dossier, JsonReport, Legend, MarkdownReport, TerminalReport",
          "spectrum.estimate: DensityDistribution, DensityRanks, SpectralDensity");

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
            .filter(a -> !a.getTargetOwner().isEquivalentTo(StructuralFact.class)) // PROVERS
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

  /** Every verified value passes {@code Proof}, which refuses in a thread of another mode. */
  @Test
  void onlyListedClassesHaveAPartInProvedValues() {
    ProvedValues.found(CLASSES)
        .forEach(
            (way, found) ->
                assertThat(ProvedValues.differences(found, PROVERS.get(way)))
                    .as(way.name())
                    .isEmpty());
  }

  /** Each way to a forged value that the public methods leave is seen. */
  @Test
  void aForgedValueDoesNotPass() {
    List<Class<?>> forgers =
        Stream.<Class<?>>of(Forgers.class.getDeclaredClasses())
            .filter(c -> !c.isAnnotation())
            .toList();
    assertThat(forgers).hasSizeGreaterThan(20);
    for (Class<?> forger : forgers) {
      ProvedValues.Way way = forger.getAnnotation(Forgers.By.class).value();
      assertThat(ProvedValues.found(new ClassFileImporter().importClasses(forger)).get(way))
          .as(forger.getSimpleName())
          .containsExactly("Forgers");
      assertThat(ProvedValues.differences(Set.of("Forgers"), PROVERS.get(way)))
          .contains("Forgers is not listed");
    }
  }

  private static String owner(JavaClass c) {
    return c.getName().replaceAll("\\$.*", "");
  }
}
