package org.fullrank.nn.layer;

import java.util.List;
import org.fullrank.diff.RoundingModel;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Rounding of {@code z = sw (x W) + sb b}.
 *
 * <p>Value: {@code ||dz|| <= sw ||W||_2 e + gamma_(in+3) (sw ||x|| ||W||_F + |sb| ||b||)}. A
 * summand {@code sw x_p W_pq} passes through one multiplication, at most {@code in - 1} additions
 * within the product, the rounding of {@code sw} to single precision, the multiplication by it and
 * the addition of the bias: {@code in + 3}; the bias through the rounding of {@code sb}, its
 * multiplication and the addition: 3. Norm-wise because {@code || |x| |W| || <= ||x|| ||W||_F}.
 *
 * <p>Pullback {@code dx = sw dy W^T}: {@code sw ||W||_2 dyErr + gamma_(out+2) sw ||W||_F ||dy||} by
 * the same count without a bias. The stored row of the weight is {@code sw a (x) g} with the double
 * {@code sw}, so that only its factors err: {@code sw (||a|| dg + ||g|| da + da dg)}; the bias has
 * {@code |sb| dg}.
 *
 * <p>Where {@code W} itself is a double matrix rounded to single precision, {@code ||W||_2} grows
 * by {@code gamma_1 ||W||_F}, and the count has one rounding to spare for it.
 */
final class AffineRounding implements RoundingModel {
  private final Roundoff roundoff;
  private final INDArray x;
  private final INDArray w;
  private final long out;
  private final double weightScale;
  private final double biasScale;
  private final @Nullable INDArray bias;
  private final int slots;
  private final boolean matrixRounded;
  private @Nullable MatrixNorms norms;

  private AffineRounding(
      INDArray x,
      INDArray w,
      long out,
      double weightScale,
      double biasScale,
      @Nullable INDArray bias,
      int slots,
      boolean matrixRounded) {
    this.roundoff = Roundoff.of(x.dataType());
    this.x = x;
    this.w = w;
    this.out = out;
    this.weightScale = Math.abs(weightScale);
    this.biasScale = Math.abs(biasScale);
    this.bias = bias;
    this.slots = slots;
    this.matrixRounded = matrixRounded;
  }

  /** A trained layer with weights {@code w} of either layout and bias {@code b [1, out]}. */
  static AffineRounding dense(Dense layer, INDArray x, INDArray w, @Nullable INDArray b) {
    return new AffineRounding(
        x, w, layer.out(), layer.weightScale(), layer.biasScale(), b, b == null ? 1 : 2, false);
  }

  /** A fixed matrix {@code [out, in]}, taken for a rounded one in single precision. */
  static AffineRounding fixed(INDArray x, INDArray matrix) {
    boolean rounded = Roundoff.of(x.dataType()).unit() > Roundoff.JAVA.unit();
    return new AffineRounding(x, matrix, matrix.size(0), 1, 0, null, 0, rounded);
  }

  /** Two products of the smaller dimension: only on demand, and once. */
  private MatrixNorms norms() {
    MatrixNorms known = norms;
    if (known == null) {
      MatrixNorms stored = MatrixNorms.of(w);
      double shift = matrixRounded ? roundoff.gamma(1) * stored.frobenius() : 0;
      known = new MatrixNorms(stored.frobenius() + shift, stored.spectral() + shift);
      norms = known;
    }
    return known;
  }

  @Override
  public double[] valueError(double[] inputError) {
    double[] xNorms = Roundoff.norms(x, inputError.length);
    double biasNorm = bias == null ? 0 : Roundoff.norms(bias, 1)[0];
    long terms = x.size(1) + 3;
    double[] bound = new double[inputError.length];
    for (int i = 0; i < bound.length; i++) {
      bound[i] =
          product(inputError[i], xNorms[i], terms, out)
              + Roundoff.INFLATION * roundoff.gamma(terms) * biasScale * biasNorm;
      if (biasNorm > 0) {
        bound[i] += 3 * roundoff.tiny() * Math.sqrt((double) out) * (1 + biasScale + biasNorm);
      }
    }
    return bound;
  }

  /** Error of a stored vector times {@code sw W}, with the underflow of every operation. */
  private double product(double error, double norm, long terms, long width) {
    double f = norms().frobenius();
    double rounding = roundoff.gamma(terms) * weightScale * f * norm;
    // A zero vector has an exact image, and a unit with a kink at zero must see that.
    double underflow =
        norm == 0
            ? 0
            : terms
                * Math.sqrt((double) width)
                * roundoff.tiny()
                * ((1 + weightScale) * (1 + f) * (1 + norm));
    return Roundoff.INFLATION * (weightScale * norms().spectral() * error + rounding + underflow);
  }

  @Override
  public Errors pullbackError(double[] inputError, INDArray dy, double[][] dyError) {
    int m = (int) dy.size(0);
    int n = inputError.length;
    double[] a = Roundoff.norms(x, n);
    double[][] g = Roundoff.blockNorms(dy);
    double[][] cotangent = new double[m][n];
    double[][] weight = new double[m][n];
    double[][] biasRows = new double[m][n];
    for (int c = 0; c < m; c++) {
      for (int i = 0; i < n; i++) {
        double dg = dyError[c][i];
        double da = inputError[i];
        cotangent[c][i] = product(dg, g[c][i], out + 2, x.size(1));
        weight[c][i] = Roundoff.INFLATION * weightScale * (a[i] * dg + g[c][i] * da + da * dg);
        biasRows[c][i] = Roundoff.INFLATION * biasScale * dg;
      }
    }
    return new Errors(cotangent, List.of(weight, biasRows).subList(0, slots));
  }
}
