package org.fullrank.rigor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.Random;
import org.fullrank.enclosure.Containment;
import org.fullrank.enclosure.DecimalFunctions;
import org.fullrank.nn.Accuracy;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Activations;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each operation against exact decimal arithmetic, on matrices at the rim of what the operands
 * allow; every case makes one error term the one that counts.
 */
class IntervalMatrixTest {
  private static final double[] NO_BIAS = {};

  /** A row of errors at the rim: entries {@code +-r}, scaled to the norm {@code rho} if longer. */
  private static BigDecimal[][] rim(IntervalMatrix a, double[][] directions) {
    BigDecimal[][] out = new BigDecimal[a.rows()][a.columns()];
    for (int i = 0; i < a.rows(); i++) {
      double factor = 1;
      double squares = 0;
      for (int j = 0; j < a.columns(); j++) {
        squares += directions[i][j] * directions[i][j];
        factor = Math.min(factor, a.rad()[i][j] / Math.abs(directions[i][j]));
      }
      factor = Math.min(factor, a.rowError(i) / Math.sqrt(squares));
      factor *= 1 - 1e-14; // stay inside although this was rounded
      for (int j = 0; j < a.columns(); j++) {
        double e = Double.isNaN(factor) ? 0 : factor * directions[i][j];
        out[i][j] = new BigDecimal(a.mid()[i][j]).add(new BigDecimal(e));
      }
    }
    return out;
  }

  private static BigDecimal[][] exact(double[][] rows) {
    BigDecimal[][] out = new BigDecimal[rows.length][rows[0].length];
    for (int i = 0; i < out.length; i++) {
      for (int j = 0; j < out[i].length; j++) {
        out[i][j] = new BigDecimal(rows[i][j]);
      }
    }
    return out;
  }

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
    Containment.contains("affine", z, affine(truth, w, s, bias, t));
  }

  private static double[][] random(Random r, int n, int d) {
    double[][] rows = new double[n][d];
    for (double[] row : rows) {
      for (int j = 0; j < d; j++) {
        row[j] = r.nextGaussian();
      }
    }
    return rows;
  }

  private static IntervalMatrix ball(double[][] mid, double r, double rho) {
    double[][] rad = new double[mid.length][mid[0].length];
    double[] rows = new double[mid.length];
    for (int i = 0; i < mid.length; i++) {
      java.util.Arrays.fill(rad[i], r);
      rows[i] = rho;
    }
    return new IntervalMatrix(exactCopy(mid), rad, rows);
  }

  private static double[][] exactCopy(double[][] rows) {
    return java.util.Arrays.stream(rows).map(double[]::clone).toArray(double[][]::new);
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
      Containment.contains("sum", a.addScaled(s, b), x);
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
      Containment.contains("product " + t, g.timesRows(s), x);
    }
  }

  private static PointwiseBounds bounds(Activation a, double jump) {
    Accuracy acc = a.accuracy().orElseThrow();
    return new PointwiseBounds(
        acc.relative(),
        acc.absolute(),
        acc.slopeRelative(),
        acc.slopeAbsolute(),
        a.regularity().lipschitz(),
        a.regularity().smoothness(),
        jump);
  }

  /** Values and slopes at the rim of the argument's interval. */
  @ParameterizedTest
  @ValueSource(strings = {"tanh", "sin", "cos", "gaussian", "relu", "abs", "leaky_relu(0.2)"})
  void images(String name) {
    Activation a = Activations.named(name);
    double slope = name.equals("abs") ? -1 : name.equals("relu") ? 0 : 0.2;
    double jump = a.regularity().smoothness() < 9 ? 0 : Math.nextUp(1 - slope);
    Random r = new Random(10);
    double[] sizes = {0, 1e-17, 1e-9, 0.3, 4};
    for (int t = 0; t < 30; t++) {
      double e = sizes[t % 5];
      double[][] mid = random(r, 1, 2);
      mid[0][1] = t % 3 == 0 ? 0 : mid[0][1] * 1e-9;
      IntervalMatrix z = t % 2 == 0 ? ball(mid, e, Double.POSITIVE_INFINITY) : ball(mid, 1e9, e);
      double[][] values = new double[1][2];
      double[][] slopes = new double[1][2];
      a.evaluate(mid[0], values[0], slopes[0]);
      PointwiseBounds bounds = bounds(a, jump);
      IntervalMatrix y = z.image(values, exactCopy(slopes), bounds);
      IntervalMatrix d = z.slopes(exactCopy(slopes), bounds);
      for (double sign : new double[] {-1, -0.5, 0, 0.5, 1}) {
        for (double[] direction :
            new double[][] {{sign, 0}, {0, sign}, {sign, sign}, {sign, -sign}}) {
          BigDecimal[][] x = rim(z, new double[][] {direction});
          BigDecimal[][] fx = new BigDecimal[1][2];
          BigDecimal[][] dx = new BigDecimal[1][2];
          for (int j = 0; j < 2; j++) {
            fx[0][j] = DecimalFunctions.value(a, x[0][j]);
            dx[0][j] = DecimalFunctions.slope(a, x[0][j]);
          }
          Containment.contains(name + " " + t, y, fx);
          Containment.contains(name + "' " + t, d, dx);
        }
      }
    }
  }

  /** A function that is wrong by exactly what it states. */
  @Test
  void statedErrorsAreUsedInFull() {
    double[][] at = {{2, -3}};
    PointwiseBounds b = new PointwiseBounds(0x1p-10, 0x1p-20, 0x1p-9, 0x1p-19, 10, 0, 0);
    double[][] values = {{4, -6}};
    double[][] slopes = {{2, 2}};
    IntervalMatrix z = IntervalMatrix.exact(at);
    BigDecimal[][] y = {
      {new BigDecimal(4 + 0x1p-8 + 0x1p-20), new BigDecimal(-6 - 6 * 0x1p-10 - 0x1p-20)}
    };
    BigDecimal[][] d = {
      {new BigDecimal(2 + 0x1p-8 + 0x1p-19), new BigDecimal(2 - 0x1p-8 - 0x1p-19)}
    };
    Containment.contains("stated", z.image(exactCopy(values), exactCopy(slopes), b), y);
    Containment.contains("stated slope", z.slopes(exactCopy(slopes), b), d);
    // The slope between stored and true argument counts with its own error.
    IntervalMatrix wide = ball(at, 0x1p-4, 1);
    BigDecimal steep = new BigDecimal(0x1p-4).multiply(d[0][0]).multiply(new BigDecimal(1 - 1e-14));
    BigDecimal[][] moved = {
      {y[0][0].add(steep), y[0][1].subtract(steep.multiply(new BigDecimal("0.99")))}
    };
    Containment.contains("moved", wide.image(exactCopy(values), exactCopy(slopes), b), moved);
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

  private static double[] times(double[][] w, double[] v) {
    double[] x = new double[w.length];
    for (int i = 0; i < w.length; i++) {
      for (int j = 0; j < v.length; j++) {
        x[i] += w[i][j] * v[j];
      }
    }
    return x;
  }

  @Test
  void rejectsWhatDoesNotFit() {
    IntervalMatrix a = IntervalMatrix.exact(new double[2][3]);
    LinearMap w = LinearMap.of(new double[][] {{1, 2}, {3, 4}}, 1);
    IntervalMatrix other = IntervalMatrix.exact(new double[3][3]);
    PointwiseBounds b = new PointwiseBounds(0, 0, 0, 0, 1, 1, 0);
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
      () -> new PointwiseBounds(0, 0, 0, 0, 1, Double.POSITIVE_INFINITY, 0),
      () -> new PointwiseBounds(0, Double.NaN, 0, 0, 1, 1, 0),
    };
    for (Runnable call : calls) {
      assertThatThrownBy(call::run).isInstanceOf(IllegalArgumentException.class);
    }
  }
}
