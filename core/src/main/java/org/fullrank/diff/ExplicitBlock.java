package org.fullrank.diff;

import org.fullrank.linalg.Products;
import org.fullrank.linalg.TensorChecks;
import org.fullrank.linalg.TensorViews;
import org.fullrank.linalg.Tensors;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Gradient rows stored as they are: the general form, right for every layer. */
public final class ExplicitBlock implements ParameterBlock {
  private final INDArray rows;

  private ExplicitBlock(INDArray rows) {
    this.rows = rows;
  }

  /**
   * A block of given rows.
   *
   * @param rows {@code [m, n, size]}, row-major without gaps; not copied
   * @return the block
   */
  public static ExplicitBlock of(INDArray rows) {
    TensorChecks.requireRank("gradient rows", rows, 3);
    if (!TensorViews.isContiguous(rows)) {
      throw new IllegalArgumentException(
          "gradient rows expect row-major order without gaps but got a view "
              + TensorChecks.describe(rows));
    }
    return new ExplicitBlock(rows);
  }

  @Override
  public long cotangents() {
    return rows.size(0);
  }

  @Override
  public long samples() {
    return rows.size(1);
  }

  @Override
  public long size() {
    return rows.size(2);
  }

  @Override
  public DataType dataType() {
    return rows.dataType();
  }

  @Override
  public INDArray rows() {
    return rows.dup('c');
  }

  @Override
  public INDArray sum() {
    INDArray out = Tensors.zeros(dataType(), cotangents(), size());
    try (INDArray ones = Tensors.filled(dataType(), 1, 1, samples())) {
      for (long c = 0; c < cotangents(); c++) {
        Products.multiply(1, ones, false, matrix(c), false, 0, TensorViews.leading(out, c, c + 1));
      }
    }
    return out;
  }

  @Override
  public void addGram(ParameterBlock other, INDArray target) {
    GramBlocks.requireGram(this, other, target);
    if (!(other instanceof ExplicitBlock explicit)) {
      try (INDArray otherRows = other.rows()) {
        addGram(new ExplicitBlock(otherRows), target);
      }
      return;
    }
    long n = samples();
    long n2 = other.samples();
    boolean symmetric = other == this;
    for (long c = 0; c < cotangents(); c++) {
      for (long d = symmetric ? c : 0; d < other.cotangents(); d++) {
        try (INDArray product = Products.multiply(matrix(c), false, explicit.matrix(d), true)) {
          GramBlocks.add(product, target, c, d, n, n2, symmetric);
        }
      }
    }
  }

  @Override
  public void addTrace(ParameterBlock other, INDArray target) {
    GramBlocks.requireTrace(this, other, target);
    if (!(other instanceof ExplicitBlock explicit)) {
      try (INDArray otherRows = other.rows()) {
        addTrace(new ExplicitBlock(otherRows), target);
      }
      return;
    }
    for (long c = 0; c < cotangents(); c++) {
      Products.multiply(1, matrix(c), false, explicit.matrix(c), true, 1, target);
    }
  }

  @Override
  public INDArray squaredNorms() {
    int m = (int) cotangents();
    int n = (int) samples();
    int s = (int) size();
    double[] v = Tensors.toDoubles(rows);
    double[] out = new double[m * n];
    for (int r = 0; r < out.length; r++) {
      double sum = 0;
      for (int q = r * s; q < (r + 1) * s; q++) {
        sum += v[q] * v[q];
      }
      out[r] = sum;
    }
    return Tensors.of(dataType(), out, m, n);
  }

  private INDArray matrix(long c) {
    return TensorViews.reshape(TensorViews.leading(rows, c, c + 1), samples(), size());
  }
}
