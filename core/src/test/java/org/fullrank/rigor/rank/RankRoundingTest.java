package org.fullrank.rigor.rank;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Random;
import org.fullrank.oracle.AdversarialMatrices;
import org.fullrank.oracle.ExactMatrix;
import org.fullrank.rigor.kernel.CompensatedProduct;
import org.junit.jupiter.api.Test;

/** Each error term of the rank certificate where it is needed, against exact decimals. */
class RankRoundingTest {
  private static final double ETA = Double.MIN_VALUE;

  /** {@code |I - M (P1 + P2)|} at one entry, exactly. */
  private static BigDecimal residual(double[][] m, double[][] p1, double[][] p2, int i, int j) {
    BigDecimal sum = i == j ? BigDecimal.ONE.negate() : BigDecimal.ZERO;
    for (int k = 0; k < p1.length; k++) {
      BigDecimal p = new BigDecimal(p1[k][j]).add(new BigDecimal(p2[k][j]));
      sum = sum.add(new BigDecimal(m[i][k]).multiply(p));
    }
    return sum.abs();
  }

  private static void assertBound(double[][] bound, double[][] m, double[][] p1, double[][] p2) {
    for (int i = 0; i < m.length; i++) {
      for (int j = 0; j < m.length; j++) {
        assertThat(new BigDecimal(bound[i][j])).isGreaterThanOrEqualTo(residual(m, p1, p2, i, j));
      }
    }
  }

  private static double[][] constant(int n, int w, double value) {
    double[][] m = new double[n][w];
    for (double[] row : m) {
      Arrays.fill(row, value);
    }
    return m;
  }

  /** Sums of one number: all roundings have one sign, so gamma_w is nearly reached. */
  @Test
  void plainProductsNeedGamma() {
    Random random = new Random(1);
    for (int trial = 0; trial < 40; trial++) {
      double[][] m = constant(2, 50 + random.nextInt(200), random.nextDouble());
      double[][] p = constant(m[0].length, 2, random.nextDouble());
      assertBound(ResidualBound.plain(m, p, true, 1), m, p, new double[m[0].length][2]);
    }
  }

  @Test
  void plainProductsNeedTheUnderflowTerm() {
    double[][] m = constant(2, 100, 0.5);
    double[][] p = constant(100, 2, ETA);
    assertThat(residual(m, p, new double[100][2], 0, 1))
        .isEqualByComparingTo(new BigDecimal(ETA).multiply(BigDecimal.valueOf(50)));
    assertBound(ResidualBound.plain(m, p, true, 1), m, p, new double[100][2]);
  }

  /** The sum cancels to 1e-17, so that rounding the low parts shows. */
  @Test
  void compensatedProductsNeedGammaSquared() {
    Random random = new Random(2);
    for (int trial = 0; trial < 80; trial++) {
      int w = 20 + random.nextInt(100);
      double[][] m = AdversarialMatrices.gaussian(1, w, random);
      double[][] p = AdversarialMatrices.gaussian(w, 1, random);
      double[][] none = new double[w][1];
      for (int step = 0; step < 4; step++) {
        // The last coefficients take up what is left of 1 - m p.
        p[w - 1 - step % 3][0] -= residualSigned(m, p) / m[0][w - 1 - step % 3];
      }
      assertBound(ResidualBound.compensated(m, p, null, true, 1), m, p, none);
      double bound = ResidualBound.compensated(m, p, null, true, 1)[0][0];
      assertThat(bound).isLessThan(1e-12);
    }
  }

  private static double residualSigned(double[][] m, double[][] p) {
    BigDecimal sum = BigDecimal.ONE.negate();
    for (int k = 0; k < p.length; k++) {
      sum = sum.add(new BigDecimal(m[0][k]).multiply(new BigDecimal(p[k][0])));
    }
    return sum.doubleValue();
  }

  @Test
  void theSecondPartNeedsGamma() {
    Random random = new Random(3);
    for (int trial = 0; trial < 40; trial++) {
      double[][] m = constant(2, 50 + random.nextInt(200), random.nextDouble());
      double[][] p = constant(m[0].length, 2, random.nextDouble());
      double[][] none = new double[m[0].length][2];
      assertBound(ResidualBound.compensated(m, none, p, true, 1), m, none, p);
    }
  }

  @Test
  void compensatedProductsNeedTheUnderflowTerm() {
    double[][] m = constant(2, 200, 0.75);
    double[][] tiny = constant(200, 2, 3 * ETA);
    double[][] none = new double[200][2];
    assertBound(ResidualBound.compensated(m, tiny, null, true, 1), m, tiny, none);
    double[][] half = constant(2, 200, 0.5);
    double[][] one = constant(200, 2, ETA);
    assertBound(ResidualBound.compensated(half, one, one, true, 1), half, one, one);
  }

  @Test
  void secondPartsAreSubtractedFromTheResidual() {
    double[][] m = {{3}};
    double[][] third = {{1.0 / 3}};
    BigDecimal missing =
        BigDecimal.ONE.subtract(new BigDecimal(third[0][0]).multiply(BigDecimal.valueOf(3)));
    double[][] rest = {{missing.doubleValue() / 3}};
    double with = ResidualBound.compensated(m, third, rest, true, 1)[0][0];
    assertThat(with).isLessThan(1e-30);
    assertThat(ResidualBound.compensated(m, third, null, true, 1)[0][0]).isGreaterThan(1e-17);
    assertBound(new double[][] {{with}}, m, third, rest);
  }

  /** Both parts of one size: rounding their sum adds to the rounding of the second product. */
  @Test
  void theSumOfThePartsIsRoundedOutward() {
    Random random = new Random(6);
    for (int trial = 0; trial < 5_000; trial++) {
      double[][] m = {{1 + random.nextDouble()}};
      double[][] p2 = {{(1 + 0.01 * random.nextDouble()) / m[0][0]}};
      double[][] p1 = {{1 / m[0][0] - p2[0][0] + 1e-17 * random.nextDouble()}};
      assertBound(ResidualBound.compensated(m, p1, p2, true, 1), m, p1, p2);
    }
  }

  @Test
  void inexactScalingEnlargesEveryBound() {
    double[][] m = {{1, 1}, {1, 0}};
    double[][] p = {{0, 1}, {1, -1}};
    double[][][] exact = {
      ResidualBound.plain(m, p, true, 1), ResidualBound.compensated(m, p, p, true, 1)
    };
    double[][][] inexact = {
      ResidualBound.plain(m, p, false, 1), ResidualBound.compensated(m, p, p, false, 1)
    };
    for (int kind = 0; kind < 2; kind++) {
      for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 2; j++) {
          assertThat(inexact[kind][i][j]).isGreaterThan(exact[kind][i][j]);
        }
      }
    }
    double[][] lossy = {{0x1p1000, 0x1p1000}, {0x1p1000, 0x1p-900}};
    assertThat(Equilibration.of(lossy, true).isExact()).isFalse();
    assertThat(Equilibration.of(new double[][] {{0x1p1000, 3e-300}}, true).isExact()).isTrue();
  }

  @Test
  void overflowGivesNoBound() {
    double[][] m = {{1.5, 1.5}};
    double[][] p = {{Double.MAX_VALUE}, {-Double.MAX_VALUE}};
    assertThat(ResidualBound.plain(m, p, true, 1)[0][0]).isInfinite();
    assertThat(ResidualBound.compensated(m, p, null, true, 1)[0][0]).isInfinite();
    assertThat(RankCertificate.of(m, p, 1).certified()).isFalse();
  }

  @Test
  void theQuotientIsRoundedDown() {
    Random random = new Random(4);
    for (int trial = 0; trial < 1_000; trial++) {
      double epsilon = trial % 2 == 0 ? 0x1p-60 * random.nextDouble() : random.nextDouble();
      double norm = 1 + random.nextDouble();
      BigDecimal most = BigDecimal.ONE.subtract(new BigDecimal(epsilon));
      double q = SigmaMin.quotient(epsilon, norm, 0);
      assertThat(new BigDecimal(q).multiply(new BigDecimal(norm))).isLessThanOrEqualTo(most);
      double low = random.nextDouble();
      double both = SigmaMin.quotient(epsilon, SigmaMin.sum(norm, new double[][] {{low}}, 0), 0);
      assertThat(new BigDecimal(both).multiply(new BigDecimal(norm).add(new BigDecimal(low))))
          .isLessThanOrEqualTo(most);
    }
    assertThat(SigmaMin.quotient(0, 3, 2)).isBetween(0.083333, 1.0 / 12);
    assertThat(SigmaMin.quotient(0x1p-60, 1, 0)).isLessThan(1);
    assertThat(SigmaMin.sum(1, new double[][] {{0x1p-60}}, 0)).isGreaterThan(1);
    assertThat(SigmaMin.sum(1, null, 0)).isEqualTo(1);
    assertThat(SigmaMin.sum(1, null, 1)).isGreaterThan(1);
    assertThat(SigmaMin.quotient(0, 1, 1)).isEqualTo(0.5);
  }

  /** Sixteen entries are scaled to 2.49 eta and rounded to 2 eta, so the row shrinks by a fifth. */
  @Test
  void theUpperEndKeepsWhatScalingLoses() {
    double[][] m = new double[2][17];
    Arrays.fill(m[1], 2.49 * 0x1p-74);
    m[0][0] = 0x1p1000;
    m[1][0] = 0;
    RankCertificate c = RankCertificate.of(m, new double[17][2], 1);
    assertThat(c.sigmaMin().hi()).isGreaterThanOrEqualTo(9.96 * 0x1p-74);
  }

  @Test
  void theResidualReducesTheLowerEnd() {
    RankCertificate c = RankCertificate.of(new double[][] {{2}}, new double[][] {{0.25}}, 1);
    assertThat(c.epsilon()).isBetween(0.5, 0.5 + 1e-12);
    assertThat(c.sigmaMin().lo()).isBetween(1.99, 2.0);
  }

  /** Rows of any scale: full rank, and a lower end that is not above the shortest row. */
  @Test
  void rowsAndColumnsOfAnyScale() {
    double[][] rows = {{1, 2}, {3e-200, 4e-200}};
    RankCertificate c = RankCertificate.search(rows, 1);
    assertThat(c.certified()).isTrue();
    assertThat(c.sigmaMin().lo()).isBetween(1e-203, 1e-200);
    assertThat(ExactMatrix.of(rows).gram().minusSquare(c.sigmaMin().lo()).definiteness())
        .isPositive();
    double[][] columns = {{1, 2e-200}, {3, 4e-200}};
    RankCertificate d = RankCertificate.search(columns, 1);
    assertThat(d.certified()).isTrue();
    assertThat(d.sigmaMin().lo()).isBetween(1e-203, 1e-200);
    assertThat(ExactMatrix.of(columns).gram().minusSquare(d.sigmaMin().lo()).definiteness())
        .isPositive();
  }

  /** The enclosure is narrow enough here to notice a wrong sharp bound, not only a wrong digit. */
  @Test
  void compensatedEntriesKeepTheirPromise() {
    Random random = new Random(5);
    for (int trial = 0; trial < 40; trial++) {
      int w = 1 + random.nextInt(40);
      double[][] a = AdversarialMatrices.gaussian(2, w, random);
      double[][] b = AdversarialMatrices.gaussian(w, 17, random);
      double[][] high = new double[2][17];
      double[][] low = new double[2][17];
      CompensatedProduct.accumulate(high, low, a, b, 1 + trial % 2);
      for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 17; j++) {
          BigDecimal exact = BigDecimal.ZERO;
          BigDecimal weight = BigDecimal.ZERO;
          for (int k = 0; k < w; k++) {
            BigDecimal term = new BigDecimal(a[i][k]).multiply(new BigDecimal(b[k][j]));
            exact = exact.add(term);
            weight = weight.add(term.abs());
          }
          BigDecimal error =
              exact.subtract(new BigDecimal(high[i][j])).subtract(new BigDecimal(low[i][j])).abs();
          double up = Math.nextUp(weight.doubleValue());
          assertThat(error)
              .isLessThanOrEqualTo(new BigDecimal(CompensatedProduct.errorBound(w, up)));
        }
      }
    }
  }
}
