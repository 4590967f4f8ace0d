package org.fullrank.spectrum;

import java.util.Locale;
import org.fullrank.linalg.SymmetricOperator;
import org.fullrank.linalg.Tensors;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A symmetric operator that counts its columns, and may break its promises. */
public final class FaultyOperator implements SymmetricOperator {
  /** What is wrong with it. */
  public enum Fault {
    /** The result has a NaN. */
    NAN,
    /** The result has an infinity from the third call on. */
    LATE_INFINITY,
    /** Not its own transpose, by 1e-6. */
    ASYMMETRIC,
    /** Every column of a block but the first is that of another vector. */
    GARBAGE_COLUMNS,
    /** A little noise that depends on the number of the call. */
    NOISE,
    /** One row too few. */
    WRONG_SHAPE,
    /** Blocks of five columns come out a little too long. */
    WIDTH_DEPENDENT,
    /** Adds a constant to narrow blocks. */
    AFFINE;

    public boolean mustThrow() {
      return this == NAN || this == WRONG_SHAPE;
    }
  }

  private final SymmetricOperator a;
  private final String fault;
  private long columns;
  private int calls;

  private FaultyOperator(SymmetricOperator a, String fault) {
    this.a = a;
    this.fault = fault;
  }

  public static FaultyOperator sound(SymmetricOperator a) {
    return new FaultyOperator(a, "");
  }

  public static FaultyOperator with(SymmetricOperator a, Fault fault) {
    return new FaultyOperator(a, fault.name().toLowerCase(Locale.ROOT));
  }

  public long appliedColumns() {
    return columns;
  }

  @Override
  public long size() {
    return a.size();
  }

  @Override
  public DataType dataType() {
    return a.dataType();
  }

  @Override
  public INDArray toMatrix() {
    int n = (int) size();
    double[] identity = new double[n * n];
    for (int i = 0; i < n; i++) {
      identity[i * (n + 1)] = 1;
    }
    try (INDArray x = Tensors.of(dataType(), identity, n, n)) {
      return apply(x);
    }
  }

  @Override
  public INDArray apply(INDArray v) {
    calls++;
    int n = (int) size();
    int m = (int) v.size(1);
    columns += m;
    double[] y;
    try (INDArray image = a.apply(v)) {
      y = Tensors.toDoubles(image);
    }
    double[] x = Tensors.toDoubles(v);
    int rows = n;
    switch (fault) {
      case "nan" -> y[y.length / 2] = Double.NaN;
      case "late_infinity" -> {
        if (calls >= 3 || m == n) {
          y[0] = Double.NEGATIVE_INFINITY;
        }
      }
      case "asymmetric" -> {
        for (int j = 0; j < m; j++) {
          for (int i = 0; i < n; i++) {
            y[i * m + j] += 1e-6 * (i + 1) / n * x[(n - 1 - i) * m + j] * (i % 2 == 0 ? 1 : -1);
          }
        }
      }
      case "garbage_columns" -> {
        for (int i = 0; i < n; i++) {
          for (int j = 1; j < m; j++) {
            y[i * m + j] = Math.sin(i * 31.0 + j);
          }
        }
      }
      case "noise" -> {
        for (int i = 0; i < y.length; i++) {
          y[i] += 1e-7 * Math.sin(i * 13.0 + calls);
        }
      }
      case "width_dependent" -> {
        for (int i = 0; i < (m == 5 ? y.length : 0); i++) {
          y[i] *= 1 + 1e-6;
        }
      }
      case "affine" -> {
        for (int i = 0; i < (m == n ? 0 : y.length); i++) {
          y[i] += 0.01;
        }
      }
      case "wrong_shape" -> {
        rows = n - 1;
        y = java.util.Arrays.copyOf(y, rows * m);
      }
      default -> {}
    }
    return Tensors.of(dataType(), y, rows, m);
  }
}
