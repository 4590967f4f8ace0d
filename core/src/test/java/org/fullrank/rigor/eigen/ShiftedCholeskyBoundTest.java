package org.fullrank.rigor.eigen;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Random;
import org.fullrank.oracle.AdversarialMatrices;
import org.fullrank.oracle.ExactMatrix;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.Verdict;
import org.fullrank.rigor.kernel.Cholesky;
import org.junit.jupiter.api.Test;

class ShiftedCholeskyBoundTest extends EnclosureContract {
  @Override
  protected EigenvalueBound bound() {
    return ShiftedCholeskyBound.withDefaults();
  }

  /**
   * Eigenvalues below n u trace have no provable sign; a third of the families is built like that.
   */
  @Override
  protected double undecidedLimit() {
    return 0.35;
  }

  @Test
  void neverCertifiesAboveTheExactEigenvalue() {
    ShiftedCholeskyBound bound = ShiftedCholeskyBound.withDefaults();
    for (int index = 0; index < 250; index++) {
      double[][] a = AdversarialMatrices.draw(97 * (index / 20) + index % 20 + 1, 5);
      ExactMatrix exact = ExactMatrix.of(a);
      double truth = exact.lambdaMinRoundedDown();
      double size = a[0][0] == 0 ? 1 : Math.abs(a[0][0]);
      SymmetricMatrix stored = SymmetricMatrix.of(a);
      SymmetricMatrix negated =
          SymmetricMatrix.of(AdversarialMatrices.fill(a.length, (i, j) -> -a[i][j]));
      double above = Math.nextUp(truth);
      for (int step = 0; step < 40; step++) {
        assertThat(bound.certifyLambdaMinAtLeast(stored, above)).as("%d", index).isFalse();
        assertThat(bound.certifyLambdaMaxAtMost(negated, -above)).as("%d", index).isFalse();
        above = Math.max(Math.nextUp(above), above + size * 0x1p-56 * (1 << step % 5));
      }
    }
  }

  /**
   * Arrow matrices {@code [I, t; t', S]}: positive semidefinite exactly if {@code S >= (n-1) t^2},
   * and the last pivot is a long chain of subtractions of one number, whose roundings all have one
   * sign. Without the trace term this completes for indefinite matrices.
   */
  @Test
  void accumulatedRoundingIsCovered() {
    Random random = new Random(13);
    ShiftedCholeskyBound bound = ShiftedCholeskyBound.withDefaults();
    int n = 60;
    int indefinite = 0;
    int completed = 0;
    for (int trial = 0; trial < 50; trial++) {
      double t = 0.5 + random.nextDouble();
      BigDecimal exact = new BigDecimal(t).pow(2).multiply(BigDecimal.valueOf(n - 1));
      double corner = exact.doubleValue();
      for (int step = 0; step < 30; step++) {
        corner = Math.nextDown(corner);
        double s = corner;
        double[][] a =
            AdversarialMatrices.fill(
                n, (i, j) -> i < n - 1 ? (i == j ? 1 : 0) : (j == n - 1 ? s : t));
        assertThat(new BigDecimal(corner).compareTo(exact)).isNegative();
        indefinite++;
        completed += Cholesky.of(a, 1).completed() ? 1 : 0;
        assertThat(bound.certifyLambdaMinAtLeast(SymmetricMatrix.of(a), 0)).isFalse();
      }
    }
    // Otherwise the test shows nothing: plain factorisations must be fooled by some of these.
    assertThat(completed).isBetween(100, indefinite - 100);
  }

  @Test
  void certifiesBelowTheEigenvalueByTheRoundingTerm() {
    SymmetricMatrix a = SymmetricMatrix.of(new double[][] {{2, 1}, {1, 2}}); // 1 and 3
    ShiftedCholeskyBound bound = ShiftedCholeskyBound.withDefaults();
    assertThat(bound.certifyLambdaMinAtLeast(a, 1 - 1e-14)).isTrue();
    assertThat(bound.certifyLambdaMinAtLeast(a, -5)).isTrue();
    assertThat(bound.certifyLambdaMaxAtMost(a, 3 + 1e-14)).isTrue();
    assertThat(bound.certifyLambdaMinAtLeast(a, Double.NaN)).isFalse();
    assertThat(bound.certifyLambdaMinAtLeast(a, Double.NEGATIVE_INFINITY)).isFalse();
    SymmetricMatrix ball = a.perturbedBy(EnclosureContract.error(0.5), Subject.EXACT_NETWORK);
    assertThat(bound.certifyLambdaMinAtLeast(ball, 0.49)).isTrue();
    assertThat(bound.certifyLambdaMinAtLeast(ball, 0.51)).isFalse();
    assertThat(bound.certifyLambdaMaxAtMost(ball, 3.49)).isFalse();
  }

  @Test
  void wrongHintsNeverGiveAFalseEnclosure() {
    Random random = new Random(7);
    ShiftedCholeskyBound bound = ShiftedCholeskyBound.withDefaults().withMaxFactorizations(12);
    for (int index = 0; index < 160; index++) {
      double[][] a = AdversarialMatrices.draw(index, 11);
      int n = a.length;
      ExactMatrix exact = ExactMatrix.of(a);
      SymmetricMatrix stored = SymmetricMatrix.of(a);
      double truth = exact.lambdaMinRoundedDown();
      double[] garbage = random.doubles(n, -1, 1).toArray();
      double[] poisoned = garbage.clone();
      poisoned[random.nextInt(n)] = Double.NaN;
      Hint[] hints = {
        Hint.ofValue(truth),
        Hint.ofValue(truth * 1.01),
        Hint.ofValue(truth * (1 + 1e-12)),
        Hint.ofValue(Math.nextUp(truth)).withVector(garbage),
        Hint.ofValue(Double.NaN).withVector(poisoned),
        Hint.ofValue(Double.POSITIVE_INFINITY).withValue(Double.NEGATIVE_INFINITY),
        Hint.ofValue(Double.MAX_VALUE).withVector(new double[n]).withVector(new double[n + 1]),
        Hint.ofValue(-truth).withValue(truth * 0.5).withVector(garbage)
      };
      for (Hint hint : hints) {
        Interval min = bound.encloseLambdaMin(stored, hint).interval();
        Interval max = bound.encloseLambdaMax(stored, hint).interval();
        assertThat(exact.lambdaMinIn(min.lo(), min.hi()))
            .as("lambda_min %d %s", index, min)
            .isTrue();
        assertThat(exact.lambdaMaxIn(max.lo(), max.hi()))
            .as("lambda_max %d %s", index, max)
            .isTrue();
      }
    }
  }

  @Test
  void reachesTheRequestedWidthWithoutAHint() {
    Random random = new Random(3);
    double[][] a = AdversarialMatrices.similar(60, random, i -> 0.01 + i);
    SymmetricMatrix stored = SymmetricMatrix.of(a);
    EigenvalueEnclosure min =
        ShiftedCholeskyBound.withDefaults().encloseLambdaMin(stored, Hint.none());
    assertThat(min.status()).isEqualTo(EnclosureStatus.CONVERGED);
    assertThat(min.interval().relativeWidth()).isLessThanOrEqualTo(1e-6);
    assertThat(min.positive()).isEqualTo(Verdict.HOLDS);
    assertThat(min.factorizations()).isLessThan(12);
    EigenvalueEnclosure max =
        ShiftedCholeskyBound.withDefaults().encloseLambdaMax(stored, Hint.none());
    assertThat(max.status()).isEqualTo(EnclosureStatus.CONVERGED);
    assertThat(max.interval().contains(59.01) || max.interval().width() < 1e-4).isTrue();
  }

  @Test
  void scalingByAPowerOfTwoScalesTheEnclosure() {
    double[][] a = AdversarialMatrices.similar(6, new Random(1), i -> 1 + i);
    Interval plain = bound().lambdaMin(SymmetricMatrix.of(a));
    double[][] b = AdversarialMatrices.fill(6, (i, j) -> Math.scalb(a[i][j], 30));
    assertThat(bound().lambdaMin(SymmetricMatrix.of(b)).relativeWidth())
        .isLessThanOrEqualTo(2 * Math.max(plain.relativeWidth(), 1e-6));
  }

  @Test
  void noFactorisationsLeavesTheCheapBounds() {
    SymmetricMatrix a = SymmetricMatrix.of(new double[][] {{1, 2}, {2, 1}});
    EigenvalueEnclosure e =
        ShiftedCholeskyBound.withDefaults()
            .withMaxFactorizations(0)
            .encloseLambdaMin(a, Hint.none());
    assertThat(e.interval().contains(-1)).isTrue();
    assertThat(e.factorizations()).isZero();
  }
}
