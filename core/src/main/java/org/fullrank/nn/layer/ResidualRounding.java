package org.fullrank.nn.layer;

import java.util.ArrayList;
import java.util.List;
import org.fullrank.diff.Linearization;
import org.fullrank.diff.Pullback;
import org.fullrank.diff.RoundingModel;
import org.fullrank.linalg.Tensors;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Rounding of {@code y = S(x) + scale b(x)}.
 *
 * <p>Value: {@code |scale| bErr + sErr + gamma_2 |scale| ||b|| + u ||y||}: the branch passes
 * through the rounding of {@code scale} to single precision and the multiplication; the addition
 * errs by {@code u} of its computed result. Pullback: the branch receives {@code scale dy} with
 * error {@code |scale| dyErr + gamma_2 |scale| ||dy||}; the input cotangents and {@code u} of their
 * norms add up. Errors of branch and shortcut are taken as unrelated although both come from one
 * input.
 *
 * @param scale factor of the branch
 * @param branch its linearization
 * @param branchModel its model
 * @param shortcut null for the identity
 * @param shortcutModel null for the identity
 * @param value stored sum
 */
record ResidualRounding(
    double scale,
    Linearization branch,
    RoundingModel branchModel,
    @Nullable Linearization shortcut,
    @Nullable RoundingModel shortcutModel,
    INDArray value)
    implements RoundingModel {
  @Override
  public double[] valueError(double[] inputError) {
    Roundoff roundoff = Roundoff.of(value.dataType());
    int n = inputError.length;
    double[] fromBranch = branchModel.valueError(inputError);
    double[] fromShortcut =
        shortcutModel == null ? inputError : shortcutModel.valueError(inputError);
    double[] b = Roundoff.norms(branch.value(), n);
    double[] y = Roundoff.norms(value, n);
    double[] bound = new double[n];
    for (int i = 0; i < n; i++) {
      bound[i] =
          Roundoff.INFLATION
              * (scaled(roundoff, fromBranch[i], b[i], value.length() / n)
                  + fromShortcut[i]
                  + roundoff.gamma(1) * y[i]);
    }
    return bound;
  }

  /** Error of {@code scale} times a stored vector of length {@code d}. */
  private double scaled(Roundoff roundoff, double error, double norm, long d) {
    double s = Math.abs(scale);
    double underflow = norm == 0 ? 0 : roundoff.tiny() * (d + norm);
    return s * error + roundoff.gamma(2) * s * norm + underflow;
  }

  @Override
  public Errors pullbackError(double[] inputError, INDArray dy, double[][] dyError) {
    Roundoff roundoff = Roundoff.of(dy.dataType());
    int m = (int) dy.size(0);
    int n = inputError.length;
    double[][] dyNorms = Roundoff.blockNorms(dy);
    double[][] branchError = new double[m][n];
    for (int c = 0; c < m; c++) {
      for (int i = 0; i < n; i++) {
        branchError[c][i] =
            Roundoff.INFLATION
                * scaled(roundoff, dyError[c][i], dyNorms[c][i], dy.length() / (m * (long) n));
      }
    }
    try (INDArray scaledDy = Tensors.scaled(dy, scale)) {
      Errors b = branchModel.pullbackError(inputError, scaledDy, branchError);
      List<double[][]> rows = new ArrayList<>(b.rows());
      double[][] skip = dyError;
      double[][] skipNorms = dyNorms;
      if (shortcut != null && shortcutModel != null) {
        Errors s = shortcutModel.pullbackError(inputError, dy, dyError);
        rows.addAll(s.rows());
        skip = s.inputCotangent();
        skipNorms = cotangentNorms(shortcut, dy);
      }
      double[][] norms = cotangentNorms(branch, scaledDy);
      double[][] bound = new double[m][n];
      for (int c = 0; c < m; c++) {
        for (int i = 0; i < n; i++) {
          double addition = roundoff.gamma(1) * (norms[c][i] + skipNorms[c][i]);
          bound[c][i] = Roundoff.INFLATION * (b.inputCotangent()[c][i] + skip[c][i] + addition);
        }
      }
      return new Errors(bound, List.copyOf(rows));
    }
  }

  private static double[][] cotangentNorms(Linearization part, INDArray dy) {
    try (Pullback pullback = part.pullback(dy)) {
      return Roundoff.blockNorms(pullback.inputCotangent());
    }
  }
}
