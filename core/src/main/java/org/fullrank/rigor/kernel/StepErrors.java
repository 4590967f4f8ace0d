package org.fullrank.rigor.kernel;

import org.fullrank.rigor.rounding.Rounding;

/**
 * Rounding errors of one gradient step that was computed in plain doubles, as Euclidean norms: what
 * it takes to say how far a computed step is from the exact one from the same point.
 *
 * <p>"Computed" numbers have a hat; {@code e(v)} bounds {@code ||v^ - v||}. Every function turns
 * bounds of the operands into one of the result, rounded up. Sums may be made in any order (Higham,
 * Accuracy and Stability of Numerical Algorithms, Lemma 3.1): only the number of terms counts, and
 * {@code || |W| |h| || <= ||W||_F ||h||}. Underflow is included; an overflow or a bound that is
 * infinite gives infinity. For one layer {@code z = s W h + t b}, {@code y = c sigma(z)} and its
 * cotangents, sample by sample:
 *
 * <pre>{@code
 * product:   e(z)  <= |s| (||W|| e(h) + gamma ||W||_F ||h^||)
 * activated: e(y)  <= L1 e(z) + accuracy
 * gated:     e(a)  <= L1 e(b) + L2 e(z) max|b^| + accuracy ||b^|| + u ||a^||
 * gradient:  e(G)  <= |g| (e(A) (||H^|| + e(H)) + ||A^|| e(H) + gamma ||A^||_F ||H^||_F)
 * }</pre>
 */
public final class StepErrors {
  private StepErrors() {}

  /**
   * A stored matrix and its scale {@code s}, a double.
   *
   * @param scale {@code |s|}
   * @param spectral upper bound of {@code ||W||_2}
   * @param frobenius upper bound of {@code ||W||_F}
   * @param terms of one inner product
   * @param results inner products
   */
  public record Weights(double scale, double spectral, double frobenius, int terms, int results) {}

  /**
   * The error of {@code s (W h)}, scaled before or after the sum.
   *
   * @param w the matrix
   * @param norm of the computed {@code h^}
   * @param error {@code e(h)}
   */
  public static double product(Weights w, double norm, double error) {
    double rounding = times(ErrorTerms.gamma(w.terms + 1L), times(w.frobenius, norm));
    double moved = times(w.spectral, error);
    // Each term may lose eta before or after scaling, and the scaled sum once more.
    double underflow =
        times(
            ErrorTerms.underflow(4.0 * w.results * (w.terms + 1.0)),
            plus(plus(w.scale, w.frobenius), plus(norm, 1)));
    return plus(times(w.scale, plus(moved, rounding)), underflow);
  }

  /**
   * The error of {@code c v} for a double {@code c}.
   *
   * @param factor {@code |c|}
   * @param norm of the computed {@code v^}
   * @param error {@code e(v)}
   * @param length of {@code v}
   */
  public static double scaled(double factor, double norm, double error, int length) {
    double rounding = times(ErrorTerms.U, times(factor, norm));
    return plus(plus(times(factor, error), rounding), ErrorTerms.underflow(length));
  }

  /**
   * The error of {@code v + w}.
   *
   * @param first {@code e(v)}
   * @param second {@code e(w)}
   * @param norm of the computed sum
   */
  public static double sum(double first, double second, double norm) {
    return plus(plus(first, second), times(ErrorTerms.U, norm));
  }

  /**
   * The error of {@code sigma(z)}, entry by entry.
   *
   * @param lipschitz {@code L1}, a bound of {@code |sigma'|}
   * @param error {@code e(z)}
   * @param accuracy bound of the norm of what evaluating {@code sigma} at {@code z^} errs by
   */
  public static double activated(double lipschitz, double error, double accuracy) {
    return plus(times(lipschitz, error), accuracy);
  }

  /**
   * The error of {@code sigma'(z) b}, entry by entry: the cotangent of {@code z} from that of
   * {@code sigma(z)}.
   *
   * @param lipschitz {@code L1}, a bound of {@code |sigma'|}
   * @param smoothness {@code L2}, a Lipschitz constant of {@code sigma'}
   * @param inputError {@code e(z)}
   * @param accuracy bound of what evaluating {@code sigma'} at an entry of {@code z^} errs by
   * @param cotangent norm and largest magnitude of the computed {@code b^}, and {@code e(b)}
   * @param norm of the computed result
   * @param length of {@code b}
   */
  public static double gated(
      double lipschitz,
      double smoothness,
      double inputError,
      double accuracy,
      Cotangent cotangent,
      double norm,
      int length) {
    double moved = times(times(smoothness, inputError), cotangent.largest);
    double own = plus(times(lipschitz, cotangent.error), times(accuracy, cotangent.norm));
    // fl(x) errs by u fl(x): of the computed product, and by eta where it underflows.
    double product = plus(times(ErrorTerms.U, norm), ErrorTerms.underflow(length));
    return plus(plus(moved, own), product);
  }

  /**
   * A computed vector.
   *
   * @param norm of {@code b^}
   * @param largest magnitude of its entries
   * @param error {@code e(b)}
   */
  public record Cotangent(double norm, double largest, double error) {}

  /**
   * A computed matrix with a row for each sample.
   *
   * @param spectral upper bound of the spectral norm
   * @param frobenius upper bound of the Frobenius norm
   * @param error upper bound of the Frobenius norm of its error
   * @param columns entries of a row
   */
  public record Rows(double spectral, double frobenius, double error, int columns) {}

  /**
   * The error of the gradient {@code g A^T H} of a matrix, a sum over samples, in Frobenius norm.
   *
   * @param scale {@code |g|}
   * @param cotangents {@code A}
   * @param inputs {@code H}
   * @param samples number of rows
   */
  public static double gradient(double scale, Rows cotangents, Rows inputs, int samples) {
    double left = times(cotangents.error, plus(inputs.spectral, inputs.error));
    double right = times(cotangents.spectral, inputs.error);
    double rounding =
        times(ErrorTerms.gamma(samples + 1L), times(cotangents.frobenius, inputs.frobenius));
    double entries = (double) cotangents.columns * inputs.columns;
    double underflow =
        times(
            ErrorTerms.underflow(4.0 * entries * (samples + 1.0)),
            plus(plus(scale, 1), plus(cotangents.frobenius, inputs.frobenius)));
    return plus(times(scale, plus(plus(left, right), rounding)), underflow);
  }

  /**
   * The error of the step {@code theta - h G}: how far the computed point is from the exact step
   * from the same {@code theta}.
   *
   * @param norm of the computed new point
   * @param stepSize {@code h >= 0}, a double
   * @param gradientNorm norm of the computed {@code G^}
   * @param gradientError {@code e(G)}
   * @param parameters length of {@code theta}
   */
  public static double step(
      double norm, double stepSize, double gradientNorm, double gradientError, int parameters) {
    return sum(0, scaled(stepSize, gradientNorm, gradientError, parameters), norm);
  }

  private static double plus(double a, double b) {
    return Rounding.addUp(a, b);
  }

  /** 0 times infinity is 0: what is not there has no error. */
  private static double times(double a, double b) {
    return Rounding.multiplyUp(a, b);
  }
}
