package org.fullrank.rigor.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Random;
import org.fullrank.oracle.AdversarialMatrices;
import org.fullrank.oracle.ExactMatrix;
import org.fullrank.rigor.eigen.EnclosureStatus;
import org.fullrank.rigor.eigen.Hint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rounding terms of the search, each where it is visible. */
class TiledSearchTest {
  @TempDir Path folder;

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
