package org.fullrank.rigor.matrix;

import java.util.List;
import org.fullrank.rigor.kernel.RowNorms;
import org.fullrank.rigor.rounding.Rounding;

/**
 * The part of a Jacobian that belongs to one affine layer, in factored form: row {@code r = i * k +
 * c} holds {@code scale * a_i (x) g_r} for the weights and {@code biasScale * g_r} for the bias.
 *
 * @param scale factor of the weights' part, finite
 * @param inputs {@code a}, one row per sample
 * @param biasScale factor of the bias's part, finite; 0 for none
 * @param cotangents {@code g}, {@code k} rows per sample
 */
public record KroneckerTerm(
    double scale, IntervalMatrix inputs, double biasScale, IntervalMatrix cotangents) {
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
  }

  /** Outputs per sample. */
  int outputs() {
    return cotangents.rows() / inputs.rows();
  }

  /** Upper bounds of the row norms of the stored parts and of their errors, weights then bias. */
  List<RowBounds> rowBounds() {
    double[] alpha = RowNorms.ofRows(inputs.mid());
    double[] beta = RowNorms.ofRows(cotangents.mid());
    double[] delta = inputs.rowErrors();
    double[] epsilon = cotangents.rowErrors();
    int rows = beta.length;
    int k = outputs();
    double s = Math.abs(scale);
    double t = Math.abs(biasScale);
    RowBounds weights = new RowBounds(rows);
    RowBounds bias = new RowBounds(rows);
    for (int r = 0; r < rows; r++) {
      double a = alpha[r / k];
      double da = delta[r / k];
      double error =
          Rounding.addUp(
              RowNorms.product(a, epsilon[r]),
              Rounding.addUp(RowNorms.product(da, beta[r]), RowNorms.product(da, epsilon[r])));
      weights.norm[r] = RowNorms.product(s, RowNorms.product(a, beta[r]));
      weights.error[r] = RowNorms.product(s, error);
      bias.norm[r] = RowNorms.product(t, beta[r]);
      bias.error[r] = RowNorms.product(t, epsilon[r]);
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
  }
}
