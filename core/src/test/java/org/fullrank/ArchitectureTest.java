package org.fullrank;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.fullrank.linalg.Tensors;
import org.fullrank.oracle.ArchitectureContract;
import org.fullrank.oracle.ProvedValues;
import org.junit.jupiter.api.Test;

/** What may import what in core. */
final class ArchitectureTest extends ArchitectureContract {
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
          Map.entry("nn.enclosed", List.of("rigor.matrix", "rigor", "rigor.rounding")),
          Map.entry(
              "nn",
              List.of(
                  "nn.enclosed",
                  "diff",
                  "linalg",
                  "rigor.matrix",
                  "rigor",
                  "rigor.rounding",
                  "cancel")),
          Map.entry(
              "nn.layer",
              List.of(
                  "nn",
                  "nn.enclosed",
                  "diff",
                  "linalg",
                  "rigor.rounding",
                  "rigor",
                  "rigor.matrix",
                  "cancel")),
          Map.entry("nn.model", List.of("nn", "nn.layer", "linalg")),
          Map.entry("io", List.of("nn", "nn.layer", "diff", "linalg", "cancel")));

  /** Random numbers, half precision, and the error theory that is not of the trusted base. */
  private static final Set<String> LITERALS =
      Set.of("io/NpyValues.java", "nn/Accuracy.java", "nn/RandomStream.java");

  /** Classes of one package that need each other: the fewer the better. */
  private static final Set<String> CYCLES =
      Set.of(
          "io: Json, JsonParser, JsonWriter",
          // A row of the vocabulary may hold layers, which are rows again.
          "io: NetworkReader, NetworkWriter, Vocabulary",
          "io: Npy, TensorFiles",
          "io: SymmetricNpyFile, TileCheck",
          "linalg: Backend, BackendAdvice, BackendLoader, BackendProbe, Chunks, Elements,"
              + " Entrywise, Lapack, NativeHeap, NativeLapack, Parallel, Products, TensorChecks,"
              + " TensorViews, Tensors",
          "linalg: FactorRows, SingleRows",
          "nn: Activations, PiecewiseLinear, Softplus",
          "nn.layer: Dense, DenseLinearization",
          "rigor: DecimalInterval, Interval",
          "rigor.disk: TiledEntries, TiledSurvey",
          "rigor.eigen: DiagonalScaling, ExtremeSearch, ShiftTerms, ShiftedCholeskyBound",
          "rigor.matrix: AffineEnclosure, EntrywiseEnclosure, IntervalMatrix, PointwiseEnclosure",
          "rigor.rank: RankCertificate, RightInverseCheck");

  /** Where the classes of this module were really loaded from: never another, or no, folder. */
  private static final JavaClasses CLASSES = loadedWith(Tensors.class);

  ArchitectureTest() {
    super(CLASSES, ARROWS, CYCLES, LITERALS);
  }

  @Test
  void theTrustedBaseKnowsNoLibrary() {
    classes()
        .that()
        .resideInAPackage("org.fullrank.rigor..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java..", "org.jspecify..", "org.fullrank.rigor..", "org.fullrank.cancel")
        .because("a proof rests on plain Java arithmetic")
        .check(CLASSES);
  }

  /** Nothing above the trusted base has a part in values that claim to be proved. */
  @Test
  void onlyTheTrustedBaseProves() {
    Map<ProvedValues.Way, List<String>> others =
        Map.of(
            ProvedValues.Way.REFLECTS, // functions of a native library, by their names
            List.of("linalg.NativeBlas", "linalg.NativeLapack", "linalg.OpenBlasInfo"));
    ProvedValues.found(CLASSES)
        .forEach(
            (way, found) ->
                assertThat(ProvedValues.differences(found, others.getOrDefault(way, List.of())))
                    .as(way.name())
                    .isEmpty());
  }

  @Override
  protected Set<String> largePackages() {
    // linalg keeps direct access to native memory package-private; an activation is a class.
    return Set.of("linalg", "nn");
  }
}
