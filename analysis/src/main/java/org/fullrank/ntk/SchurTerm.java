package org.fullrank.ntk;

import java.util.Arrays;
import java.util.List;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.eigen.Hint;
import org.fullrank.rigor.eigen.ShiftedCholeskyBound;
import org.fullrank.rigor.eigen.SymmetricProduct;
import org.fullrank.rigor.kernel.Norms;

/**
 * One layer's part {@code K_l} of a kernel: numbers {@code lower_i >= 0} with {@code K_l >=
 * diag(lower_i I_k)}, and enclosures of its diagonal.
 */
final class SchurTerm {
  private final double[] lower;
  private final Interval[] diagonal;

  SchurTerm(double[] lower, Interval[] diagonal) {
    this.lower = lower;
    this.diagonal = diagonal;
  }

  double[] lower() {
    return lower;
  }

  Interval[] diagonal() {
    return diagonal;
  }

  double smallest() {
    return Arrays.stream(lower).min().orElseThrow();
  }

  /** A part that is stored as gradient rows {@code i * k + c}. */
  static SchurTerm ofRows(double[][] rows, int n, int k) {
    double[] lower = new double[n];
    Arrays.fill(lower, lambdaMin(rows));
    return new SchurTerm(lower, squares(rows));
  }

  /**
   * {@code K_l = (sum_b s_b^2 A_b A_b^T (x) 1 1^T) o (G G^T)}.
   *
   * @param inputs {@code A_b}, each {@code [n][d_b]}
   * @param scales {@code s_b}
   * @param g rows {@code i * k + c}
   */
  static SchurTerm ofFactors(List<double[][]> inputs, double[] scales, double[][] g, int n, int k) {
    Interval[] inner = innerDiagonal(inputs, scales, n);
    Interval[] outer = squares(g);
    Interval[] diagonal = new Interval[n * k];
    for (int r = 0; r < n * k; r++) {
      diagonal[r] = inner[r / k].multiply(outer[r]);
    }
    double[] byInputs = byInputs(inputs, scales, g, n, k);
    double fromOutputs = lambdaMin(g);
    double[] byOutputs = new double[n];
    for (int i = 0; i < n; i++) {
      byOutputs[i] = Interval.of(fromOutputs).multiply(inner[i]).lo();
    }
    double a = Arrays.stream(byInputs).min().orElseThrow();
    double b = Arrays.stream(byOutputs).min().orElseThrow();
    return new SchurTerm(a >= b ? byInputs : byOutputs, diagonal);
  }

  private static Interval[] innerDiagonal(List<double[][]> inputs, double[] scales, int n) {
    Interval[] sums = new Interval[n];
    Arrays.fill(sums, Interval.ZERO);
    for (int b = 0; b < scales.length; b++) {
      Interval square = Interval.of(scales[b]).square();
      for (int i = 0; i < n; i++) {
        double[] row = inputs.get(b)[i];
        sums[i] = sums[i].add(square.multiply(Norms.sumOfSquares(row, row.length)));
      }
    }
    return sums;
  }

  /** {@code lambda_min(sum_b s_b^2 A_b A_b^T) lambda_min(G_i G_i^T)}. */
  private static double[] byInputs(
      List<double[][]> inputs, double[] scales, double[][] g, int n, int k) {
    int first = 0;
    while (first + 1 < scales.length && isOnes(inputs.get(first))) {
      first++;
    }
    Interval scale = Interval.of(Math.abs(scales[first]));
    Interval lambda =
        scale.hi() == 0
            ? Interval.ZERO
            : Interval.of(lambdaMin(joined(inputs, scales, first, scale))).multiply(scale.square());
    double[] lower = new double[n];
    if (lambda.lo() > 0) {
      for (int i = 0; i < n; i++) {
        double[][] own = Arrays.copyOfRange(g, i * k, (i + 1) * k);
        lower[i] = lambda.multiply(Interval.of(lambdaMin(own))).lo();
      }
    }
    return lower;
  }

  /**
   * Rows M with {@code scale^2 M M^T <= sum_b s_b^2 A_b A_b^T}: the inputs of block {@code first}
   * as they are, those of bias columns as {@code |s_b| / scale} rounded towards 0. Other blocks
   * would have to be rounded entry by entry; leaving them out is safe, too.
   */
  static double[][] joined(List<double[][]> inputs, double[] scales, int first, Interval scale) {
    double[][] m = Arrays.stream(inputs.get(first)).map(double[]::clone).toArray(double[][]::new);
    for (int b = 0; b < scales.length; b++) {
      if (b != first && isOnes(inputs.get(b))) {
        double q = Interval.of(Math.abs(scales[b])).divide(scale).lo();
        if (q <= Double.MAX_VALUE) {
          for (int i = 0; i < m.length; i++) {
            m[i] = Arrays.copyOf(m[i], m[i].length + 1);
            m[i][m[i].length - 1] = q;
          }
        }
      }
    }
    return m;
  }

  private static boolean isOnes(double[][] rows) {
    for (double[] row : rows) {
      if (row.length != 1 || row[0] != 1) {
        return false;
      }
    }
    return true;
  }

  private static Interval[] squares(double[][] rows) {
    return Arrays.stream(rows)
        .map(row -> Norms.sumOfSquares(row, row.length))
        .toArray(Interval[]::new);
  }

  /** A lower bound, at least 0, of the smallest eigenvalue of the exact {@code M M^T}. */
  private static double lambdaMin(double[][] rows) {
    int width = rows[0].length;
    if (width < rows.length) {
      return 0;
    }
    if (rows.length == 1) {
      return Norms.sumOfSquares(rows[0], width).lo();
    }
    double lo =
        ShiftedCholeskyBound.withDefaults()
            .encloseLambdaMin(SymmetricProduct.of(rows, 1), Hint.none())
            .interval()
            .lo();
    return Math.max(lo, 0);
  }
}
