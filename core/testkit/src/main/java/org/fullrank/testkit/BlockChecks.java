package org.fullrank.testkit;

import static org.fullrank.testkit.LayerCase.M;
import static org.fullrank.testkit.LayerCase.N;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.List;
import org.fullrank.diff.Linearization;
import org.fullrank.diff.ParameterBlock;
import org.fullrank.diff.Pullback;
import org.fullrank.linalg.Tensors;
import org.junit.jupiter.api.DynamicTest;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What parameter blocks compute against their own rows. */
record BlockChecks(LayerCase at) {
  List<DynamicTest> tests() {
    return List.of(
        dynamicTest("there is one parameter block for each slot", this::onePerSlot),
        dynamicTest("sums, Gram products and norms are those of the rows", this::blocks),
        dynamicTest("Gram products of two passes are those of their rows", this::twoPasses));
  }

  private void onePerSlot() {
    try (Linearization l = at.layer().linearize(at.theta(), at.x());
        Pullback pullback = l.pullback(at.cotangents(M))) {
      List<ParameterBlock> blocks = pullback.blocks();
      assertEquals(at.layer().slots().size(), blocks.size(), "number of blocks");
      for (int s = 0; s < blocks.size(); s++) {
        ParameterBlock block = blocks.get(s);
        String name = at.layer().slots().get(s).name();
        assertEquals(at.layer().slots().get(s).size(), block.size(), () -> "size of " + name);
        assertEquals(N, block.samples(), () -> "samples of " + name);
        assertEquals(M, block.cotangents(), () -> "cotangents of " + name);
      }
    }
  }

  private void blocks() {
    try (Linearization l = at.layer().linearize(at.theta(), at.x());
        Pullback pullback = l.pullback(at.cotangents(M))) {
      for (ParameterBlock block : pullback.blocks()) {
        double[] rows = Tensors.toDoubles(block.rows());
        int p = (int) block.size();
        Near.assertNear("sum of the rows", sum(rows, p), Tensors.toDoubles(block.sum()));
        double[] gram = Tensors.toDoubles(block.gram(block));
        Near.assertNear("Gram block", gram(rows, rows, p), gram);
        symmetric(gram);
        INDArray trace = Tensors.zeros(DataType.DOUBLE, N, N);
        block.addTrace(block, trace);
        Near.assertNear("trace kernel", trace(rows, p), Tensors.toDoubles(trace));
        Near.assertNear("norms", norms(rows, p), Tensors.toDoubles(block.squaredNorms()));
      }
    }
  }

  private void twoPasses() {
    INDArray other = LayerCase.random("other x", at.input().after(N));
    INDArray dy = LayerCase.random("other dy", at.output().after(M, N));
    try (Linearization l = at.layer().linearize(at.theta(), at.x());
        Pullback pullback = l.pullback(at.cotangents(M));
        Linearization l2 = at.layer().linearize(at.theta(), other);
        Pullback second = l2.pullback(dy)) {
      for (int s = 0; s < pullback.blocks().size(); s++) {
        ParameterBlock a = pullback.blocks().get(s);
        ParameterBlock b = second.blocks().get(s);
        double[] expected =
            gram(Tensors.toDoubles(a.rows()), Tensors.toDoubles(b.rows()), (int) a.size());
        Near.assertNear("Gram of two passes", expected, Tensors.toDoubles(a.gram(b)));
      }
    }
  }

  private static double[] sum(double[] rows, int p) {
    double[] out = new double[M * p];
    for (int k = 0; k < rows.length; k++) {
      out[k / (N * p) * p + k % p] += rows[k];
    }
    return out;
  }

  private static double inner(double[] a, int row, double[] b, int other, int p) {
    double s = 0;
    for (int q = 0; q < p; q++) {
      s += a[row * p + q] * b[other * p + q];
    }
    return s;
  }

  /** {@code [M, M, N, N]}. */
  private static double[] gram(double[] a, double[] b, int p) {
    double[] out = new double[M * M * N * N];
    for (int k = 0; k < out.length; k++) {
      int c = k / (M * N * N);
      int d = k / (N * N) % M;
      out[k] = inner(a, c * N + k / N % N, b, d * N + k % N, p);
    }
    return out;
  }

  private static void symmetric(double[] gram) {
    for (int k = 0; k < gram.length; k++) {
      int c = k / (M * N * N);
      int d = k / (N * N) % M;
      int mirrored = ((d * M + c) * N + k % N) * N + k / N % N;
      assertEquals(gram[k], gram[mirrored], "a Gram block is symmetric to the bit");
    }
  }

  private static double[] trace(double[] rows, int p) {
    double[] out = new double[N * N];
    for (int k = 0; k < out.length; k++) {
      for (int c = 0; c < M; c++) {
        out[k] += inner(rows, c * N + k / N, rows, c * N + k % N, p);
      }
    }
    return out;
  }

  private static double[] norms(double[] rows, int p) {
    double[] out = new double[M * N];
    for (int k = 0; k < out.length; k++) {
      out[k] = inner(rows, k, rows, k, p);
    }
    return out;
  }
}
