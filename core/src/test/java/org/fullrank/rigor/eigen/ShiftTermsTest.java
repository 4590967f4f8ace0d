package org.fullrank.rigor.eigen;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.fullrank.oracle.AdversarialMatrices;
import org.fullrank.rigor.kernel.Reporting;
import org.junit.jupiter.api.Test;

/** The terms of the shift test, each where it is visible. */
class ShiftTermsTest {
  @Test
  void shiftedDiagonalIsWhatIsFactored() {
    for (int index = 0; index < 600; index++) {
      double[][] a = AdversarialMatrices.draw(index, 6);
      double[][] diagonalOnly = new double[a.length][];
      double[] diagonal = new double[a.length];
      for (int i = 0; i < a.length; i++) {
        diagonalOnly[i] = new double[i + 1];
        diagonalOnly[i][i] = a[i][i];
        diagonal[i] = a[i][i];
      }
      double least = Arrays.stream(diagonal).min().orElseThrow();
      for (double s : new double[] {least - 1, least - 1e-13, 0.5 * least, -0.5 * least, least}) {
        double[][] l = ShiftedCholeskyBound.newTriangle(diagonalOnly.length);
        ShiftTerms terms = ShiftTerms.of(diagonal);
        boolean proved =
            ShiftedCholeskyBound.proves(terms, diagonalOnly, 1, s, l, 1, Reporting.NONE);
        double[] shifted = terms.shiftedDiagonal(s);
        if (shifted == null) {
          assertThat(proved).isFalse();
        } else if (proved) {
          for (int i = 0; i < a.length; i++) {
            assertThat(Math.sqrt(shifted[i])).isEqualTo(l[i][i]);
          }
        }
      }
    }
  }

  @Test
  void shiftedDiagonalAllowsForUnderflow() {
    // Where eta counts: 4 eta n (2 (n + 1) + max) is more than 16 eta for n = 1.
    for (int exponent = -1066; exponent < -1040; exponent++) {
      double[] diagonal = {Math.scalb(1.0, exponent)};
      double[] shifted = ShiftTerms.of(diagonal).shiftedDiagonal(0);
      double c = ShiftedCholeskyBound.roundingTerm(1, diagonal[0], diagonal[0]);
      assertThat(c).isGreaterThanOrEqualTo(17 * Double.MIN_VALUE);
      assertThat(shifted).containsExactly(diagonal[0] - c);
    }
  }
}
