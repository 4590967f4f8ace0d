package org.example.consumer;

import org.fullrank.rigor.Interval;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Runs against the published artifacts: says where FullRank came from and makes the native backend work once. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    System.out.println("analysis from " + Interval.class.getProtectionDomain().getCodeSource().getLocation());

    int n = 64;
    Interval trace = Interval.ZERO;
    try (INDArray ones = Nd4j.ones(DataType.DOUBLE, n, n);
        INDArray product = Nd4j.create(DataType.DOUBLE, n, n)) {
      Nd4j.gemm(ones, ones, product, false, true, 1, 0);
      for (int i = 0; i < n; i++) {
        trace = trace.add(product.getDouble(i, i));
      }
    }
    if (!trace.contains((double) n * n)) {
      throw new IllegalStateException("expected a trace that contains " + n * n + ", got " + trace);
    }
    System.out.println("backend " + Nd4j.getBackend().getClass().getSimpleName() + " on Java " + Runtime.version().feature());
  }
}
