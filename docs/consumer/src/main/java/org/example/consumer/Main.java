package org.example.consumer;

import java.net.URL;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Runs against the published artifacts: says where FullRank came from and makes the native backend work once. */
public final class Main {
  private Main() {}

  public static void main(String[] args) throws ReflectiveOperationException {
    URL analysis =
        Class.forName("org.fullrank.rigor.package-info").getProtectionDomain().getCodeSource().getLocation();
    System.out.println("analysis from " + analysis);

    int n = 64;
    double trace;
    try (INDArray ones = Nd4j.ones(DataType.DOUBLE, n, n);
        INDArray product = Nd4j.create(DataType.DOUBLE, n, n)) {
      Nd4j.gemm(ones, ones, product, false, true, 1, 0);
      trace = 0;
      for (int i = 0; i < n; i++) {
        trace += product.getDouble(i, i);
      }
    }
    if (trace != (double) n * n) { // a sum of small integers: exact
      throw new IllegalStateException("expected the trace " + n * n + ", got " + trace);
    }
    System.out.println("backend " + Nd4j.getBackend().getClass().getSimpleName() + " on Java " + Runtime.version().feature());
  }
}
