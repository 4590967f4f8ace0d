package org.fullrank.rigor.matrix;

import java.util.List;
import org.fullrank.rigor.kernel.RowNorms;
import org.fullrank.rigor.rounding.Rounding;

/**
 * The part of a Jacobian that belongs to one affine layer, in factored form over {@code S}
 * positions that share the layer's parameters: row {@code r = i * k + c} holds {@code sum_s scale *
 * a_(i,s) (x) g_(r,s)} for the weights and {@code sum_s biasScale * g_(r,s)} for the bias.
 *
 * @param scale factor of the weights' part, finite
 * @param inputs {@code a}, {@code [n S][d_in]}, row {@code i * S + s}
 * @param biasScale factor of the bias's part, finite; 0 for none
 * @param cotangents {@code g}, {@code [n k S][d_out]}, row {@code r * S + s}
 * @param positions {@code S}, 1 for a dense layer that is used once
 */
public record KroneckerTerm(
    double scale,
    IntervalMatrix inputs,
    double biasScale,
    IntervalMatrix cotangents,
    int positions) {
  /** Checks the parts. */
  public KroneckerTerm {
    if (!(Math.abs(scale) <= Double.MAX_VALUE && Math.abs(biasScale) <= Double.MAX_VALUE)) {
      throw new IllegalArgumentException(
          "KroneckerTerm expects finite scales but got " + scale + " and " + biasScale);
    }
    if (cotangents.rows() % inputs.rows() != 0) {
      throw new IllegalArgumentException(
          "KroneckerTerm expects a multiple of "
              + inputs.rows()
              + " cotangents but got "
              + cotangents.rows());
    }
    if (positions < 1 || inputs.rows() % positions != 0) {
      throw new IllegalArgumentException(
          "KroneckerTerm expects positions that divide "
              + inputs.rows()
              + " inputs but got "
              + positions);
    }
  }

  /** A term with one position. */
  public KroneckerTerm(
      double scale, IntervalMatrix inputs, double biasScale, IntervalMatrix cotangents) {
    this(scale, inputs, biasScale, cotangents, 1);
  }

  /** Rows of the Jacobian. */
  int rows() {
    return cotangents.rows() / positions;
  }

  /** Row of the inputs that belongs to a row of the cotangents. */
  int inputOf(int cotangent) {
    int k = outputs();
    return cotangent / (k * positions) * positions + cotangent % positions;
  }

  /** Outputs per sample. */
  int outputs() {
    return cotangents.rows() / inputs.rows();
  }

  /**
   * Upper bounds of the row norms of the stored parts and of their errors, weights then bias. Over
   * positions they add up, by the triangle inequality; {@code norm} bounds {@code sum_s |scale|
   * ||a_s|| ||g_s||}, which rounding errors are relative to, too.
   */
  List<RowBounds> rowBounds() {
    double[] alpha = RowNorms.ofRows(inputs.mid());
    double[] beta = RowNorms.ofRows(cotangents.mid());
    double[] delta = inputs.rowErrors();
    double[] epsilon = cotangents.rowErrors();
    double s = Math.abs(scale);
    double t = Math.abs(biasScale);
    RowBounds weights = new RowBounds(rows());
    RowBounds bias = new RowBounds(rows());
    for (int q = 0; q < beta.length; q++) {
      double a = alpha[inputOf(q)];
      double da = delta[inputOf(q)];
      double error =
          Rounding.addUp(
              RowNorms.product(a, epsilon[q]),
              Rounding.addUp(RowNorms.product(da, beta[q]), RowNorms.product(da, epsilon[q])));
      int r = q / positions;
      weights.add(r, RowNorms.product(s, RowNorms.product(a, beta[q])), RowNorms.product(s, error));
      bias.add(r, RowNorms.product(t, beta[q]), RowNorms.product(t, epsilon[q]));
    }
    return List.of(weights, bias);
  }

  /** Norms of the rows of a block and of their errors. */
  static final class RowBounds {
    final double[] norm;
    final double[] error;

    RowBounds(int rows) {
      norm = new double[rows];
      error = new double[rows];
    }

    private void add(int r, double moreNorm, double moreError) {
      // The first position is not rounded again.
      norm[r] = norm[r] == 0 ? moreNorm : Rounding.addUp(norm[r], moreNorm);
      error[r] = error[r] == 0 ? moreError : Rounding.addUp(error[r], moreError);
    }
  }
}
