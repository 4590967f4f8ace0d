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
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.Verdict;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class OymakSoltanolkotabiTest {
  private static final OymakSoltanolkotabi THEOREM = OymakSoltanolkotabi.withDefaults();

  @Test
  void theThresholdOfTheScalarExampleIsOneSixteenth() {
    assertThat(Standing.isProofOfGiven(THEOREM.check(FixedJacobian.scalar(0.0624999)))).isTrue();
    assertThat(THEOREM.check(FixedJacobian.scalar(0.0625001)).verdict()).isEqualTo(Verdict.FAILS);
  }

  /** s0 = 2, b0 = 3, R0 = 0.1, Lam = 1.5: alpha = 1, ball 0.4, beta = 3.6. */
  @Test
  void predictsWhatWasProved() {
    Prediction p =
        THEOREM.check(FixedJacobian.evidence(2, 3, 0.1, r -> 1.5)).prediction().orElseThrow();
    double eta = 1 / (2 * 3.6 * 3.6);
    assertThat(p.monitored()).isEqualTo(Prediction.Monitored.RESIDUAL_NORM);
    assertThat(p.stepSize()).isCloseTo(eta, within(1e-14));
    assertThat(p.rate().interval().lo()).isCloseTo(eta / 2, within(1e-14));
    assertThat(p.radius().interval().hi()).isCloseTo(0.2, within(1e-14));
    assertThat(p.envelope(0)).isEqualTo(0.1);
  }

  /** Of numbers known up to intervals the least s0, the largest b0 and the largest R0 count. */
  @Test
  void predictsFromTheWorstEnds() {
    Interval s0 = Interval.of(2, 2.5);
    Interval b0 = Interval.of(2.5, 3);
    Interval r0 = Interval.of(0.05, 0.1);
    Prediction p = THEOREM.check(FixedJacobian.of(s0, b0, r0, r -> 1.5)).prediction().orElseThrow();
    double eta = 1 / (2 * 3.6 * 3.6);
    assertThat(p.stepSize()).isCloseTo(eta, within(1e-14));
    assertThat(p.rate().interval().lo()).isCloseTo(eta / 2, within(1e-14));
    assertThat(p.radius().interval().hi()).isCloseTo(0.2, within(1e-14));
    assertThat(p.envelope(0)).isEqualTo(0.1);
    // The ball is 0.4, not the 0.2 that the smallest residual needs.
    assertThat(THEOREM.check(FixedJacobian.of(s0, b0, r0, r -> r < 0.3 ? 1.5 : 1e3)).verdict())
        .isNotEqualTo(Verdict.HOLDS);
  }

  /** The constant of the whole ball of the paper counts, radius 4 R0/alpha = 8 R0/s0. */
  @Test
  void asksForTheConstantOnThePublishedBall() {
    double r0 = 0.01;
    assertThat(THEOREM.check(FixedJacobian.evidence(1, 1, r0, r -> r < 0.0801 ? 1 : 1e3)).verdict())
        .isEqualTo(Verdict.HOLDS);
    assertThat(THEOREM.check(FixedJacobian.evidence(1, 1, r0, r -> r < 0.0799 ? 1 : 1e3)).verdict())
        .isEqualTo(Verdict.FAILS);
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

  /** Stronger hypotheses than those of the other two, whatever the Lipschitz constant does. */
  @Test
  void holdsOnlyWhereTheOthersHold() {
    int held = 0;
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      double degree = 6 * random.nextDouble();
      Evidence evidence = FixedJacobian.random(random, r -> 1 + Math.pow(r, degree));
      if (THEOREM.check(evidence).verdict() == Verdict.HOLDS) {
        held++;
        assertThat(Standing.isProofOfGiven(JacobianDescent.withDefaults().check(evidence)))
            .isTrue();
        assertThat(Standing.isProofOfGiven(PolyakLojasiewicz.withDefaults().check(evidence)))
            .isTrue();
      }
    }
    assertThat(held).isBetween(30, 270);
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
            FixedJacobian.of(Interval.ONE, Interval.ONE, Interval.atLeast(0), r -> 1),
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
            FixedJacobian.of(Interval.of(1e-300), Interval.ONE, Interval.of(1e100), r -> 1),
            Verdict.UNDECIDED,
            "no constant is known"),
        Arguments.of(
            FixedJacobian.of(Interval.ONE, Interval.ONE, Interval.of(0.01, 0.1), r -> 1),
            Verdict.UNDECIDED,
            "sigma_min(J) >= alpha"),
        Arguments.of(FixedJacobian.scalar(0.1), Verdict.FAILS, "sigma_min(J) >= alpha"));
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
  void weakEvidenceIsNoProof() {
    for (int weak = 0; weak < 4; weak++) {
      Evidence evidence = weakScalar(weak, 0.01);
      Certificate certificate = THEOREM.check(evidence);
      assertThat(certificate.verdict()).isEqualTo(Verdict.HOLDS);
      assertThat(Standing.ofNumbers(certificate)).isEqualTo(Rigor.COMPUTED);
      assertThat(certificate.isProof()).isFalse();
    }
  }

  /** The scalar example with one number, by index, that is computed only. */
  static Evidence weakScalar(int weak, double y) {
    Quantity[] q = {
      FixedJacobian.exact("s0", Interval.ONE),
      FixedJacobian.exact("b0", Interval.ONE),
      FixedJacobian.exact("R0", Interval.of(y))
    };
    if (weak < 3) {
      q[weak] = q[weak].weakenedTo(Rigor.COMPUTED);
    }
    return FixedJacobian.of(q[0], q[1], q[2], r -> 1, weak == 3 ? Rigor.COMPUTED : Rigor.VERIFIED);
  }
}
