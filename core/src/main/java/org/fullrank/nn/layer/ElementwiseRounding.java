package org.fullrank.nn.layer;

import java.util.List;
import java.util.Optional;
import org.fullrank.diff.RoundingModel;
import org.fullrank.linalg.TensorViews;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activation;
import org.fullrank.nn.PiecewiseLinear;
import org.fullrank.nn.Regularity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Rounding of {@code y = sigma(z)} and {@code dz = sigma'(z) o g}, entrywise.
 *
 * <p>Assumed of the activation: the constants of its {@link Regularity} hold; its value errs by at
 * most {@code eps (|sigma(z)| + M |z|)} and its derivative by {@code eps M}, up to underflow, where
 *
 * <ul>
 *   <li>in single precision {@code eps = 8 2^-24} and {@code M = L1}, the contract of {@link
 *       Activation#evaluate(float[], float[], float[])};
 *   <li>in double precision {@code eps = 32 2^-53} and {@code M = min(L1, max_k |sigma'(z_k)| + L2
 *       max_k |z_k|)}, as {@link org.fullrank.nn.Activations} states for its own (sums that cancel,
 *       as in the derivative of gelu, allow no relative bound);
 *   <li>for {@link PiecewiseLinear} in single precision, whose results are those of double
 *       precision rounded once, as there, and in addition {@code u} times the result. So a sample
 *       that relu maps to zero has no error of its own.
 * </ul>
 *
 * <p>Value: {@code L e + eps/(1 - eps) (||y|| + M ||z||)}, and {@code u ||y||} where results were
 * rounded. The stored {@code y} stands for {@code sigma(z)}: from {@code err <= eps (|y| + err + M
 * |z|)} follows the quotient, whose denominator in double precision the inflation covers. {@code L
 * = min(L1, max_k |sigma'(z_k)| + L2 e)} bounds the slope between stored and exact input. Underflow
 * costs {@code d} times the smallest normal number, unless input and value vanish and nothing was
 * rounded but an exact zero.
 *
 * <p>Pullback: {@code L dyErr + min(L2 e max_k |g_k|, 2 L1 ||g||) + (eps M + u max_k |sigma'(z_k)|)
 * ||g||}, the last u for the product and another where slopes were rounded. Where {@code sigma} is
 * linear on either side of zero (relu, leaky relu, abs), the middle term is the jump of the slope
 * times the norm of those {@code g_k} with {@code |z_k| <= e}: no other entry can have crossed the
 * kink. Other functions of infinite {@code L2} have no model: nothing here knows where their kinks
 * are.
 */
final class ElementwiseRounding implements RoundingModel {
  /** Error of an evaluation in double precision. */
  private static final double EVALUATION = 32 * Roundoff.JAVA.unit();

  /** The same in single precision, relative to stored results: {@code eps/(1 - eps)}. */
  private static final double SINGLE = 0x1p-21 / (1 - 0x1p-21);

  private final Roundoff roundoff;

  /** In single precision: by the contract of float arrays, not double results rounded once. */
  private final boolean evaluatedInFloats;

  private final double evaluation;

  /** Error of rounding a result to single precision. */
  private final double conversion;

  private final double lipschitz;
  private final double smoothness;
  private final double jump;
  private final INDArray input;
  private final INDArray value;
  private final INDArray slope;

  private ElementwiseRounding(
      Regularity regularity, double jump, INDArray input, INDArray value, INDArray slope) {
    boolean single = input.dataType() == DataType.FLOAT;
    this.roundoff = Roundoff.of(input.dataType());
    this.evaluatedInFloats = single && jump == 0;
    this.evaluation = evaluatedInFloats ? SINGLE : EVALUATION;
    this.conversion = single && jump > 0 ? roundoff.gamma(1) : 0;
    this.lipschitz = regularity.lipschitz();
    this.smoothness = jump > 0 ? 0 : regularity.smoothness();
    this.jump = jump;
    this.input = input;
    this.value = value;
    this.slope = slope;
  }

  /** The model, unless {@code sigma'} varies in a way that its constants do not describe. */
  static Optional<RoundingModel> of(
      Activation activation, INDArray input, INDArray value, INDArray slope) {
    Regularity regularity = activation.regularity();
    // The record excludes a slope of 1, so the jump is positive exactly for a kink at zero.
    double jump = activation instanceof PiecewiseLinear p ? Math.abs(1 - p.negativeSlope()) : 0;
    if (jump == 0 && Double.isInfinite(regularity.smoothness())) {
      return Optional.empty();
    }
    return Optional.of(new ElementwiseRounding(regularity, jump, input, value, slope));
  }

  /** What a sample's entries say about the derivative around them; {@code reference} is M. */
  private record Slopes(double stored, double reference, double bound) {}

  private Slopes slopes(double[] z, double[] s, int sample, int d, double error) {
    double stored = maxAbs(s, sample * d, d);
    double reference =
        evaluatedInFloats
            ? lipschitz
            : Math.min(lipschitz, stored + smoothness * maxAbs(z, sample * d, d)) + roundoff.tiny();
    double exact = stored * (1 + 2 * roundoff.unit()) + evaluation * reference + roundoff.tiny();
    double bound = jump > 0 ? lipschitz : Math.min(lipschitz, exact + smoothness * error);
    return new Slopes(stored, reference, bound);
  }

  private static double maxAbs(double[] v, int from, int count) {
    double max = 0;
    for (int k = from; k < from + count; k++) {
      max = Math.max(max, Math.abs(v[k]));
    }
    return max;
  }

  @Override
  public double[] valueError(double[] inputError) {
    int n = inputError.length;
    double[] z = Tensors.toDoubles(input);
    double[] s = Tensors.toDoubles(slope);
    double[] zNorms = Roundoff.norms(z, n);
    double[] yNorms = Roundoff.norms(value, n);
    int d = z.length / n;
    double[] bound = new double[n];
    for (int i = 0; i < n; i++) {
      Slopes at = slopes(z, s, i, d, inputError[i]);
      // Zero entries of the value come from zero slopes or inputs, or underflowed. The contract of
      // float arrays promises no exact zero: sigma(0) may be too small for a float.
      boolean exactZero = zNorms[i] == 0 && yNorms[i] == 0 && !evaluatedInFloats;
      double underflow = exactZero ? 0 : d * roundoff.tiny();
      bound[i] =
          Roundoff.INFLATION
              * (at.bound * inputError[i]
                  + evaluation * (yNorms[i] + at.reference * zNorms[i])
                  + conversion * yNorms[i]
                  + underflow);
    }
    return bound;
  }

  @Override
  public Errors pullbackError(double[] inputError, INDArray dy, double[][] dyError) {
    int m = (int) dy.size(0);
    int n = inputError.length;
    double[] z = Tensors.toDoubles(input);
    double[] s = Tensors.toDoubles(slope);
    int d = z.length / n;
    double[][] bound = new double[m][n];
    for (int c = 0; c < m; c++) {
      double[] g = Tensors.toDoubles(TensorViews.leading(dy, c, c + 1));
      for (int i = 0; i < n; i++) {
        double e = inputError[i];
        Slopes at = slopes(z, s, i, d, e);
        double norm = Roundoff.norm(g, i * d, d);
        double own = at.bound * dyError[c][i];
        if (norm != 0) {
          double relative =
              evaluation * at.reference + (conversion + roundoff.gamma(1)) * at.stored;
          own += displaced(z, g, i * d, d, e, norm) + relative * norm;
          own += roundoff.tiny() * (d + norm);
        }
        bound[c][i] = Roundoff.INFLATION * own;
      }
    }
    return new Errors(bound, List.of());
  }

  /** Bound of {@code ||(sigma'(stored z) - sigma'(exact z)) o g||} over one sample. */
  private double displaced(double[] z, double[] g, int from, int d, double e, double norm) {
    if (jump > 0) {
      return jump * crossing(z, g, from, d, e);
    }
    return Math.min(smoothness * e * maxAbs(g, from, d), 2 * lipschitz * norm);
  }

  /** Norm of the {@code g_k} whose {@code z_k} may lie on the other side of zero. */
  private static double crossing(double[] z, double[] g, int from, int d, double e) {
    if (e == 0) {
      return 0;
    }
    double[] near = new double[d];
    for (int k = 0; k < d; k++) {
      // Written so that a NaN bound counts every entry.
      near[k] = Math.abs(z[from + k]) > e ? 0 : g[from + k];
    }
    return Roundoff.norm(near, 0, d);
  }
}
