package org.fullrank.nn.layer;

import java.util.ArrayList;
import java.util.List;
import org.fullrank.diff.KroneckerBlock;
import org.fullrank.diff.KroneckerBlock.Layout;
import org.fullrank.diff.Linearization;
import org.fullrank.diff.ParameterBlock;
import org.fullrank.diff.Pullback;
import org.fullrank.linalg.Arena;
import org.fullrank.linalg.Products;
import org.fullrank.linalg.TensorViews;
import org.fullrank.linalg.Tensors;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * A dense layer at given weights {@code w}, bias {@code b [1, out]} and inputs {@code x [n, in]}.
 */
final class DenseLinearization implements Linearization {
  private final Dense layer;
  private final INDArray x;
  private final INDArray w;
  private final boolean inOut;
  private final INDArray value;

  DenseLinearization(Dense layer, INDArray x, INDArray w, @Nullable INDArray b) {
    this.layer = layer;
    this.x = x;
    this.w = w;
    this.inOut = layer.layout() == Layout.IN_OUT;
    if (b == null) {
      this.value = Products.multiplyRows(layer.weightScale(), x, w, !inOut);
    } else {
      this.value = tiled(b, x.size(0), x.dataType());
      Products.multiply(layer.weightScale(), x, false, w, !inOut, 1, value);
    }
  }

  /** {@code sb} times the bias in each of {@code n} rows: what the product is added to. */
  private INDArray tiled(INDArray b, long n, DataType type) {
    double[] row = Tensors.toDoubles(b);
    for (int q = 0; q < row.length; q++) {
      row[q] *= layer.biasScale();
    }
    return Tensors.tiled(type, row, n);
  }

  @Override
  public INDArray value() {
    return value;
  }

  @Override
  public @Nullable INDArray jvp(@Nullable INDArray dTheta, @Nullable INDArray dx) {
    INDArray given = dTheta != null ? dTheta : dx;
    if (given == null) {
      return null;
    }
    long m = given.size(0);
    long n = x.size(0);
    INDArray out =
        dx == null
            ? Tensors.zeros(x.dataType(), m, n, layer.out())
            : Products.multiplyRows(layer.weightScale(), dx, w, !inOut);
    if (dTheta != null) {
      long size = w.length();
      for (long t = 0; t < m; t++) {
        INDArray target = TensorViews.reshape(TensorViews.leading(out, t, t + 1), n, layer.out());
        INDArray tangent = dTheta.get(NDArrayIndex.point(t), NDArrayIndex.all());
        INDArray dw = TensorViews.slice(tangent, 0, w.shape());
        Products.multiply(layer.weightScale(), x, false, dw, !inOut, 1, target);
        if (layer.hasBias()) {
          try (INDArray rows =
              tiled(TensorViews.slice(tangent, size, layer.out()), n, x.dataType())) {
            target.addi(rows);
          }
        }
      }
    }
    return out;
  }

  @Override
  public Pullback pullback(INDArray dy) {
    Arena arena = new Arena();
    long m = dy.size(0);
    long n = x.size(0);
    INDArray g = TensorViews.reshape(dy, m, n, 1, layer.out());
    List<ParameterBlock> blocks = new ArrayList<>();
    blocks.add(
        KroneckerBlock.of(
            TensorViews.reshape(x, n, 1, layer.in()), g, layer.weightScale(), layer.layout()));
    if (layer.hasBias()) {
      INDArray ones = arena.own(Tensors.filled(x.dataType(), 1, n, 1, 1));
      // The same array g, by which the Gram knows that weight and bias share one product.
      blocks.add(KroneckerBlock.of(ones, g, layer.biasScale(), layer.layout()));
    }
    return Pullback.lazy(
        () -> arena.own(Products.multiplyRows(layer.weightScale(), dy, w, inOut)), blocks, arena);
  }

  @Override
  public void close() {
    value.close();
  }
}
