package org.fullrank.rigor.rank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.Random;
import org.fullrank.oracle.AdversarialMatrices;
import org.fullrank.oracle.ExactMatrix;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Verdict;
import org.junit.jupiter.api.Test;

class RankCertificateTest {
  @Test
  void thePrintedResidualIsStillABound() {
    for (double off : new double[] {1e-3, 0.12344, 0.33333, 0.4999}) {
      RankCertificate c = RankCertificate.of(new double[][] {{1}}, new double[][] {{1 - off}}, 1);
      String text = c.toString();
      int from = text.indexOf("<= ") + 3;
      BigDecimal printed = new BigDecimal(text.substring(from, text.indexOf(',', from)));
      assertThat(printed).isGreaterThanOrEqualTo(new BigDecimal(c.epsilon()));
    }
  }

  @Test
  void enclosesTheSmallestSingularValue() {
    Random random = new Random(1);
    int certified = 0;
    int trials = 2_000;
    for (int trial = 0; trial < trials; trial++) {
      int n = 1 + random.nextInt(5);
      int w = n + random.nextInt(4);
      double[][] m = AdversarialMatrices.gaussian(n, w, random);
      double range = random.nextDouble() * 3;
      int exponent = trial % 5 == 0 ? random.nextInt(1900) - 1000 : 0;
      for (int i = 0; i < n; i++) {
        for (int k = 0; k < w; k++) {
          m[i][k] = Math.scalb(m[i][k] * Math.pow(10, -range * i), exponent);
        }
      }
      if (trial % 4 == 0 && n > 1) {
        m[1] = m[0].clone(); // exactly dependent, or by one ulp
        m[1][0] = trial % 8 == 0 ? m[1][0] : Math.nextUp(m[1][0]);
      }
      double[][] p = rightInverse(m, exponent);
      ExactMatrix gram = ExactMatrix.of(m).gram();
      RankCertificate good = RankCertificate.of(m, p, 1 + trial % 2);
      check(gram, good, trial);
      if (good.certified()) {
        certified++;
      }
      double[][] corrupted = p.clone();
      int row = random.nextInt(w);
      corrupted[row] = p[row].clone();
      corrupted[row][random.nextInt(n)] *=
          new double[] {1.01, 1 + 1e-12, -1, 0, Double.NaN, Double.POSITIVE_INFINITY, 1e30}
              [trial % 7];
      check(gram, RankCertificate.of(m, corrupted, 1), trial);
      check(gram, RankCertificate.of(m, AdversarialMatrices.gaussian(w, n, random), 1), trial);
    }
    assertThat(certified).isGreaterThan(trials / 2);
  }

  /** Sums of one number, whose roundings all have one sign: the computed residual is too small. */
  @Test
  void epsilonCoversTheExactResidual() {
    Random random = new Random(2);
    for (int trial = 0; trial < 400; trial++) {
      int w = 100 + random.nextInt(400);
      double x = random.nextDouble();
      double y = 1 / (w * x);
      double[][] m = new double[1][w];
      java.util.Arrays.fill(m[0], x);
      double[][] p = new double[w][1];
      for (double[] row : p) {
        row[0] = y;
      }
      BigDecimal residual =
          BigDecimal.ONE.subtract(
              new BigDecimal(x).multiply(new BigDecimal(y)).multiply(BigDecimal.valueOf(w)));
      double epsilon = RankCertificate.of(m, p, 1).epsilon();
      assertThat(residual.abs()).isLessThanOrEqualTo(new BigDecimal(epsilon));
      assertThat(epsilon).isLessThan(1e-12);
    }
  }

  @Test
  void verdicts() {
    double[][] wide = {{1, 0, 0}, {0, 2, 0}};
    RankCertificate c = RankCertificate.of(wide, new double[][] {{1, 0}, {0, 0.5}, {0, 0}}, 1);
    assertThat(c.verdict()).isEqualTo(Verdict.HOLDS);
    assertThat(c.sigmaMin().lo()).isBetween(0.89, 1.0); // 1 / ||P||_F
    assertThat(c.sigmaMin().hi()).isBetween(1.0, 1 + 1e-12);
    assertThat(c.sigmaMin("sigma_min(M)").isProof()).isTrue();
    assertThat(c).asString().contains("HOLDS").contains("[2, 3]");
    RankCertificate tall =
        RankCertificate.of(new double[][] {{1}, {2}}, new double[][] {{1, 0}}, 1);
    assertThat(tall.verdict()).isEqualTo(Verdict.FAILS);
    assertThat(tall.sigmaMin()).isEqualTo(Interval.ZERO);
    RankCertificate useless = RankCertificate.of(wide, new double[3][2], 1);
    assertThat(useless.verdict()).isEqualTo(Verdict.UNDECIDED);
    assertThat(useless.sigmaMin().contains(1)).isTrue();
    assertThatThrownBy(() -> RankCertificate.of(wide, new double[2][2], 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[3, 2]");
  }

  private static void check(ExactMatrix gram, RankCertificate c, int trial) {
    Interval s = c.sigmaMin();
    assertThat(gram.minusSquare(s.lo()).definiteness()).as("%d %s", trial, c).isNotNegative();
    assertThat(gram.minusSquare(s.hi()).definiteness()).as("%d %s", trial, c).isNotPositive();
    if (c.certified()) {
      assertThat(gram.definiteness()).as("%d", trial).isEqualTo(1);
    }
  }

  /** {@code M^T (M M^T)^-1} by elimination, with one Newton step; accuracy does not matter. */
  private static double[][] rightInverse(double[][] m, int exponent) {
    int n = m.length;
    int w = m[0].length;
    double[][] s = new double[n][w];
    for (int i = 0; i < n; i++) {
      for (int k = 0; k < w; k++) {
        s[i][k] = Math.scalb(m[i][k], -exponent);
      }
    }
    double[][] g = new double[n][2 * n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        for (int k = 0; k < w; k++) {
          g[i][j] += s[i][k] * s[j][k];
        }
      }
      g[i][n + i] = 1;
    }
    for (int c = 0; c < n; c++) {
      for (int i = 0; i < n; i++) {
        if (i == c) {
          continue;
        }
        double f = g[i][c] / g[c][c];
        for (int j = 0; j < 2 * n; j++) {
          g[i][j] -= f * g[c][j];
        }
      }
    }
    double[][] p = new double[w][n];
    for (int k = 0; k < w; k++) {
      for (int j = 0; j < n; j++) {
        for (int i = 0; i < n; i++) {
          p[k][j] += s[i][k] * g[i][n + j] / g[i][i];
        }
        p[k][j] = Math.scalb(p[k][j], -exponent);
      }
    }
    return p;
  }
}
