package org.fullrank.rigor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.fullrank.oracle.AdversarialMatrices;
import org.fullrank.oracle.ExactMatrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rounding terms of the search, each where it is visible. */
class TiledSearchTest {
  @TempDir Path folder;

  @Test
  void shiftedDiagonalIsThatOfTheBoundInMemory() {
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

  private void checkCheapBounds(double[][] a) throws Exception {
    TiledEnclosure e =
        TiledCholeskyBound.withDefaults()
            .withWorkingBytes(1 << 26)
            .withMaxFactorizations(0)
            .encloseLambdaMin(SymmetricSource.ofRows(a), Hint.none(), folder);
    assertThat(ExactMatrix.of(a).lambdaMinIn(e.interval().lo(), e.interval().hi())).isTrue();
    assertThat(e.enclosure().status()).isNotEqualTo(EnclosureStatus.BUDGET_EXHAUSTED);
  }

  @Test
  void gershgorinIsRoundedDown() throws Exception {
    Random random = new Random(1);
    for (int index = 0; index < 300; index++) {
      // Circulant with negative neighbours: the disc ends at the eigenvalue of the constant vector.
      int n = 2 + index % 6;
      double[] c = random.doubles(n).toArray();
      double diagonal = index % 2 == 0 ? 1 : 1e-3 * random.nextDouble();
      double size = index % 3 == 0 ? 1 : 1e-17;
      checkCheapBounds(
          AdversarialMatrices.fill(
              n, (i, j) -> i == j ? diagonal : -size * c[Math.min(i - j, n - i + j)]));
    }
  }

  @Test
  void cheapBoundsSurviveOverflow() throws Exception {
    for (int n = 1; n < 6; n++) {
      for (double sign : new double[] {1, -1}) {
        checkCheapBounds(AdversarialMatrices.fill(n, (i, j) -> sign * Double.MAX_VALUE));
      }
    }
  }
}
