package org.fullrank.rigor.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

public class CholeskyTest {
  @Test
  void blockedFormHasTheBitsOfTheDefiningLoops() {
    Random random = new Random(1);
    for (int n : new int[] {1, 2, 3, 5, 7, 12, 13, 33, 126, 127, 128, 253, 300, 509, 640}) {
      double[][] a = positiveDefinite(n, random);
      double[][] plain = lower(a);
      assertThat(Cholesky.factorPlain(plain)).isEqualTo(-1);
      for (int threads = 1; threads <= 3; threads++) {
        for (int[] tiling : new int[][] {{126, 256}, {3, 4}, {12, 7}, {60, 33}}) {
          if (n > 130 && tiling[0] < 60) {
            continue;
          }
          double[][] blocked = lower(a);
          assertThat(Cholesky.factorBlocked(blocked, threads, tiling[0], tiling[1])).isEqualTo(-1);
          assertThat(Arrays.deepEquals(blocked, plain))
              .as("n %d, threads %d, tiling %s", n, threads, Arrays.toString(tiling))
              .isTrue();
        }
      }
    }
  }

  @Test
  void failsAtTheSamePivotInBothForms() {
    Random random = new Random(2);
    for (int bad : new int[] {0, 5, 130, 299}) {
      double[][] a = positiveDefinite(300, random);
      for (double entry : new double[] {-1, 0, Double.NaN, Double.POSITIVE_INFINITY}) {
        a[bad][bad] = entry;
        double[][] plain = lower(a);
        assertThat(Cholesky.factorPlain(plain)).isEqualTo(bad);
        for (int threads = 1; threads <= 2; threads++) {
          assertThat(Cholesky.factorBlocked(lower(a), threads, 126, 256)).isEqualTo(bad);
        }
      }
    }
    double[][] poisoned = positiveDefinite(300, random);
    poisoned[200][3] = Double.NaN;
    assertThat(Cholesky.of(poisoned, 2).failedPivot()).isEqualTo(200);
  }

  @Test
  void factorIsExactWhereTheArithmeticIs() {
    Cholesky c = Cholesky.of(new double[][] {{4, 9}, {6, 25}}, 1);
    assertThat(c.completed()).isTrue();
    assertThat(c.row(0)).containsExactly(2);
    assertThat(c.row(1)).containsExactly(3, 4);
    Cholesky indefinite = Cholesky.of(new double[][] {{1, 2}, {2, 1}}, 1);
    assertThat(indefinite.completed()).isFalse();
    assertThatThrownBy(() -> indefinite.row(0)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> Cholesky.of(new double[][] {{1}, {}}, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Cholesky.of(positiveDefinite(300, new Random(1)), 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  public static double[][] lower(double[][] a) {
    double[][] copy = new double[a.length][];
    for (int i = 0; i < a.length; i++) {
      copy[i] = Arrays.copyOf(a[i], i + 1);
    }
    return copy;
  }

  public static double[][] positiveDefinite(int n, Random random) {
    double[][] a = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < i; j++) {
        a[i][j] = random.nextGaussian();
        a[j][i] = a[i][j];
      }
      a[i][i] = 3 * Math.sqrt(n) + random.nextDouble();
    }
    return a;
  }
}
