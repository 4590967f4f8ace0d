package org.fullrank.diff;

import java.util.Arrays;
import org.fullrank.linalg.Chunks;
import org.fullrank.linalg.Products;
import org.fullrank.linalg.TensorChecks;
import org.fullrank.linalg.TensorViews;
import org.fullrank.linalg.Tensors;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Gradient rows {@code scale * sum_s a_(i,s) (x) g^c_(i,s)} in factored form, {@code s} running
 * over the positions that share the weights (one for a dense layer).
 *
 * <p>With one position the Gram is {@code scale^2 (A A^T) o (G_c G_c'^T)}, {@code o} the entrywise
 * product: {@code n^2 (d_in + m^2 d_out)} multiplications instead of {@code (m n)^2 d_in d_out}.
 * With several positions the rows are formed.
 */
public final class KroneckerBlock implements ParameterBlock {
  /** Which factor runs fastest in the row-major order of the weight tensor. */
  public enum Layout {
    /** Stored {@code [in, out]}: the row is {@code a (x) g}. */
    IN_OUT,
    /** Stored {@code [out, in]}: the row is {@code g (x) a}. */
    OUT_IN
  }

  private final INDArray a;
  private final INDArray g;
  private final double scale;
  private final Layout layout;

  private KroneckerBlock(INDArray a, INDArray g, double scale, Layout layout) {
    this.a = a;
    this.g = g;
    this.scale = scale;
    this.layout = layout;
  }

  /**
   * A block of given factors.
   *
   * @param a layer inputs {@code [n, S, d_in]}, row-major without gaps; not copied
   * @param g cotangents of the layer's outputs {@code [m, n, S, d_out]}, likewise
   * @param scale factor of every row
   * @param layout order of the weight tensor
   * @return the block
   */
  public static KroneckerBlock of(INDArray a, INDArray g, double scale, Layout layout) {
    TensorChecks.requireRank("layer inputs", a, 3);
    TensorChecks.requireShape("output cotangents", g, -1, a.size(0), a.size(1), -1);
    TensorChecks.requireType("output cotangents", a.dataType(), g);
    if (!TensorViews.isContiguous(a) || !TensorViews.isContiguous(g)) {
      throw new IllegalArgumentException("Kronecker factors expect row-major order without gaps");
    }
    return new KroneckerBlock(a, g, scale, layout);
  }

  @Override
  public long cotangents() {
    return g.size(0);
  }

  @Override
  public long samples() {
    return a.size(0);
  }

  @Override
  public long size() {
    return a.size(2) * g.size(3);
  }

  @Override
  public DataType dataType() {
    return a.dataType();
  }

  /**
   * The inputs.
   *
   * @return {@code [n, S, d_in]}; do not write or close
   */
  public INDArray inputs() {
    return a;
  }

  /**
   * The cotangents of the outputs.
   *
   * @return {@code [m, n, S, d_out]}; do not write or close
   */
  public INDArray outputCotangents() {
    return g;
  }

  /**
   * The factor of every row.
   *
   * @return the scale
   */
  public double scale() {
    return scale;
  }

  /**
   * The order of the weight tensor.
   *
   * @return as given
   */
  public Layout layout() {
    return layout;
  }

  @Override
  public INDArray rows() {
    int m = (int) cotangents();
    int n = (int) samples();
    int s = (int) a.size(1);
    int in = (int) a.size(2);
    int out = (int) g.size(3);
    INDArray result = Tensors.zeros(dataType(), m, n, size());
    double[] av = Tensors.toDoubles(a);
    double[] gv = Tensors.toDoubles(g);
    double[] row = new double[n * in * out];
    boolean inOut = layout == Layout.IN_OUT;
    for (int c = 0; c < m; c++) {
      Arrays.fill(row, 0);
      for (int i = 0; i < n; i++) {
        for (int q = 0; q < s; q++) {
          outer(
              av,
              (i * s + q) * in,
              in,
              gv,
              ((c * n + i) * s + q) * out,
              out,
              row,
              i * in * out,
              inOut);
        }
      }
      Tensors.write(row, TensorViews.leading(result, c, c + 1));
    }
    return result;
  }

  private void outer(
      double[] av,
      int ao,
      int in,
      double[] gv,
      int go,
      int out,
      double[] row,
      int ro,
      boolean inOut) {
    for (int p = 0; p < in; p++) {
      double f = scale * av[ao + p];
      for (int q = 0; q < out; q++) {
        row[ro + (inOut ? p * out + q : q * in + p)] += f * gv[go + q];
      }
    }
  }

  @Override
  public INDArray sum() {
    INDArray result = Tensors.zeros(dataType(), cotangents(), size());
    addSum(1, result);
    return result;
  }

  /** One product for each cotangent, accumulated where it is wanted. */
  @Override
  public void addSum(double factor, INDArray target) {
    ParameterBlock.requireSum(this, target);
    long in = a.size(2);
    long out = g.size(3);
    double alpha = factor * scale;
    if (in == 1) {
      // A bias. The native product of a single row is several times slower than adding up.
      addRows(alpha, target);
      return;
    }
    INDArray inputs = TensorViews.reshape(a, samples() * a.size(1), in);
    for (long c = 0; c < cotangents(); c++) {
      INDArray row = TensorViews.leading(target, c, c + 1);
      if (layout == Layout.IN_OUT) {
        Products.multiply(
            alpha, inputs, true, flat(c), false, 1, TensorViews.reshape(row, in, out));
      } else {
        Products.multiply(
            alpha, flat(c), true, inputs, false, 1, TensorViews.reshape(row, out, in));
      }
    }
  }

  private void addRows(double alpha, INDArray target) {
    double[] weights = Tensors.toDoubles(a);
    for (long c = 0; c < cotangents(); c++) {
      INDArray row = TensorViews.leading(target, c, c + 1);
      double[] sum = Tensors.toDoubles(row);
      Chunks.addRows(alpha, weights, flat(c), sum);
      Tensors.write(sum, row);
    }
  }

  @Override
  public void addGram(ParameterBlock other, INDArray target) {
    GramBlocks.requireGram(this, other, target);
    KroneckerBlock factored = factors(other);
    if (factored == null) {
      try (INDArray rows = rows()) {
        ExplicitBlock self = ExplicitBlock.of(rows);
        self.addGram(other == this ? self : other, target);
      }
      return;
    }
    boolean symmetric = other == this;
    long n = samples();
    long n2 = other.samples();
    try (INDArray inner = innerProducts(factored)) {
      for (long c = 0; c < cotangents(); c++) {
        for (long d = symmetric ? c : 0; d < other.cotangents(); d++) {
          try (INDArray product = Products.multiply(flat(c), false, factored.flat(d), true)) {
            product.muli(inner);
            GramBlocks.add(product, target, c, d, n, n2, symmetric);
          }
        }
      }
    }
  }

  /** {@code scale scale' A A'^T} of shape {@code [n, n']}, for blocks with one position. */
  private INDArray innerProducts(KroneckerBlock other) {
    INDArray inner = Tensors.zeros(dataType(), samples(), other.samples());
    INDArray left = TensorViews.reshape(a, samples(), a.size(2));
    INDArray right = TensorViews.reshape(other.a, other.samples(), other.a.size(2));
    Products.multiply(scale * other.scale, left, false, right, true, 0, inner);
    return inner;
  }

  @Override
  public void addTrace(ParameterBlock other, INDArray target) {
    GramBlocks.requireTrace(this, other, target);
    KroneckerBlock factored = factors(other);
    if (factored == null) {
      try (INDArray rows = rows()) {
        ExplicitBlock.of(rows).addTrace(other, target);
      }
      return;
    }
    try (INDArray inner = innerProducts(factored);
        INDArray outer = Tensors.zeros(dataType(), samples(), other.samples())) {
      for (long c = 0; c < cotangents(); c++) {
        Products.multiply(1, flat(c), false, factored.flat(c), true, 1, outer);
      }
      target.addi(outer.muli(inner));
    }
  }

  @Override
  public INDArray squaredNorms() {
    if (a.size(1) != 1) {
      try (INDArray rows = rows()) {
        return ExplicitBlock.of(rows).squaredNorms();
      }
    }
    int m = (int) cotangents();
    int n = (int) samples();
    double[] inputs = squares(Tensors.toDoubles(a), n);
    double[] outputs = squares(Tensors.toDoubles(g), m * n);
    for (int r = 0; r < outputs.length; r++) {
      outputs[r] *= scale * scale * inputs[r % n];
    }
    return Tensors.of(dataType(), outputs, m, n);
  }

  private static double[] squares(double[] v, int rows) {
    int d = v.length / rows;
    double[] out = new double[rows];
    for (int r = 0; r < rows; r++) {
      double sum = 0;
      for (int q = r * d; q < (r + 1) * d; q++) {
        sum += v[q] * v[q];
      }
      out[r] = sum;
    }
    return out;
  }

  /** The other block if both have a single position, else null. */
  private @Nullable KroneckerBlock factors(ParameterBlock other) {
    return other instanceof KroneckerBlock k && k.a.size(1) == 1 && a.size(1) == 1 ? k : null;
  }

  /** Cotangent block c as a matrix {@code [n S, d_out]}. */
  private INDArray flat(long c) {
    return TensorViews.reshape(TensorViews.leading(g, c, c + 1), samples() * a.size(1), g.size(3));
  }
}
