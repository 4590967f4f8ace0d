package org.fullrank.testkit;

import static org.fullrank.testkit.LayerCase.M;
import static org.fullrank.testkit.LayerCase.N;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.fullrank.diff.Linearization;
import org.fullrank.diff.ParameterBlock;
import org.fullrank.diff.Pullback;
import org.fullrank.linalg.TensorViews;
import org.fullrank.linalg.Tensors;
import org.junit.jupiter.api.DynamicTest;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The same numbers again, in other threads, and from pieces of the samples. */
record BatchChecks(LayerCase at) {
  /** Value {@code [n]}, input cotangents and blocks {@code [m, n]} of one pass. */
  @SuppressWarnings("ArrayRecordComponent") // internal, never compared
  private record Pass(double[] value, List<double[]> backward, List<Long> sizes) {}

  List<DynamicTest> tests() {
    List<DynamicTest> out = new ArrayList<>();
    out.add(dynamicTest("a second pass gives the same bits", this::again));
    out.add(dynamicTest("passes at the same time give the same bits", this::together));
    if (!at.layer().traits().couplesSamples()) {
      out.add(dynamicTest("samples one by one give the same as all", () -> pieces(1)));
      out.add(dynamicTest("pieces of the samples give the same as all", () -> pieces(3)));
    }
    return out;
  }

  private Pass pass(int from, int to) {
    int n = to - from;
    INDArray x = TensorViews.leading(at.x(), from, to);
    double[] dy = columns(Tensors.toDoubles(at.cotangents(M)), from, to);
    try (Linearization l = at.layer().linearize(at.theta(), x);
        Pullback pullback = l.pullback(Tensors.of(dy, at.output().after(M, n)))) {
      List<double[]> backward = new ArrayList<>();
      backward.add(Tensors.toDoubles(pullback.inputCotangent()));
      for (ParameterBlock block : pullback.blocks()) {
        backward.add(Tensors.toDoubles(block.rows()));
      }
      List<Long> sizes = pullback.blocks().stream().map(ParameterBlock::size).toList();
      return new Pass(Tensors.toDoubles(l.value()), backward, sizes);
    }
  }

  /** Of {@code [M, N, width]} the samples from one to another. */
  private static double[] columns(double[] all, int from, int to) {
    int width = all.length / (M * N);
    double[] out = new double[M * (to - from) * width];
    for (int c = 0; c < M; c++) {
      System.arraycopy(
          all, (c * N + from) * width, out, c * (to - from) * width, (to - from) * width);
    }
    return out;
  }

  private static void same(Pass expected, Pass got) {
    assertArrayEquals(expected.value, got.value, "value");
    assertEquals(expected.sizes, got.sizes, "sizes of the blocks");
    for (int b = 0; b < expected.backward.size(); b++) {
      assertArrayEquals(
          expected.backward.get(b), got.backward.get(b), b == 0 ? "input cotangents" : "rows");
    }
  }

  private void again() {
    same(pass(0, N), pass(0, N));
  }

  /** Kernels are computed on pieces of different length by several threads. */
  private void together() {
    List<Pass> alone = IntStream.range(1, N + 1).mapToObj(to -> pass(0, to)).toList();
    List<Pass> together =
        IntStream.range(0, 4 * N).parallel().mapToObj(k -> pass(0, 1 + k % N)).toList();
    for (int k = 0; k < together.size(); k++) {
      same(alone.get(k % N), together.get(k));
    }
  }

  private void pieces(int length) {
    Pass all = pass(0, N);
    int width = all.value.length / N;
    for (int from = 0; from < N; from += length) {
      int to = Math.min(N, from + length);
      Pass piece = pass(from, to);
      String samples = " of samples " + from + " to " + (to - 1);
      Near.assertNear(
          "value" + samples,
          Arrays.copyOfRange(all.value, from * width, to * width),
          piece.value,
          Near.rounding(all.value));
      assertEquals(all.sizes, piece.sizes, "sizes of the blocks" + samples);
      for (int b = 0; b < all.backward.size(); b++) {
        Near.assertNear(
            (b == 0 ? "input cotangents" : "rows") + samples,
            columns(all.backward.get(b), from, to),
            piece.backward.get(b),
            Near.rounding(all.backward.get(b)));
      }
    }
  }
}
