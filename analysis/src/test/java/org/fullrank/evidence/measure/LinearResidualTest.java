package org.fullrank.evidence.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Random;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Verdict;
import org.fullrank.spectrum.RankReport;
import org.junit.jupiter.api.Test;

/** Enclosures of projected residuals against 80-digit normal equations, for any candidate. */
final class LinearResidualTest {
  private static final MathContext DIGITS = new MathContext(80);
  private static final int TRIALS = 60;

  private static double[][] gaussian(int rows, int columns, double size, Random random) {
    double[][] out = new double[rows][columns];
    for (double[] row : out) {
      for (int j = 0; j < columns; j++) {
        row[j] = size * random.nextGaussian();
      }
    }
    return out;
  }

  /** {@code ||P e||_F^2}: the solution of {@code X^T X w = X^T e} by elimination, times it. */
  private static BigDecimal projected(double[][] e, double[][] x) {
    int d = x[0].length;
    int k = e[0].length;
    BigDecimal[][] system = new BigDecimal[d][d + k];
    for (int i = 0; i < d; i++) {
      for (int j = 0; j < d + k; j++) {
        system[i][j] = BigDecimal.ZERO;
        for (int r = 0; r < x.length; r++) {
          BigDecimal right = new BigDecimal(j < d ? x[r][j] : e[r][j - d]);
          system[i][j] = system[i][j].add(new BigDecimal(x[r][i]).multiply(right));
        }
      }
    }
    BigDecimal sum = BigDecimal.ZERO;
    // Elimination leaves b^T A^-1 b as the sum of squares of the reduced right sides over pivots.
    for (int p = 0; p < d; p++) {
      for (int c = d; c < d + k; c++) {
        sum = sum.add(system[p][c].pow(2, DIGITS).divide(system[p][p], DIGITS));
      }
      for (int i = p + 1; i < d; i++) {
        BigDecimal factor = system[i][p].divide(system[p][p], DIGITS);
        for (int j = p; j < d + k; j++) {
          system[i][j] = system[i][j].subtract(factor.multiply(system[p][j], DIGITS), DIGITS);
        }
      }
    }
    return sum;
  }

  @Test
  void anyCandidateGivesAnEnclosure() {
    Random random = new Random(1);
    int far = 0;
    for (int trial = 0; trial < TRIALS; trial++) {
      int d = 1 + random.nextInt(4);
      int n = d + 1 + random.nextInt(5);
      double[][] x = gaussian(n, d, 1, random);
      double[][] e = gaussian(n, 1 + random.nextInt(3), 1, random);
      RankReport rank = Matrices.rank(x, 2);
      BigDecimal exact = projected(e, x).sqrt(DIGITS);
      double[][] best = LeastSquares.solve(x, e);
      Interval sharp = LinearResidual.projection(e, x, best, rank, 2);
      assertThat(sharp.contains(exact)).isTrue();
      assertThat(sharp.relativeWidth()).isLessThan(1e-10);
      for (double size : new double[] {1e-8, 1e-3, 1, 1e3}) {
        double[][] bad = gaussian(d, e[0].length, size, random);
        for (int i = 0; i < d; i++) {
          for (int c = 0; c < bad[i].length; c++) {
            bad[i][c] += best[i][c];
          }
        }
        Interval wide = LinearResidual.projection(e, x, bad, rank, 2);
        assertThat(wide.contains(exact)).as("trial " + trial + ", size " + size).isTrue();
        far += wide.relativeWidth() > 1e-10 ? 1 : 0;
      }
      double[][] none = new double[d][e[0].length];
      assertThat(LinearResidual.projection(e, x, none, rank, 2).contains(exact)).isTrue();
      none[0][0] = Double.NaN;
      assertThat(LinearResidual.projection(e, x, none, rank, 2)).isEqualTo(Interval.atLeast(0));
    }
    assertThat(far).isGreaterThan(TRIALS);
  }

  @Test
  void theErrorOfTheOutputsIsCovered() {
    // The exact outputs are a hundredth away, where it changes loss and excess most.
    double[][] x = {{1, 0}, {0, 1}, {0, 0}};
    double[][] y = new double[3][1];
    double[][] stored = {{1}, {0}, {2}};
    Interval error = Interval.of(0, 0.01);
    LinearResidual residual = LinearResidual.of(stored, error, x, y, Matrices.rank(x, 2), 2);
    assertThat(residual.interpolates).isEqualTo(Verdict.INAPPLICABLE);
    for (double moved : new double[] {-0.0099999, 0, 0.0099999}) {
      assertThat(residual.excess.contains(half(1 + moved, 0))).isTrue();
      double along = moved / Math.sqrt(5);
      assertThat(residual.loss.contains(half(1 + along, 2 + 2 * along))).isTrue();
    }
    assertThat(residual.excess.width()).isLessThan(0.021);
    double[][] square = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
    LinearResidual all = LinearResidual.of(stored, error, square, y, Matrices.rank(square, 2), 2);
    assertThat(all.interpolates).isEqualTo(Verdict.HOLDS);
    assertThat(all.excess).isEqualTo(all.loss);
    double[][] twice = {{1, 0, 0}, {1, 0, 0}, {0, 0, 1}};
    assertThat(LinearResidual.of(stored, error, twice, y, Matrices.rank(twice, 2), 2).interpolates)
        .isEqualTo(Verdict.UNDECIDED);
  }

  private static BigDecimal half(double a, double b) {
    return new BigDecimal(a).pow(2).add(new BigDecimal(b).pow(2)).divide(BigDecimal.valueOf(2));
  }
}
