package org.fullrank.rigor.eigen;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Random;
import org.fullrank.oracle.AdversarialMatrices;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.kernel.CholeskyTest;
import org.fullrank.rigor.kernel.Dot2;
import org.fullrank.rigor.kernel.Rayleigh;
import org.junit.jupiter.api.Test;

/** Rayleigh quotients, residuals and the inequality of Temple and Kato against exact arithmetic. */
class ResidualTest {
  private static double[][] lower(double[][] a) {
    return CholeskyTest.lower(a);
  }

  private static BigDecimal[] times(double[][] a, double[] x) {
    BigDecimal[] y = new BigDecimal[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = BigDecimal.ZERO;
      for (int j = 0; j < x.length; j++) {
        y[i] = y[i].add(new BigDecimal(a[i][j]).multiply(new BigDecimal(x[j])));
      }
    }
    return y;
  }

  private static BigDecimal dot(BigDecimal[] x, double[] y) {
    BigDecimal s = BigDecimal.ZERO;
    for (int i = 0; i < y.length; i++) {
      s = s.add(x[i].multiply(new BigDecimal(y[i])));
    }
    return s;
  }

  private static BigDecimal[] exact(double[] x) {
    BigDecimal[] y = new BigDecimal[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = new BigDecimal(x[i]);
    }
    return y;
  }

  /** Whether {@code numerator / denominator}, the latter positive, is in the interval, exactly. */
  private static boolean contains(Interval x, BigDecimal numerator, BigDecimal denominator) {
    return new BigDecimal(x.lo()).multiply(denominator).compareTo(numerator) <= 0
        && new BigDecimal(x.hi()).multiply(denominator).compareTo(numerator) >= 0;
  }

  @Test
  void quotientsAndResidualsContainTheExactOnes() {
    Random random = new Random(1);
    double[] signs = {1, -1};
    for (int trial = 0; trial < 1500; trial++) {
      int n = 1 + random.nextInt(12);
      double[][] g = AdversarialMatrices.gaussian(n, n, random);
      double[][] a = AdversarialMatrices.fill(n, (i, j) -> g[i][j]);
      double[] x = random.doubles(n, -1, 1).toArray();
      if (trial % 2 == 0) { // an eigenvector, nearly: everything cancels
        JacobiSolver solver = JacobiSolver.solve(a);
        x = solver.vectors()[0];
        double t = solver.values()[0];
        for (int i = 0; i < n; i++) {
          a[i][i] -= trial % 4 == 0 ? t : 0;
        }
      }
      double sign = signs[trial % 3 == 0 ? 1 : 0];
      double[] y = java.util.Objects.requireNonNull(Rayleigh.normalized(x, n));
      BigDecimal[] ax = times(a, y);
      BigDecimal exactSign = BigDecimal.valueOf((long) sign);
      BigDecimal form = dot(ax, y).multiply(exactSign);
      BigDecimal square = dot(exact(y), y);
      assertThat(contains(Rayleigh.quotient(lower(a), sign, x), form, square)).isTrue();
      Residual residual = new Residual(lower(a), sign, y);
      assertThat(contains(residual.quotient(), form, square)).as("%d", trial).isTrue();
      double t = residual.quotient().mid();
      BigDecimal sum = BigDecimal.ZERO;
      for (int i = 0; i < n; i++) {
        BigDecimal r =
            ax[i].multiply(exactSign).subtract(new BigDecimal(t).multiply(new BigDecimal(y[i])));
        sum = sum.add(r.pow(2));
      }
      assertThat(contains(residual.square(t), sum, square)).as("%d", trial).isTrue();
      assertThat(residual.square(t).lo()).isNotNegative();
    }
  }

  /** Inner products with and without cancellation. */
  @Test
  void doubledInnerProductsAreEnclosed() {
    Random random = new Random(3);
    for (int trial = 0; trial < 3000; trial++) {
      int n = 1 + random.nextInt(30);
      double[] x = random.doubles(n, -1, 1).toArray();
      double[] y = random.doubles(n, -1, 1).toArray();
      if (trial % 2 == 0) { // cancels to the second order of the unit roundoff
        for (int k = 0; k + 1 < n; k += 2) {
          x[k + 1] = -x[k] * (1 + 0x1p-50 * random.nextInt(9));
          y[k + 1] = y[k] * (1 - 0x1p-50 * random.nextInt(9));
        }
      }
      assertThat(Dot2.dot(x, y, n).contains(dot(exact(x), y))).as("%d", trial).isTrue();
    }
  }

  @Test
  void wholeRowsKeepTheQuotientAccurate() {
    double[][] a = AdversarialMatrices.similar(20, new Random(4), i -> i == 0 ? 1e-12 : 1 + i);
    double[] x = JacobiSolver.solve(a).vectors()[0];
    Residual residual = new Residual(lower(a), 1, x);
    assertThat(residual.quotient().width()).isLessThan(1e-25);
    assertThat(Rayleigh.quotient(lower(a), 1, x).width()).isGreaterThan(1e-17);
  }

  /** {@code lo <= rho - r^2 / (b - rho)} for every member of the enclosures. */
  @Test
  void templeKatoIsRoundedDown() {
    Random random = new Random(5);
    Interval known = Interval.of(-1e300, 1e300);
    int tight = 0;
    for (int trial = 0; trial < 5000; trial++) {
      double width = trial % 2 == 0 ? 0 : 0.1 * random.nextDouble();
      Interval rho = Interval.of(random.nextDouble(), 1 + width);
      rho = trial % 2 == 0 ? Interval.of(rho.lo()) : rho;
      Interval square = Interval.of(0, Math.scalb(random.nextDouble(), -random.nextInt(20)));
      double b = 1 + width + random.nextDouble();
      Interval refined = TempleKatoBound.refined(known, rho, square, b);
      BigDecimal gap = new BigDecimal(b).subtract(new BigDecimal(rho.hi()));
      // lo gap <= rho.lo gap - square
      BigDecimal left = new BigDecimal(refined.lo()).multiply(gap);
      BigDecimal right =
          new BigDecimal(rho.lo()).multiply(gap).subtract(new BigDecimal(square.hi()));
      assertThat(left.compareTo(right)).as("%d", trial).isLessThanOrEqualTo(0);
      BigDecimal close = left.add(gap.add(BigDecimal.ONE).multiply(new BigDecimal("1e-10")));
      tight += close.compareTo(right) > 0 ? 1 : 0;
      assertThat(refined.hi()).isEqualTo(rho.hi());
    }
    assertThat(tight).isGreaterThan(4500);
    assertThat(TempleKatoBound.refined(known, Interval.of(1, 2), Interval.ZERO, 2))
        .isEqualTo(Interval.of(-1e300, 2));
    assertThat(
            TempleKatoBound.refined(known, Interval.of(1), Interval.ONE, Double.NEGATIVE_INFINITY))
        .isEqualTo(Interval.of(-1e300, 1));
  }

  /** {@code A + y y^T} is within the radius of what is stored. */
  @Test
  void roundingOfTheUpdateIsItsRadius() {
    Random random = new Random(6);
    int exceeding = 0;
    for (int trial = 0; trial < 2000; trial++) {
      double a = random.nextGaussian();
      double y = trial % 4 == 0 ? 1e-170 : random.nextGaussian();
      a = trial % 4 == 0 ? 0 : a;
      double sign = trial % 2 == 0 ? 1 : -1;
      SymmetricMatrix w = TempleKatoBound.updated(new double[][] {{a}}, sign, new double[] {y});
      BigDecimal exact = new BigDecimal(sign * a).add(new BigDecimal(y).pow(2));
      BigDecimal error = exact.subtract(new BigDecimal(w.get(0, 0))).abs();
      assertThat(error.compareTo(new BigDecimal(w.radius()))).isLessThanOrEqualTo(0);
      exceeding += error.signum() > 0 ? 1 : 0;
      assertThat(w.radius()).isLessThan(1e-14);
    }
    assertThat(exceeding).isGreaterThan(1000);
  }
}
