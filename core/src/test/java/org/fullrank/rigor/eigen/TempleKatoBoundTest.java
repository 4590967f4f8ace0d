package org.fullrank.rigor.eigen;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.fullrank.oracle.AdversarialMatrices;
import org.fullrank.oracle.ExactMatrix;
import org.fullrank.rigor.Interval;
import org.junit.jupiter.api.Test;

class TempleKatoBoundTest extends EnclosureContract {
  @Override
  protected EigenvalueBound bound() {
    return TempleKatoBound.withDefaults();
  }

  /** The exact eigenvalue of the stored matrix decides, whatever rounding made of the spectrum. */
  @Test
  void decidesTheSignFarBelowTheReachOfCholesky() {
    int decided = 0;
    int beyondCholesky = 0;
    for (int seed = 0; seed < 40; seed++) {
      int n = 2 + seed % 7;
      double[][] a =
          AdversarialMatrices.similar(n, new Random(seed), i -> i == 0 ? 1e-16 : 1 + 0.5 * i);
      ExactMatrix exact = ExactMatrix.of(a);
      SymmetricMatrix stored = SymmetricMatrix.of(a);
      Interval min = bound().lambdaMin(stored);
      assertThat(exact.lambdaMinIn(min.lo(), min.hi())).isTrue();
      decided += min.contains(0) ? 0 : 1;
      beyondCholesky += ShiftedCholeskyBound.withDefaults().lambdaMin(stored).contains(0) ? 1 : 0;
    }
    assertThat(decided).isEqualTo(40);
    assertThat(beyondCholesky).isGreaterThan(20);
  }

  @Test
  void separatedEigenvaluesAreEnclosedToNearlyFullPrecision() {
    double[][] a = AdversarialMatrices.similar(40, new Random(1), i -> i == 0 ? 1e-9 : 1 + i);
    SymmetricMatrix stored = SymmetricMatrix.of(a);
    Interval min = bound().lambdaMin(stored);
    assertThat(min.relativeWidth()).isLessThan(1e-14);
    assertThat(ShiftedCholeskyBound.withDefaults().lambdaMin(stored).relativeWidth())
        .isGreaterThan(1e-7);
  }

  @Test
  void repeatedEigenvaluesKeepTheEnclosureOfCholesky() {
    for (int multiplicity : new int[] {2, 5, 50}) {
      double[][] a =
          AdversarialMatrices.similar(60, new Random(2), i -> i < multiplicity ? 0.5 : 2 + i);
      SymmetricMatrix stored = SymmetricMatrix.of(a);
      Interval min = bound().lambdaMin(stored);
      assertThat(ShiftedCholeskyBound.withDefaults().lambdaMin(stored).contains(min)).isTrue();
      assertThat(min.relativeWidth()).isLessThan(1e-6);
    }
  }

  @Test
  void noFactorisationsLeaveTheCheapBounds() {
    SymmetricMatrix a = SymmetricMatrix.of(new double[][] {{1, 2}, {2, 1}});
    Interval min =
        TempleKatoBound.refining(ShiftedCholeskyBound.withDefaults().withMaxFactorizations(0))
            .lambdaMin(a);
    assertThat(min.contains(-1)).isTrue();
  }
}
