package org.fullrank.rigor.eigen;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Random;
import org.fullrank.oracle.AdversarialMatrices;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.kernel.Cholesky;
import org.junit.jupiter.api.Test;

class DeterminantBoundTest extends EnclosureContract {
  @Override
  protected EigenvalueBound bound() {
    return DeterminantBound.withDefaults();
  }

  /** With all other eigenvalues equal the inequality of the means loses next to nothing. */
  @Test
  void isNearlyAttainedWhereTheOthersAreEqual() {
    for (int n : new int[] {2, 5, 20}) {
      double[][] a = AdversarialMatrices.similar(n, new Random(n), i -> i == 0 ? 1e-6 : 1);
      Interval min = bound().lambdaMin(SymmetricMatrix.of(a));
      assertThat(min.lo()).as("%d", n).isBetween(0.999e-6, 1.0001e-6);
      Interval max = bound().lambdaMax(SymmetricMatrix.of(a));
      assertThat(max.lo()).isLessThanOrEqualTo(1 + 1e-12);
      assertThat(max.hi()).isBetween(1 - 1e-12, (double) n);
      double[][] negated = AdversarialMatrices.fill(n, (i, j) -> -a[i][j]);
      assertThat(bound().lambdaMax(SymmetricMatrix.of(negated))).isEqualTo(min.negate());
      assertThat(bound().lambdaMin(SymmetricMatrix.of(negated))).isEqualTo(max.negate());
    }
  }

  /** The product must not overflow or underflow on the way, and must not exceed the exact one. */
  @Test
  void productIsRoundedDown() {
    Random random = new Random(5);
    for (int trial = 0; trial < 2000; trial++) {
      int n = 1 + random.nextInt(6);
      double[] pivots = random.doubles(n, 0.1, 2).map(x -> Math.scalb(x, 100)).toArray();
      double trace = Math.scalb(n * (1 + random.nextDouble()), 200);
      BigDecimal left = new BigDecimal(DeterminantBound.lowerBound(pivots, trace));
      BigDecimal right = BigDecimal.ONE;
      for (double p : pivots) {
        right = right.multiply(new BigDecimal(p).pow(2));
      }
      right = right.multiply(BigDecimal.valueOf(n - 1L).pow(n - 1));
      left = left.multiply(new BigDecimal(trace).pow(n - 1));
      assertThat(left.compareTo(right)).isLessThanOrEqualTo(0);
      assertThat(left.compareTo(right.multiply(BigDecimal.ONE.subtract(new BigDecimal("1e-14")))))
          .isPositive();
    }
    double[] many = new double[2000];
    java.util.Arrays.fill(many, 1e60);
    assertThat(DeterminantBound.lowerBound(many, 2e123)).isBetween(3e119, 1e120);
    assertThat(DeterminantBound.lowerBound(new double[] {1e-200, 1e-200}, 1)).isZero();
  }

  /** Arrows that are indefinite by a few units in the last place fool a plain factorisation. */
  @Test
  void indefiniteMatricesThatFactorAreNotDefinite() {
    int n = 60;
    int fooled = 0;
    for (int trial = 0; trial < 200; trial++) {
      double t = 0.5 + trial * 0.00371;
      BigDecimal exact = new BigDecimal(t).pow(2).multiply(BigDecimal.valueOf(n - 1L));
      double corner = Math.nextDown(Math.nextDown(exact.doubleValue()));
      double[][] a =
          AdversarialMatrices.fill(
              n, (i, j) -> i < n - 1 ? (i == j ? 1 : 0) : (j == n - 1 ? corner : t));
      fooled += Cholesky.of(a, 1).completed() ? 1 : 0;
      assertThat(bound().lambdaMin(SymmetricMatrix.of(a)).lo()).isNegative();
    }
    assertThat(fooled).isGreaterThan(20);
  }

  @Test
  void indefiniteMatricesGetTheDiscs() {
    SymmetricMatrix a = SymmetricMatrix.of(new double[][] {{1, 2}, {2, 1}});
    assertThat(bound().lambdaMin(a)).isEqualTo(GershgorinBound.create().lambdaMin(a));
    assertThat(bound().lambdaMax(a)).isEqualTo(GershgorinBound.create().lambdaMax(a));
  }

  @Test
  void threadsDoNotChangeTheResult() {
    double[][] a = AdversarialMatrices.similar(300, new Random(1), i -> 1 + i % 7);
    SymmetricMatrix m = SymmetricMatrix.of(a);
    assertThat(DeterminantBound.withDefaults().withThreads(2).lambdaMin(m))
        .isEqualTo(bound().lambdaMin(m));
  }
}
