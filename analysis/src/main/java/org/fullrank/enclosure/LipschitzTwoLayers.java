package org.fullrank.enclosure;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongPredicate;
import org.fullrank.nn.enclosed.AffineStep;
import org.fullrank.nn.enclosed.ChainStep;
import org.fullrank.nn.enclosed.EnclosedStep;
import org.fullrank.nn.enclosed.JacobianTerm;
import org.fullrank.nn.enclosed.PointwiseStep;
import org.fullrank.nn.enclosed.UnchangedStep;
import org.fullrank.rigor.eigen.SpectralNorm;
import org.fullrank.rigor.kernel.Norms;
import org.fullrank.rigor.matrix.IntervalMatrix;
import org.fullrank.rigor.matrix.PointwiseBounds;
import org.fullrank.rigor.rounding.Rounding;
import org.fullrank.rigor.rounding.Up;
import org.jspecify.annotations.Nullable;

/**
 * A constant for networks with two layers, {@code f_ic = w_i g_o sum_k V_kc sigma(z_ik)}, which
 * uses the norm of the inputs of all samples together where the recursion adds up the samples. What
 * comes before the first trained layer may be anything that is not trained, and is the input.
 *
 * <p>Let {@code x_i} hold what the trained parameters of the first layer multiply: {@code g_1}
 * times the input if the weights are trained, {@code tau} if the bias is; {@code X} has the rows
 * {@code w_i x_i}. A change {@code (A, a)} of the first layer and of {@code V} and another one
 * {@code (B, b)} have with a vector {@code u} over samples and outputs the second derivative
 *
 * <pre>{@code
 * g_o sum_ik w_i [ (u_i.V_k) sigma''(z_ik) (A x_i)_k (B x_i)_k
 *                  + (u_i.a_k) sigma'(z_ik) (B x_i)_k + (u_i.b_k) sigma'(z_ik) (A x_i)_k ].
 * }</pre>
 *
 * <p>The first sum is {@code sum_k B_k . X^T D_k u'_k} with {@code D_k} diagonal, {@code |D_k,ii|
 * <= L2 |(A x_i)_k|}, {@code u'_ik = u_i.V_k}; by Cauchy and Schwarz it is at most {@code ||B||_F
 * ||X|| L2 sqrt(sum_ik (A x_i)_k^2 (u_i.V_k)^2) <= L2 max_k ||V_k|| max_i ||x_i|| ||X|| ||A|| ||B||
 * ||u||}, and the others likewise at most {@code L1 ||X|| (||a|| ||B|| + ||b|| ||A||) ||u||}. So
 * with {@code c = L2 max_k ||V_k|| max_i ||x_i||} the derivative of the Jacobian in a direction of
 * norm 1 has at most the spectral norm
 *
 * <pre>{@code
 * (A) V fixed:    g_o ||X|| c
 * (B) V trained:  g_o ||X|| (c + sqrt(c^2 + 4 L1^2)) / 2,
 * }</pre>
 *
 * <p>the largest eigenvalue of {@code [[c, L1], [L1, 0]]}; in (B) {@code ||V_k||} on the ball is at
 * most its value at the start plus the radius. A trained output bias adds constant columns.
 */
final class LipschitzTwoLayers {
  private final double spectralNorm;
  private final double[] inputNorms;
  private final PointwiseBounds activation;
  private final double @Nullable [] clearance;
  private final double outgoing;
  private final double outputScale;
  private final boolean outputTrained;

  private LipschitzTwoLayers(
      double spectralNorm,
      double[] inputNorms,
      PointwiseStep hidden,
      AffineStep output,
      boolean outputTrained) {
    this.spectralNorm = spectralNorm;
    this.inputNorms = inputNorms;
    this.activation = hidden.bounds();
    this.clearance = hidden.clearance();
    this.outgoing = output.map().largestRowNorm();
    this.outputScale = Math.abs(output.scale());
    this.outputTrained = outputTrained;
  }

  /**
   * Looks for the two layers.
   *
   * @param weights factor of the outputs of each sample
   * @return empty if the trained layers are others
   */
  static Optional<LipschitzTwoLayers> of(
      List<EnclosedStep> steps, LongPredicate trainedAt, double[] weights, int threads) {
    List<EnclosedStep> flat = new ArrayList<>();
    flatten(steps, flat);
    int first = 0;
    while (first < flat.size() && !flat.get(first).trains(trainedAt)) {
      first++;
    }
    if (first + 3 != flat.size()
        || !(flat.get(first) instanceof AffineStep inner)
        || !(flat.get(first + 1) instanceof PointwiseStep hidden)
        || !(flat.get(first + 2) instanceof AffineStep output)
        || offset(inner.weights()).equals(offset(output.weights()))) {
      return Optional.empty();
    }
    double scale = trains(inner.weights(), trainedAt) ? Math.abs(inner.scale()) : 0;
    double bias = trains(inner.bias(), trainedAt) ? Math.abs(inner.biasScale()) : 0;
    double[] norms = new double[inner.input().rows()];
    for (int i = 0; i < norms.length; i++) {
      norms[i] = Up.norm(new double[] {Up.multiply(scale, inner.input().rowNorm(i)), bias});
    }
    return Optional.of(
        new LipschitzTwoLayers(
            spectralNorm(inner.input(), scale, bias, weights, threads),
            norms,
            hidden,
            output,
            trains(output.weights(), trainedAt)));
  }

  private static Optional<Long> offset(Optional<JacobianTerm.Tensor> tensor) {
    return tensor.map(JacobianTerm.Tensor::offset);
  }

  private static boolean trains(Optional<JacobianTerm.Tensor> tensor, LongPredicate trainedAt) {
    return tensor.filter(t -> trainedAt.test(t.offset())).isPresent();
  }

  private static void flatten(List<EnclosedStep> steps, List<EnclosedStep> flat) {
    for (EnclosedStep step : steps) {
      if (step instanceof ChainStep chain) {
        flatten(chain.steps(), flat);
      } else if (!(step instanceof UnchangedStep)) {
        flat.add(step);
      }
    }
  }

  /** Upper bound of the norm of the matrix with rows {@code w_i (scale x_i, bias)}. */
  private static double spectralNorm(
      IntervalMatrix x, double scale, double bias, double[] weights, int threads) {
    double[][] rows = x.midpoints();
    int columns = rows[0].length;
    double heaviest = 0;
    for (int i = 0; i < rows.length; i++) {
      double[] row = new double[columns + 1];
      for (int j = 0; j < columns; j++) {
        row[j] = weights[i] * (scale * rows[i][j]);
      }
      row[columns] = weights[i] * bias;
      for (double v : row) {
        if (!(Math.abs(v) <= Double.MAX_VALUE)) {
          return Double.POSITIVE_INFINITY;
        }
      }
      rows[i] = row;
      heaviest = Math.max(heaviest, weights[i]);
    }
    // Two roundings per entry, of relative size 2^-53 each, or an underflow of far below 1e-300.
    double rounding = Up.multiply(4 * Rounding.UNIT_ROUNDOFF, Norms.frobenius(rows).hi());
    double underflow = Up.multiply(1e-300, Up.multiply((1 + heaviest) * columns, rows.length));
    double input = Up.multiply(heaviest, Up.multiply(scale, x.frobeniusError()));
    return Up.total(
        new double[] {SpectralNorm.enclose(rows, threads).hi(), rounding, underflow, input});
  }

  /** The constant for a ball; infinite if a pre-activation could cross a kink. */
  double at(double radius) {
    double longest = 0;
    for (int i = 0; i < inputNorms.length; i++) {
      // Written so that a NaN counts as crossing.
      if (clearance != null && !(clearance[i] > Up.multiply(radius, inputNorms[i]))) {
        return Double.POSITIVE_INFINITY;
      }
      longest = Math.max(longest, inputNorms[i]);
    }
    double smoothness = activation.kinks().smoothness();
    double v = outputTrained ? Up.add(outgoing, radius) : outgoing;
    double curvature = Up.multiply(smoothness, Up.multiply(v, longest));
    double factor = curvature;
    if (outputTrained) {
      double both = Up.multiply(2, activation.lipschitz());
      factor = Up.multiply(0.5, Up.add(curvature, Up.norm(new double[] {curvature, both})));
    }
    return Up.multiply(outputScale, Up.multiply(spectralNorm, factor));
  }
}
