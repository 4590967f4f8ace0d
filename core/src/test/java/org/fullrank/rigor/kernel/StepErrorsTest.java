package org.fullrank.rigor.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Random;
import org.fullrank.rigor.kernel.StepErrors.Cotangent;
import org.fullrank.rigor.kernel.StepErrors.Rows;
import org.fullrank.rigor.kernel.StepErrors.Weights;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Steps in doubles against the same steps in 60 digits, for a rational activation. */
final class StepErrorsTest {
  private static final MathContext DIGITS = new MathContext(60);

  /** The activation {@code z / (1 + |z|)}: slopes up to 1, which change by at most {@code 2 dz}. */
  private static final double SMOOTHNESS = 2;

  /** Relative errors of its value and slope in doubles. */
  private static final double VALUE = 3 * ErrorTerms.U;

  private static final double SLOPE = 5 * ErrorTerms.U;

  private final Random random = new Random(5);

  /** A step of {@code f = V sigma(s W x)} with residual {@code f - y}, for both tensors. */
  @ParameterizedTest
  @CsvSource({"1, 1", "1e-3, 1", "30, 1e-4", "1, 1e5"})
  void aComputedStepIsWithinTheBound(double weight, double target) {
    double tightest = Double.POSITIVE_INFINITY;
    for (int trial = 0; trial < 20; trial++) {
      tightest = Math.min(tightest, compare(weight, target));
    }
    // Worst cases of sums: far from measured errors, but not useless.
    assertThat(tightest).isLessThan(1000);
  }

  private double compare(double weight, double target) {
    int n = 1 + random.nextInt(6);
    int d = 1 + random.nextInt(5);
    int m = 1 + random.nextInt(7);
    double s = 1 / Math.sqrt(d);
    double h = 0.1;
    double[][] x = gaussian(n, d, 1);
    double[][] w = gaussian(m, d, weight);
    double[] v = gaussian(1, m, weight)[0];
    double[] y = gaussian(1, n, target)[0];

    double[][] hidden = new double[n][m];
    double[][] cotangents = new double[n][m];
    double[] r = new double[n];
    double[] hiddenErrors = new double[n];
    double[] cotangentErrors = new double[n];
    double[] residualErrors = new double[n];
    double[] f = new double[n];
    double norm = Norms.frobenius(w).hi();
    Weights first = new Weights(s, norm, norm, d, m);
    double vNorm = Norms.euclidean(v).hi();
    for (int i = 0; i < n; i++) {
      double[] z = new double[m];
      for (int k = 0; k < m; k++) {
        z[k] = s * dot(w[k], x[i]);
        hidden[i][k] = value(z[k]);
      }
      f[i] = dot(v, hidden[i]);
      r[i] = f[i] - y[i];
      double[] b = new double[m];
      for (int k = 0; k < m; k++) {
        b[k] = v[k] * r[i];
        cotangents[i][k] = slope(z[k]) * b[k];
      }
      double ez = StepErrors.product(first, norm(x[i]), 0);
      hiddenErrors[i] = StepErrors.activated(1, ez, VALUE * norm(hidden[i]));
      double ef =
          StepErrors.product(new Weights(1, vNorm, vNorm, m, 1), norm(hidden[i]), hiddenErrors[i]);
      residualErrors[i] = StepErrors.sum(ef, 0, Math.abs(r[i]));
      double eb =
          StepErrors.product(new Weights(1, vNorm, vNorm, 1, m), Math.abs(r[i]), residualErrors[i]);
      Cotangent cotangent = new Cotangent(norm(b), RowNorms.largest(b), eb);
      cotangentErrors[i] =
          StepErrors.gated(1, SMOOTHNESS, ez, SLOPE, cotangent, norm(cotangents[i]), m);
    }
    double[][] gradient = new double[m + 1][];
    double[][] moved = new double[m + 1][];
    for (int k = 0; k < m; k++) {
      gradient[k] = new double[d];
      for (int j = 0; j < d; j++) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
          sum += cotangents[i][k] * x[i][j];
        }
        gradient[k][j] = s * sum;
      }
      moved[k] = minus(w[k], h, gradient[k]);
    }
    gradient[m] = new double[m];
    for (int k = 0; k < m; k++) {
      for (int i = 0; i < n; i++) {
        gradient[m][k] += r[i] * hidden[i][k];
      }
    }
    moved[m] = minus(v, h, gradient[m]);

    double xNorm = Norms.frobenius(x).hi();
    double aNorm = Norms.frobenius(cotangents).hi();
    double hNorm = Norms.frobenius(hidden).hi();
    double rNorm = norm(r);
    double dw =
        StepErrors.gradient(
            s, new Rows(aNorm, aNorm, norm(cotangentErrors), m), new Rows(xNorm, xNorm, 0, d), n);
    double dv =
        StepErrors.gradient(
            1,
            new Rows(rNorm, rNorm, norm(residualErrors), 1),
            new Rows(hNorm, hNorm, norm(hiddenErrors), m),
            n);
    double bound =
        StepErrors.step(
            norm(flat(moved)), h, norm(flat(gradient)), Math.hypot(dw, dv) * 1.0000001, m * d + m);
    double error = distance(flat(moved), exact(x, w, v, y, s, h));
    assertThat(error).isLessThanOrEqualTo(bound);
    return error == 0 ? Double.POSITIVE_INFINITY : bound / error;
  }

  /** The same step in decimals, row by row of W and then V. */
  private static BigDecimal[] exact(
      double[][] x, double[][] w, double[] v, double[] y, double s, double h) {
    int m = w.length;
    int d = x[0].length;
    BigDecimal[] theta = new BigDecimal[m * d + m];
    for (int k = 0; k < m; k++) {
      for (int j = 0; j < d; j++) {
        theta[k * d + j] = decimal(w[k][j]);
      }
      theta[m * d + k] = decimal(v[k]);
    }
    for (int i = 0; i < x.length; i++) {
      BigDecimal[] z = new BigDecimal[m];
      BigDecimal[] one = new BigDecimal[m];
      BigDecimal r = decimal(y[i]).negate();
      for (int k = 0; k < m; k++) {
        z[k] = BigDecimal.ZERO;
        for (int j = 0; j < d; j++) {
          z[k] = z[k].add(decimal(w[k][j]).multiply(decimal(x[i][j])));
        }
        z[k] = z[k].multiply(decimal(s));
        one[k] = BigDecimal.ONE.add(z[k].abs());
        r = r.add(decimal(v[k]).multiply(z[k].divide(one[k], DIGITS)));
      }
      for (int k = 0; k < m; k++) {
        BigDecimal step = r.multiply(decimal(h));
        theta[m * d + k] = theta[m * d + k].subtract(step.multiply(z[k].divide(one[k], DIGITS)));
        BigDecimal a = step.multiply(decimal(v[k])).divide(one[k].multiply(one[k]), DIGITS);
        for (int j = 0; j < d; j++) {
          theta[k * d + j] =
              theta[k * d + j].subtract(a.multiply(decimal(s)).multiply(decimal(x[i][j])), DIGITS);
        }
      }
    }
    return theta;
  }

  /** Products alone, also where every summand or their multiple underflows. */
  @ParameterizedTest
  @CsvSource({"1, 1", "1e-150, 1e-150", "1e-160, 1e-160", "1e-300, 1e-22", "1, 1e-318", "1e150, 1"})
  void productsAreCoveredAtAllSizes(double size, double other) {
    for (int trial = 0; trial < 100; trial++) {
      int d = 1 + random.nextInt(200);
      double[] w = gaussian(1, d, size)[0];
      double[] x = gaussian(1, d, other)[0];
      double s = new double[] {0.3, 1e-7, 1e5}[trial % 3];
      BigDecimal exact = BigDecimal.ZERO;
      for (int j = 0; j < d; j++) {
        exact = exact.add(decimal(w[j]).multiply(decimal(x[j])));
      }
      exact = exact.multiply(decimal(s));
      double norm = norm(w);
      double bound = StepErrors.product(new Weights(s, norm, norm, d, 1), norm(x), 0);
      within(s * dot(w, x), exact, bound);
    }
  }

  /** An error of 0, of rounding, or larger than the number. */
  private double error() {
    return random.nextGaussian() * new double[] {0, 1e-15, 1e-3, 10}[random.nextInt(4)];
  }

  private static void within(double computed, BigDecimal exact, double bound) {
    assertThat(decimal(computed).subtract(exact).abs())
        .isLessThanOrEqualTo(decimal(bound).add(new BigDecimal("1e-400")));
  }

  private static double value(double z) {
    return z / (1 + Math.abs(z));
  }

  private static double slope(double z) {
    return 1 / ((1 + Math.abs(z)) * (1 + Math.abs(z)));
  }

  private static BigDecimal slope(BigDecimal z) {
    BigDecimal one = BigDecimal.ONE.add(z.abs());
    return BigDecimal.ONE.divide(one.multiply(one), DIGITS);
  }

  /** Single numbers, whose norms are themselves: each term is the largest one now and then. */
  @Test
  void everyTermIsNeeded() {
    for (int trial = 0; trial < 3000; trial++) {
      double a = random.nextGaussian();
      double b = random.nextGaussian();
      double c = random.nextGaussian();
      double ea = error();
      double eb = error();
      // Numbers with a hat; what they stand for is the difference, in decimals.
      BigDecimal exactA = decimal(a).subtract(decimal(ea));
      BigDecimal exactB = decimal(b).subtract(decimal(eb));
      double normA = Math.abs(a);
      double normB = Math.abs(b);
      double na = Math.abs(ea);
      double nb = Math.abs(eb);
      double s = Math.abs(c);
      within(
          c * (b * a),
          decimal(c).multiply(decimal(b)).multiply(exactA),
          StepErrors.product(new Weights(s, normB, normB, 1, 1), normA, na));
      within(c * a, decimal(c).multiply(exactA), StepErrors.scaled(s, normA, na, 1));
      within(a + b, exactA.add(exactB), StepErrors.sum(na, nb, Math.abs(a + b)));
      within(
          value(a),
          exactA.divide(BigDecimal.ONE.add(exactA.abs()), DIGITS),
          StepErrors.activated(1, na, VALUE * Math.abs(value(a))));
      double gated = slope(a) * b;
      within(
          gated,
          slope(exactA).multiply(exactB),
          StepErrors.gated(
              1, SMOOTHNESS, na, SLOPE, new Cotangent(normB, normB, nb), Math.abs(gated), 1));
      within(
          c * (a * b),
          decimal(c).multiply(exactA).multiply(exactB),
          StepErrors.gradient(s, new Rows(normA, normA, na, 1), new Rows(normB, normB, nb, 1), 1));
      double moved = c - 0.1 * a;
      within(
          moved,
          decimal(c).subtract(decimal(0.1).multiply(exactA)),
          StepErrors.step(Math.abs(moved), 0.1, normA, na, 1));
    }
  }

  @Test
  void whatIsUnknownStaysUnknown() {
    Weights w = new Weights(1, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, 3, 3);
    assertThat(StepErrors.product(w, 1, 0)).isInfinite();
    assertThat(StepErrors.activated(1, Double.POSITIVE_INFINITY, 0)).isInfinite();
    assertThat(StepErrors.step(1, 0.1, 1, Double.POSITIVE_INFINITY, 4)).isInfinite();
  }

  private double[][] gaussian(int n, int d, double size) {
    double[][] a = new double[n][d];
    for (double[] row : a) {
      for (int j = 0; j < d; j++) {
        row[j] = size * random.nextGaussian();
      }
    }
    return a;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int j = 0; j < a.length; j++) {
      sum += a[j] * b[j];
    }
    return sum;
  }

  private static double[] minus(double[] theta, double h, double[] g) {
    double[] out = new double[theta.length];
    for (int j = 0; j < out.length; j++) {
      out[j] = theta[j] - h * g[j];
    }
    return out;
  }

  private static double norm(double[] v) {
    return RowNorms.upper(v);
  }

  private static double[] flat(double[][] rows) {
    return java.util.Arrays.stream(rows).flatMapToDouble(java.util.Arrays::stream).toArray();
  }

  private static double distance(double[] a, BigDecimal[] b) {
    BigDecimal sum = BigDecimal.ZERO;
    for (int j = 0; j < a.length; j++) {
      BigDecimal e = decimal(a[j]).subtract(b[j]);
      sum = sum.add(e.multiply(e));
    }
    return sum.sqrt(DIGITS).doubleValue();
  }

  private static BigDecimal decimal(double x) {
    return new BigDecimal(x);
  }
}
