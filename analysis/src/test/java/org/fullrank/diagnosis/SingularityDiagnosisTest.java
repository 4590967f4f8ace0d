package org.fullrank.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.fullrank.diagnosis.SingularityCause.Kind;
import org.fullrank.diff.Jacobian;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.Subject;
import org.fullrank.spectrum.RankAnalysis;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Planted causes are named, healthy networks have none. */
class SingularityDiagnosisTest {
  private static final int N = PlantedCases.N;
  private static final int D = PlantedCases.D;

  private static int numericalRank(PlantedCases.Case c) {
    try (INDArray theta = c.parameters();
        INDArray x = Tensors.ofRows(c.x());
        Jacobian jacobian = c.network().jacobian(theta, x);
        INDArray j = jacobian.toMatrix()) {
      return RankAnalysis.withDefaults().analyze(j).numericalRank();
    }
  }

  private static SingularityReport diagnose(PlantedCases.Case c) {
    try (INDArray theta = c.parameters();
        INDArray x = Tensors.ofRows(c.x())) {
      return SingularityDiagnosis.of(c.network(), theta).kernel(x);
    }
  }

  @ParameterizedTest
  @MethodSource("org.fullrank.diagnosis.PlantedCases#planted")
  void plantedCausesAreNamed(PlantedCases.Case c) {
    SingularityReport report = diagnose(c);
    assertThat(report.causes())
        .as(report.toString())
        .extracting(SingularityCause::kind)
        .containsExactly(c.kind());
    SingularityCause cause = report.causes().get(0);
    assertThat(cause.rigor()).isEqualTo(Rigor.VERIFIED);
    assertThat(cause.rankAtMost()).isLessThan(report.order());
    // The bound is a theorem; in these cases it is also attained.
    assertThat((long) numericalRank(c)).as(report.toString()).isEqualTo(cause.rankAtMost());
    assertThat(report.rankAtMost(cause.subject())).hasValue(cause.rankAtMost());
    assertThat(Math.abs(report.nullVector().orElseThrow().relative())).isLessThan(1e-12);
    assertThat(report.toString()).contains("Cause: " + c.kind().text()).contains("Remedy");
  }

  @Test
  void witnessesAreTheRows() {
    for (PlantedCases.Case c : PlantedCases.planted().toList()) {
      List<List<Long>> witnesses = diagnose(c).causes().get(0).witnesses();
      switch (c.kind()) {
        case DUPLICATE_INPUTS, SIGN_SYMMETRY, PROPORTIONAL_INPUTS ->
            assertThat(witnesses).as(c.name()).containsExactly(List.of(1L, 4L));
        case ZERO_INPUT -> assertThat(witnesses).containsExactly(List.of(3L));
        case DEPENDENT_OUTPUTS -> assertThat(witnesses).containsExactly(List.of(0L, 2L));
        case DEAD_UNITS, SATURATED_UNITS ->
            assertThat(witnesses).containsExactly(List.of(0L, 1L, 2L));
        case UNUSED_PARAMETERS ->
            assertThat(witnesses).containsExactly(List.of(4L, 5L, 6L, 7L, 8L));
        case DEAD_SAMPLES, DUPLICATE_GRADIENTS ->
            assertThat(witnesses).containsExactly(List.of(0L, 1L));
        case DEPENDENT_INPUTS ->
            assertThat(witnesses).allSatisfy(w -> assertThat(w).hasSizeGreaterThan(2));
        default -> assertThat(witnesses.stream().filter(w -> !w.isEmpty())).hasSizeLessThan(2);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("org.fullrank.diagnosis.PlantedCases#healthy")
  void healthyKernelsHaveNoCause(PlantedCases.Case c) {
    SingularityReport report = diagnose(c);
    assertThat(report.causes()).as(report.toString()).isEmpty();
    assertThat(report.nearCauses()).isEmpty();
    assertThat((long) numericalRank(c)).isEqualTo(report.order());
    assertThat(report.toString()).contains("No structural cause found");
  }

  @Test
  void nearDuplicatesAreNoCause() {
    double[][] x = PlantedCases.inputs(N, D);
    x[4] = x[1].clone();
    x[4][2] = Math.nextUp(x[4][2]);
    SingularityReport report =
        diagnose(
            PlantedCases.of("near", null, PlantedCases.plain(Activations.TANH, true, 1, 9), x));
    assertThat(report.causes().stream().filter(c -> c.subject() == Subject.EXACT_NETWORK))
        .isEmpty();
    assertThat(report.nearCauses())
        .extracting(SingularityCause::kind)
        .containsExactly(Kind.NEAR_DUPLICATES);
    SingularityCause near = report.nearCauses().get(0);
    assertThat(near.rigor()).isEqualTo(Rigor.COMPUTED);
    assertThat(near.rankAtMost()).isEqualTo(N);
    assertThat(near.witnesses()).containsExactly(List.of(1L, 4L));
    NullVector v = report.nullVector().orElseThrow();
    assertThat(v.samples()).containsExactlyInAnyOrder(1L, 4L);
    assertThat(v.share()).isGreaterThan(0.99);
  }

  @Test
  void almostProportionalIsNotProportional() {
    double[][] x = PlantedCases.inputs(N, D);
    x[4] = PlantedCases.times(3, x[1]);
    x[4][0] = Math.nextUp(x[4][0]);
    SingularityReport report =
        diagnose(
            PlantedCases.of("near", null, PlantedCases.plain(Activations.RELU, false, 1, 15), x));
    assertThat(report.causes().stream().map(SingularityCause::kind))
        .doesNotContain(Kind.PROPORTIONAL_INPUTS);
  }

  @Test
  void badArgumentsAreRefused() {
    Network network = PlantedCases.plain(Activations.TANH, true, 1, 3);
    assertThatThrownBy(() -> SingularityDiagnosis.of(network, Tensors.of(new double[2], 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("theta");
    SingularityDiagnosis d = SingularityDiagnosis.of(network, network.initialize(Seed.of(1)));
    assertThatThrownBy(() -> d.withNearThreshold(-1)).hasMessageContaining(">= 0");
    assertThatThrownBy(() -> d.kernel(Tensors.ofRows(new double[][] {{Double.NaN, 0, 0, 0}})))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("input");
  }
}
