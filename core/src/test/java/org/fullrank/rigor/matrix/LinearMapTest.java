package org.fullrank.rigor.matrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.fullrank.rigor.matrix.Balls.random;

import java.util.Random;
import org.fullrank.rigor.kernel.Norms;
import org.junit.jupiter.api.Test;

/** Spectral norms of exact matrices. */
class LinearMapTest {
  @Test
  void spectralNormsAreSharpAndUpperBounds() {
    Random r = new Random(11);
    for (int n : new int[] {1, 2, 17, 90}) {
      double[][] w = random(r, n, Math.max(1, n - 3));
      double norm = LinearMap.of(w, 2).norm();
      double[] v = new double[w[0].length];
      java.util.Arrays.fill(v, 1);
      double truth = 0;
      for (int t = 0; t < 800; t++) {
        double[] x = times(w, v);
        double[] y = times(LinearMap.transpose(w), x);
        double size = Math.sqrt(Norms.sumOfSquares(y, y.length).mid());
        truth = Math.sqrt(size / Math.sqrt(Norms.sumOfSquares(v, v.length).mid()));
        for (int j = 0; j < v.length; j++) {
          v[j] = y[j] / size;
        }
      }
      assertThat(norm).isBetween(truth * (1 - 1e-12), truth * 1.06);
      assertThat(LinearMap.of(LinearMap.transpose(w), 1).transposed().norm())
          .isBetween(truth * (1 - 1e-12), truth * 1.06);
    }
    assertThat(LinearMap.of(new double[][] {{1e-300, 2e-300}, {0, 0}, {1e-300, 0}}, 1).norm())
        .isBetween(2.2882e-300, 2.4e-300);
    assertThat(LinearMap.of(new double[][] {{1e300, 2e300}, {0, 0}, {1e300, 0}}, 1).norm())
        .isBetween(2.2882e300, 2.4e300);
  }

  /** Power iteration falls short here by more than the first trial adds. */
  @Test
  void aCrowdedSpectrumDoesNotFoolTheBound() {
    double[][] w = new double[200][200];
    for (int i = 0; i < w.length; i++) {
      w[i][i] = i == 0 ? 1.015 : 1;
    }
    assertThat(LinearMap.of(w, 1).norm()).isBetween(1.015, 1.05);
  }

  private static double[] times(double[][] w, double[] v) {
    double[] x = new double[w.length];
    for (int i = 0; i < w.length; i++) {
      for (int j = 0; j < v.length; j++) {
        x[i] += w[i][j] * v[j];
      }
    }
    return x;
  }
}
