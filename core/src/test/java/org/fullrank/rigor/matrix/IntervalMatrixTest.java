package org.fullrank.rigor.matrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.fullrank.rigor.matrix.Balls.ball;
import static org.fullrank.rigor.matrix.Balls.exact;
import static org.fullrank.rigor.matrix.Balls.random;
import static org.fullrank.rigor.matrix.Balls.rim;

import java.math.BigDecimal;
import java.util.Random;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Kinks;
import org.junit.jupiter.api.Test;

/**
 * Each operation against exact decimal arithmetic, on matrices at the rim of what the operands
 * allow; every case makes one error term the one that counts.
 */
class IntervalMatrixTest {
  private static final double[] NO_BIAS = {};

  private static BigDecimal[][] affine(
      BigDecimal[][] a, double[][] w, double s, double[] bias, double t) {
    BigDecimal[][] z = new BigDecimal[a.length][w[0].length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < w[0].length; j++) {
        BigDecimal sum = BigDecimal.ZERO;
        for (int k = 0; k < w.length; k++) {
          sum = sum.add(a[i][k].multiply(new BigDecimal(w[k][j])));
        }
        sum = sum.multiply(new BigDecimal(s));
        z[i][j] =
            bias.length == 0 ? sum : sum.add(new BigDecimal(t).multiply(new BigDecimal(bias[j])));
      }
    }
    return z;
  }

  private static void checkAffine(
      IntervalMatrix a, BigDecimal[][] truth, double[][] w, double s, double[] bias, double t) {
    IntervalMatrix z = a.affine(LinearMap.of(w, 1), s, bias, t, 1);
    Balls.contains("affine", z, affine(truth, w, s, bias, t));
  }

  /** Rounding of a product and of the last operation, one on top of the other. */
  @Test
  void singleProductsOfExactNumbers() {
    Random r = new Random(1);
    for (int t = 0; t < 1500; t++) {
      double[][] a = random(r, 1, 1);
      double[][] w = random(r, 1, 1);
      checkAffine(IntervalMatrix.exact(a), exact(a), w, 0.5 + r.nextDouble(), NO_BIAS, 0);
    }
  }

  /** The bias alone: its product with the scale rounds. */
  @Test
  void biasOfAZeroRow() {
    Random r = new Random(2);
    for (int t = 0; t < 150; t++) {
      double[] bias = {r.nextGaussian(), 0};
      double[][] zero = {{0}};
      checkAffine(IntervalMatrix.exact(zero), exact(zero), new double[][] {{1, 1}}, 1, bias, 0.1);
    }
  }

  /** The bias cancels the product: what remains is what rounding the bias has cost. */
  @Test
  void biasThatCancels() {
    Random r = new Random(3);
    for (int t = 0; t < 150; t++) {
      double b = r.nextGaussian();
      double[][] a = {{-(0.1 * b)}};
      checkAffine(
          IntervalMatrix.exact(a), exact(a), new double[][] {{1}}, 1, new double[] {b}, 0.1);
    }
  }

  /** Products that cancel below {@code u^2}: the second-order term of the compensated product. */
  @Test
  void innerProductsThatCancel() {
    Random r = new Random(4);
    for (int t = 0; t < 150; t++) {
      int half = 40;
      double[][] a = new double[1][2 * half + 1];
      double[][] w = new double[2 * half + 1][1];
      BigDecimal sum = BigDecimal.ZERO;
      for (int k = 0; k < 2 * half; k++) {
        a[0][k] = r.nextGaussian() * Math.pow(10, 4 * r.nextDouble());
        w[k][0] = r.nextGaussian();
        sum = sum.add(new BigDecimal(a[0][k]).multiply(new BigDecimal(w[k][0])));
      }
      a[0][2 * half] = -sum.doubleValue();
      w[2 * half][0] = 1;
      // Once more, so that about u^2 is left.
      double rest = sum.subtract(new BigDecimal(sum.doubleValue())).doubleValue();
      double[][] b = {java.util.Arrays.copyOf(a[0], 2 * half + 2)};
      double[][] v = java.util.Arrays.copyOf(w, 2 * half + 2);
      b[0][2 * half + 1] = -rest;
      v[2 * half + 1] = new double[] {1};
      checkAffine(IntervalMatrix.exact(b), exact(b), v, 1, NO_BIAS, 0);
    }
  }

  /** Entrywise errors of the left factor. */
  @Test
  void entrywiseErrorsAreCarried() {
    Random r = new Random(5);
    for (int t = 0; t < 100; t++) {
      double[][] w = random(r, 6, 3);
      IntervalMatrix a = ball(random(r, 2, 6), 1e-3, Double.POSITIVE_INFINITY);
      double[][] signs = new double[2][6];
      for (int i = 0; i < 2; i++) {
        for (int k = 0; k < 6; k++) {
          signs[i][k] = w[k][t % 3] >= 0 ? 1 : -1;
        }
      }
      checkAffine(a, rim(a, signs), w, -1.7, NO_BIAS, 0);
    }
  }

  /** Errors of the left factor known in norm only, along the leading singular vector. */
  @Test
  void normsOfErrorsAreCarried() {
    Random r = new Random(6);
    for (int t = 0; t < 50; t++) {
      double[] u = random(r, 1, 5)[0];
      double[] v = random(r, 1, 7)[0];
      double[][] w = new double[5][7];
      for (int k = 0; k < 5; k++) {
        for (int j = 0; j < 7; j++) {
          w[k][j] = u[k] * v[j];
        }
      }
      IntervalMatrix a = ball(random(r, 2, 5), Double.POSITIVE_INFINITY, 1e-3);
      checkAffine(a, rim(a, new double[][] {u, u}), w, 2.3, NO_BIAS, 0);
    }
  }

  @Test
  void underflowIsCounted() {
    Random r = new Random(7);
    for (int t = 0; t < 150; t++) {
      double[][] a = random(r, 1, 4);
      double[][] w = random(r, 4, 2);
      for (int k = 0; k < 4; k++) {
        a[0][k] *= 1e-160;
        w[k][0] *= 1e-160;
        w[k][1] *= 1e-163;
      }
      checkAffine(IntervalMatrix.exact(a), exact(a), w, 1e3 * r.nextDouble(), NO_BIAS, 0);
      double[][] zero = {{0}};
      checkAffine(
          IntervalMatrix.exact(zero),
          exact(zero),
          new double[][] {{1}},
          1,
          new double[] {1e-200 * r.nextDouble()},
          1e-120);
    }
  }

  @Test
  void zerosStayExact() {
    double[][] a = {{0, 0}, {1, 2}};
    double[][] w = {{1, 0}, {3, 0}};
    IntervalMatrix z =
        IntervalMatrix.exact(a).affine(LinearMap.of(w, 1), 0.3, new double[] {0.7, 0.2}, 1, 1);
    assertThat(z.rad()[0]).containsOnly(0);
    assertThat(z.rad()[1][1]).isZero();
    assertThat(z.rowError(0)).isZero();
    IntervalMatrix unknown = ball(a, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);
    IntervalMatrix y = unknown.affine(LinearMap.of(w, 1), 1, NO_BIAS, 0, 1);
    assertThat(y.rad()[0][0]).isInfinite();
    assertThat(y.rad()[0][1]).isZero();
  }

  @Test
  void sums() {
    Random r = new Random(8);
    for (int t = 0; t < 1000; t++) {
      double s = t % 3 == 0 ? 1 : t % 3 == 1 ? -0.3 : r.nextGaussian();
      IntervalMatrix a = ball(random(r, 1, 3), t % 2 == 0 ? 0 : 1e-9, Double.POSITIVE_INFINITY);
      IntervalMatrix b = ball(random(r, 1, 3), t % 4 < 2 ? 0 : 1e-9, 1e-9);
      double[][] plus = {{1, 1, 1}};
      double[][] same = {{Math.signum(s), Math.signum(s), Math.signum(s)}};
      BigDecimal[][] x = rim(a, plus);
      BigDecimal[][] y = rim(b, same);
      for (int j = 0; j < 3; j++) {
        x[0][j] = x[0][j].add(new BigDecimal(s).multiply(y[0][j]));
      }
      Balls.contains("sum", a.addScaled(s, b), x);
    }
  }

  /** Errors of either factor and of the rounding, entrywise and in norm. */
  @Test
  void products() {
    Random r = new Random(9);
    double[] sizes = {0, 1e-17, 1e-9, 1e-1};
    for (int t = 0; t < 1600; t++) {
      boolean norm = t % 2 == 0;
      double rg = sizes[t / 2 % 4];
      double rs = sizes[t / 8 % 4];
      IntervalMatrix g = norm ? ball(random(r, 2, 3), 1, rg) : ball(random(r, 2, 3), rg, 1e9);
      IntervalMatrix s = norm ? ball(random(r, 1, 3), 1, rs) : ball(random(r, 1, 3), rs, 1e9);
      double[][] dg = new double[2][3];
      double[][] ds = new double[1][3];
      int hot = t % 3;
      for (int j = 0; j < 3; j++) {
        double sign = Math.signum(s.mid()[0][j] * g.mid()[0][j]);
        boolean only = norm && j != hot;
        ds[0][j] = only ? 1e-30 : Math.signum(s.mid()[0][j]);
        dg[0][j] = only ? 1e-30 : sign * ds[0][j];
        dg[1][j] = dg[0][j];
      }
      BigDecimal[][] x = rim(g, dg);
      BigDecimal[] y = rim(s, ds)[0];
      for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 3; j++) {
          x[i][j] = x[i][j].multiply(y[j]);
        }
      }
      Balls.contains("product " + t, g.timesRows(s), x);
    }
  }

  /** Stored rows at the far side of the ball. */
  @Test
  void distances() {
    IntervalMatrix a = ball(new double[][] {{3, 0}, {0, 4}}, 1, 0.5);
    double[][] stored = {{3.25, 0}, {0, 3}};
    double far = Math.hypot(0.75, 1.5);
    assertThat(a.distance(stored)).isBetween(far * (1 - 1e-15), far * (1 + 1e-10));
    assertThatThrownBy(() -> a.distance(new double[2][3]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> a.distance(new double[][] {{Double.NaN, 0}, {0, 0}}))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void frobeniusNormAndError() {
    IntervalMatrix a = ball(new double[][] {{3, 0}, {0, 4}}, 1, 0.5);
    assertThat(a.frobeniusError()).isBetween(Math.sqrt(0.5), Math.sqrt(0.5) * 1.0001);
    assertThat(a.frobeniusNorm().contains(5 + Math.sqrt(0.5) * 0.9999999)).isTrue();
    assertThat(a.frobeniusNorm().contains(5 - Math.sqrt(0.5) * 0.9999999)).isTrue();
    assertThat(ball(new double[][] {{1}}, Double.NaN, Double.NaN).get(0, 0))
        .isEqualTo(Interval.ENTIRE);
  }

  @Test
  void rejectsWhatDoesNotFit() {
    IntervalMatrix a = IntervalMatrix.exact(new double[2][3]);
    LinearMap w = LinearMap.of(new double[][] {{1, 2}, {3, 4}}, 1);
    IntervalMatrix other = IntervalMatrix.exact(new double[3][3]);
    PointwiseBounds b = new PointwiseBounds(0, 0, 0, 0, 1, Kinks.none(1));
    Runnable[] calls = {
      () -> a.affine(w, 1, NO_BIAS, 0, 1),
      () -> a.affine(LinearMap.of(new double[3][2], 1), 1, new double[3], 0, 1),
      () -> a.affine(LinearMap.of(new double[3][2], 1), Double.NaN, NO_BIAS, 0, 1),
      () -> a.affine(LinearMap.of(new double[3][2], 1), 1, NO_BIAS, Double.POSITIVE_INFINITY, 1),
      () -> a.affine(LinearMap.of(new double[3][2], 1), 1, NO_BIAS, 0, 0),
      () -> a.addScaled(1, other),
      () -> a.addScaled(Double.NaN, a),
      () -> a.timesRows(other),
      () -> a.image(new double[2][2], new double[2][3], b),
      () -> a.image(new double[2][3], new double[1][3], b),
      () -> a.slopes(new double[2][2], b),
      () -> a.get(0, 3),
      () -> a.get(-1, 0),
      () -> IntervalMatrix.exact(new double[0][0]),
      () -> IntervalMatrix.exact(new double[][] {{Double.NaN}}),
      () -> LinearMap.of(new double[][] {{Double.POSITIVE_INFINITY}}, 1),
      () -> LinearMap.of(new double[][] {{1}, {1, 2}}, 1),
      () -> Kinks.none(Double.POSITIVE_INFINITY),
      () -> new PointwiseBounds(0, Double.NaN, 0, 0, 1, Kinks.none(1)),
    };
    for (Runnable call : calls) {
      assertThatThrownBy(call::run).isInstanceOf(IllegalArgumentException.class);
    }
  }
}
