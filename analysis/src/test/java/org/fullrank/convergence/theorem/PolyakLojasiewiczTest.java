package org.fullrank.convergence.theorem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.Stream;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.Prediction;
import org.fullrank.convergence.Standing;
import org.fullrank.evidence.Evidence;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.Verdict;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class PolyakLojasiewiczTest {
  private static final PolyakLojasiewicz THEOREM = PolyakLojasiewicz.withDefaults();
  private static final JacobianDescent JACOBIAN = JacobianDescent.withDefaults();

  /** {@code 2 R0 < R (1 - R)} has a solution exactly for R0 below 1/8. */
  @Test
  void theThresholdOfTheScalarExampleIsOneEighth() {
    assertThat(Standing.isProofOfGiven(THEOREM.check(FixedJacobian.scalar(0.1249999)))).isTrue();
    assertThat(THEOREM.check(FixedJacobian.scalar(0.1250001)).verdict()).isEqualTo(Verdict.FAILS);
  }

  @Test
  void scalarRunStaysWithinItsEnvelope() {
    double y = 0.1249;
    Prediction p = THEOREM.check(FixedJacobian.scalar(y)).prediction().orElseThrow();
    double t = 0;
    for (int step = 0; step <= 500; step++) {
      double residual = t - t * t / 2 - y;
      assertThat(residual * residual / 2).isLessThanOrEqualTo(p.envelope(step) + 1e-15);
      assertThat(t).isLessThanOrEqualTo(p.radius().interval().hi());
      t -= p.stepSize() * (1 - t) * residual;
    }
  }

  /** Every radius of the grid by hand, in plain arithmetic; the best rate must be the one. */
  @Test
  void predictsTheBestOfTheGrid() {
    double s0 = 2;
    double b0 = 3;
    double r0 = 0.1;
    double lam = 1.5;
    double best = 0;
    double eta = 0;
    double path = 0;
    for (double power = 1; power > 1e-3; power /= Math.pow(2, 0.25)) {
      double radius = 2 * r0 / s0 * (1 + power);
      double s = s0 - lam * radius;
      double beta = Math.pow(b0 + lam * radius, 2) + lam * r0;
      if (2 * r0 / s < radius && s * s / beta > best) {
        best = s * s / beta;
        eta = 1 / beta;
        path = 2 * r0 / s;
      }
    }
    Prediction p =
        THEOREM.check(FixedJacobian.evidence(s0, b0, r0, r -> lam)).prediction().orElseThrow();
    assertThat(p.monitored()).isEqualTo(Prediction.Monitored.EXCESS_LOSS);
    assertThat(p.rate().interval().lo()).isCloseTo(best, within(1e-12));
    assertThat(p.stepSize()).isCloseTo(eta, within(1e-12));
    assertThat(p.radius().interval().hi()).isCloseTo(path, within(1e-12));
    assertThat(p.envelope(0)).isCloseTo(0.005, within(1e-15));
  }

  /** Of numbers known up to intervals the least s0, the largest b0 and the largest R0 count. */
  @Test
  void predictsFromTheWorstEnds() {
    Interval s0 = Interval.of(2, 2.5);
    Interval b0 = Interval.of(2.5, 3);
    Interval r0 = Interval.of(0.05, 0.1);
    Prediction p = THEOREM.check(FixedJacobian.of(s0, b0, r0, r -> 1.5)).prediction().orElseThrow();
    Prediction worst =
        THEOREM.check(FixedJacobian.evidence(2, 3, 0.1, r -> 1.5)).prediction().orElseThrow();
    assertThat(p.stepSize()).isCloseTo(worst.stepSize(), within(1e-12));
    assertThat(p.rate().interval().lo()).isCloseTo(worst.rate().interval().lo(), within(1e-12));
    assertThat(p.radius().interval().hi()).isCloseTo(worst.radius().interval().hi(), within(1e-12));
    assertThat(p.envelope(0)).isCloseTo(0.005, within(1e-15));
    // Every ball that is tried is larger than 2 R0/s0 = 0.1 with the worst ends.
    assertThat(THEOREM.check(FixedJacobian.of(s0, b0, r0, r -> r < 0.1 ? 1.5 : 1e3)).verdict())
        .isNotEqualTo(Verdict.HOLDS);
  }

  @Test
  void aSampleAtTheThreshold() {
    assertThat(Thresholds.sweep(THEOREM, RandomNetworks::anyNetwork, 20, 64)).isGreaterThan(16);
  }

  @Test
  @Tag("exhaustive")
  void allAtTheThreshold() {
    int tried = Thresholds.sweep(THEOREM, RandomNetworks::anyNetwork, 300, 64);
    System.out.println(THEOREM.name() + ": " + tried + " of 300 had a threshold");
    assertThat(tried).isGreaterThan(250);
  }

  /** With constants that grow at most as the square of the radius. */
  @Test
  void holdsOnlyWhereTheJacobianCertificateHolds() {
    int held = 0;
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      double a = random.nextInt(3) == 0 ? 0 : random.nextDouble();
      double b = random.nextInt(3) == 0 ? 0 : random.nextDouble();
      double c = random.nextInt(3) == 0 ? 0 : random.nextDouble();
      Evidence evidence = FixedJacobian.random(random, r -> 1e-3 + a + b * r + c * r * r);
      if (Standing.isProofOfGiven(THEOREM.check(evidence))) {
        held++;
        assertThat(Standing.isProofOfGiven(JACOBIAN.check(evidence))).as("seed " + seed).isTrue();
      }
    }
    assertThat(held).isBetween(30, 270);
  }

  /** A constant that jumps: the order is restored by a short step, not by the default one. */
  @Test
  void aJumpingConstantNeedsAShortStepOfTheJacobianCertificate() {
    Evidence evidence = FixedJacobian.evidence(1, 1, 0.1, r -> r < 0.3 ? 0.1 : 50);
    assertThat(Standing.isProofOfGiven(THEOREM.check(evidence))).isTrue();
    assertThat(JACOBIAN.check(evidence).verdict()).isEqualTo(Verdict.UNDECIDED);
    assertThat(Standing.isProofOfGiven(JACOBIAN.withStepSize(1e-3).check(evidence))).isTrue();
  }

  static Stream<Arguments> violations() {
    return Stream.of(
        Arguments.of(FixedJacobian.not("layer X"), Verdict.INAPPLICABLE, "layer X"),
        Arguments.of(FixedJacobian.evidence(0, 1, 0.01, r -> 1), Verdict.FAILS, "full row rank"),
        Arguments.of(
            FixedJacobian.of(Interval.of(0, 1), Interval.ONE, Interval.of(0.01), r -> 1),
            Verdict.UNDECIDED,
            "full row rank"),
        Arguments.of(
            FixedJacobian.of(Interval.ONE, Interval.atLeast(1), Interval.of(0.01), r -> 1),
            Verdict.UNDECIDED,
            "bounded"),
        Arguments.of(
            FixedJacobian.evidence(1, 1, 0.01, r -> Double.POSITIVE_INFINITY),
            Verdict.UNDECIDED,
            "no constant is known"),
        Arguments.of(
            FixedJacobian.evidence(1, 1, 0.01, r -> Double.NaN),
            Verdict.UNDECIDED,
            "no constant is known"),
        Arguments.of(
            FixedJacobian.evidence(1e-300, 1, 1e100, r -> 1),
            Verdict.UNDECIDED,
            "no constant is known"),
        Arguments.of(FixedJacobian.evidence(1, 1, 10, r -> 1), Verdict.FAILS, "keeps its rank"),
        Arguments.of(FixedJacobian.scalar(0.2), Verdict.FAILS, "stays within the ball"),
        Arguments.of(
            FixedJacobian.of(Interval.ONE, Interval.ONE, Interval.of(0.01, 0.2), r -> 1),
            Verdict.UNDECIDED,
            "stays within the ball"));
  }

  @ParameterizedTest
  @MethodSource("violations")
  void theViolatedHypothesisIsNamed(Evidence evidence, Verdict verdict, String text) {
    Certificate certificate = THEOREM.check(evidence);
    assertThat(certificate.verdict()).as(certificate.toString()).isEqualTo(verdict);
    assertThat(certificate.obstacle().orElseThrow().toString()).contains(text);
    assertThat(certificate.conclusion()).isEmpty();
    assertThat(certificate.isProof()).isFalse();
  }

  @Test
  void aResidualOfZeroNeedsNoTraining() {
    Certificate certificate = THEOREM.check(FixedJacobian.scalar(0));
    assertThat(Standing.isProofOfGiven(certificate)).isTrue();
    assertThat(certificate.prediction().orElseThrow().envelope(0)).isZero();
  }

  @Test
  void weakEvidenceIsNoProof() {
    for (int weak = 0; weak < 4; weak++) {
      Certificate certificate = THEOREM.check(OymakSoltanolkotabiTest.weakScalar(weak, 0.01));
      assertThat(certificate.verdict()).isEqualTo(Verdict.HOLDS);
      assertThat(Standing.ofNumbers(certificate)).isEqualTo(Rigor.COMPUTED);
      assertThat(certificate.isProof()).isFalse();
    }
  }
}
