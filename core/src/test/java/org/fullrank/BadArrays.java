package org.fullrank;

import org.fullrank.linalg.TensorViews;
import org.fullrank.linalg.Tensors;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Arrays for tables of misuse. */
final class BadArrays {
  static final double NAN = Double.NaN;
  static final double INF = Double.POSITIVE_INFINITY;
  static final INDArray INTS = Nd4j.zeros(DataType.INT32, 5, 3);
  static final INDArray EMPTY = Nd4j.empty(DataType.DOUBLE);
  static final INDArray NO_ROWS = Nd4j.create(DataType.DOUBLE, 0, 3);

  private BadArrays() {}

  /** Good numbers. */
  static INDArray filled(long... shape) {
    double[] v = new double[Tensors.length(shape)];
    for (int i = 0; i < v.length; i++) {
      v[i] = Math.sin(1.0 + 3 * i);
    }
    return Tensors.of(v, shape);
  }

  /** Good numbers with a bad one in the middle. */
  static INDArray with(double bad, long... shape) {
    double[] v = Tensors.toDoubles(filled(shape));
    v[v.length / 2] = bad;
    return Tensors.of(v, shape);
  }

  static INDArray singles(long... shape) {
    return Tensors.convert(filled(shape), DataType.FLOAT);
  }

  static INDArray closed(long... shape) {
    INDArray a = filled(shape);
    a.close();
    return a;
  }

  /** A view of an array that was closed afterwards. */
  static INDArray closedView(long n, long m) {
    INDArray a = filled(n + 1, m);
    INDArray view = TensorViews.leading(a, 1, n + 1);
    a.close();
    return view;
  }
}
