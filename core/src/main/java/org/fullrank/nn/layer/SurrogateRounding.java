package org.fullrank.nn.layer;

import java.util.Arrays;
import java.util.List;
import org.fullrank.diff.Linearization;
import org.fullrank.diff.RoundingModel;
import org.fullrank.linalg.Tensors;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Rounding of a surrogate: that of the trained chain for samples whose stored gates are the exact
 * ones, infinite for the others. A gate is the exact one if its stored {@code |t|} exceeds the
 * bound of the error of all {@code t} of that layer and sample.
 *
 * @param chain the trained layers with the stored gates
 * @param signals the frozen dense layers
 * @param rectified the frozen activations
 */
record SurrogateRounding(
    RoundingModel chain, List<Linearization> signals, List<Linearization> rectified)
    implements RoundingModel {
  @Override
  public double[] valueError(double[] inputError) {
    double[] error = chain.valueError(inputError);
    boolean[] exact = exactGates(inputError);
    for (int i = 0; i < error.length; i++) {
      error[i] = exact[i] ? error[i] : Double.POSITIVE_INFINITY;
    }
    return error;
  }

  @Override
  public Errors pullbackError(double[] inputError, INDArray dy, double[][] dyError) {
    Errors errors = chain.pullbackError(inputError, dy, dyError);
    boolean[] exact = exactGates(inputError);
    return new Errors(
        kept(errors.inputCotangent(), exact),
        errors.rows().stream().map(rows -> kept(rows, exact)).toList());
  }

  private static double[][] kept(double[][] errors, boolean[] exact) {
    double[][] out = new double[errors.length][exact.length];
    for (int c = 0; c < out.length; c++) {
      for (int i = 0; i < exact.length; i++) {
        out[c][i] = exact[i] ? errors[c][i] : Double.POSITIVE_INFINITY;
      }
    }
    return out;
  }

  private boolean[] exactGates(double[] inputError) {
    boolean[] exact = new boolean[inputError.length];
    Arrays.fill(exact, true);
    double[] error = inputError;
    for (int l = 0; l < signals.size(); l++) {
      // Dense and ReLU layers have models.
      error = signals.get(l).rounding().orElseThrow().valueError(error);
      double[] t = Tensors.toDoubles(signals.get(l).value());
      int d = t.length / exact.length;
      for (int k = 0; k < t.length; k++) {
        // Written so that a NaN counts as inexact.
        if (!(Math.abs(t[k]) > error[k / d])) {
          exact[k / d] = false;
        }
      }
      error = rectified.get(l).rounding().orElseThrow().valueError(error);
    }
    return exact;
  }
}
