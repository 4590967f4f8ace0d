package org.fullrank.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Objects;
import org.fullrank.diff.Linearization;
import org.fullrank.diff.ParameterBlock;
import org.fullrank.diff.Pullback;
import org.fullrank.linalg.TensorViews;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Layer;
import org.fullrank.nn.RandomStream;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.Slot;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What every layer must do. A subclass gives the layer and an input shape; derivatives are held
 * against central differences of the layer's own value, everything else against the Jacobian rows.
 */
abstract class LayerContract {
  /**
   * Central differences with this step err by about h^2 + 2^-53/h, relative to values of order 1.
   */
  private static final double STEP = 1e-5;

  private static final double DIFFERENCE_TOLERANCE = 1e-8;

  /** Two orders of summing a few hundred products of order 1. */
  private static final double ROUNDING = 1e-12;

  private static final int N = 4;
  private static final int M = 3;

  abstract Layer layer();

  abstract Shape inputShape();

  private INDArray random(String name, long... shape) {
    RandomStream stream = Seed.of(17).stream(name);
    double[] v = new double[Tensors.length(shape)];
    for (int i = 0; i < v.length; i++) {
      v[i] = stream.nextGaussian();
    }
    return Tensors.of(v, shape);
  }

  private INDArray theta() {
    long p = layer().parameterCount();
    return p == 0
        ? TensorViews.segment(Tensors.zeros(DataType.DOUBLE, 1), 0, 0)
        : random("theta", p);
  }

  private INDArray x() {
    return random("x", inputShape().after(N));
  }

  private double[] valueAt(INDArray theta, INDArray x) {
    try (Linearization l = layer().linearize(theta, x)) {
      return Tensors.toDoubles(l.value());
    }
  }

  private static double dot(double[] a, double[] b) {
    double s = 0;
    for (int i = 0; i < a.length; i++) {
      s += a[i] * b[i];
    }
    return s;
  }

  private static double[] axpy(double t, double[] v, double[] x) {
    double[] out = x.clone();
    for (int i = 0; i < out.length; i++) {
      out[i] += t * v[i];
    }
    return out;
  }

  @Test
  void inferredShapeIsTheActualOne() {
    try (Linearization l = layer().linearize(theta(), x())) {
      assertThat(l.value().shape()).isEqualTo(layer().outputShape(inputShape()).after(N));
    }
  }

  @Test
  void slotsAreConsecutive() {
    long offset = 0;
    for (Slot slot : layer().slots()) {
      assertThat(slot.offset()).isEqualTo(offset);
      offset += slot.size();
    }
    assertThat(layer().parameterCount()).isEqualTo(offset);
  }

  @Test
  void jvpMatchesCentralDifferences() {
    long p = layer().parameterCount();
    INDArray theta = theta();
    INDArray x = x();
    INDArray dx = random("dx", inputShape().after(M, N));
    INDArray dTheta = p == 0 ? null : random("dTheta", M, p);
    double[] t = p == 0 ? new double[0] : Tensors.toDoubles(theta);
    double[] xv = Tensors.toDoubles(x);
    try (Linearization l = layer().linearize(theta, x);
        INDArray dy = Objects.requireNonNull(l.jvp(dTheta, dx))) {
      double[] got = Tensors.toDoubles(dy);
      int width = got.length / M;
      for (int c = 0; c < M; c++) {
        double[] vx = Tensors.toDoubles(TensorViews.leading(dx, c, c + 1));
        double[] vt = dTheta == null ? t : Tensors.toDoubles(TensorViews.leading(dTheta, c, c + 1));
        double[] up = valueAt(moved(STEP, vt, t), Tensors.of(axpy(STEP, vx, xv), x.shape()));
        double[] down = valueAt(moved(-STEP, vt, t), Tensors.of(axpy(-STEP, vx, xv), x.shape()));
        for (int i = 0; i < width; i++) {
          double expected = (up[i] - down[i]) / (2 * STEP);
          assertThat(got[c * width + i])
              .isCloseTo(expected, within(DIFFERENCE_TOLERANCE * (10 + Math.abs(expected))));
        }
      }
    }
  }

  private INDArray moved(double step, double[] v, double[] theta) {
    return theta.length == 0 ? theta() : Tensors.of(axpy(step, v, theta), theta.length);
  }

  @Test
  void pullbackIsTheAdjointOfJvp() {
    long p = layer().parameterCount();
    INDArray dx = random("dx", inputShape().after(1, N));
    INDArray dTheta = p == 0 ? null : random("dTheta", 1, p);
    try (Linearization l = layer().linearize(theta(), x());
        INDArray jv = Objects.requireNonNull(l.jvp(dTheta, dx))) {
      INDArray u = random("u", layer().outputShape(inputShape()).after(1, N));
      try (Pullback pullback = l.pullback(u)) {
        double left = dot(Tensors.toDoubles(jv), Tensors.toDoubles(u));
        double right = dot(Tensors.toDoubles(dx), Tensors.toDoubles(pullback.inputCotangent()));
        int offset = 0;
        for (ParameterBlock block : pullback.blocks()) {
          double[] sum = Tensors.toDoubles(block.sum());
          double[] v = Tensors.toDoubles(Objects.requireNonNull(dTheta));
          for (double s : sum) {
            right += s * v[offset++];
          }
        }
        assertThat(right).isCloseTo(left, within(ROUNDING * (10 + Math.abs(left))));
      }
    }
  }

  @Test
  void tangentsAreLinearAndNullMeansZero() {
    try (Linearization l = layer().linearize(theta(), x())) {
      assertThat(l.jvp(null, null)).isNull();
      INDArray dx = random("dx", inputShape().after(1, N));
      INDArray zero = Tensors.zeros(DataType.DOUBLE, 1, Math.max(1, layer().parameterCount()));
      INDArray alone = Objects.requireNonNull(l.jvp(null, dx));
      INDArray withZero =
          Objects.requireNonNull(l.jvp(layer().parameterCount() == 0 ? null : zero, dx));
      assertThat(Tensors.toDoubles(alone)).containsExactly(Tensors.toDoubles(withZero));
    }
  }

  @Test
  void jvpIsTheSumOfItsParts() {
    if (layer().parameterCount() == 0) {
      return;
    }
    INDArray dx = random("dx", inputShape().after(M, N));
    INDArray dTheta = random("dTheta", M, layer().parameterCount());
    try (Linearization l = layer().linearize(theta(), x())) {
      double[] both = Tensors.toDoubles(Objects.requireNonNull(l.jvp(dTheta, dx)));
      double[] ofTheta = Tensors.toDoubles(Objects.requireNonNull(l.jvp(dTheta, null)));
      double[] ofInput = Tensors.toDoubles(Objects.requireNonNull(l.jvp(null, dx)));
      for (int i = 0; i < both.length; i++) {
        assertThat(ofTheta[i] + ofInput[i])
            .isCloseTo(both[i], within(ROUNDING * (10 + Math.abs(both[i]))));
      }
    }
  }

  @Test
  void blocksAgreeWithTheirRows() {
    try (Linearization l = layer().linearize(theta(), x())) {
      INDArray dy = random("dy", layer().outputShape(inputShape()).after(M, N));
      try (Pullback pullback = l.pullback(dy)) {
        List<ParameterBlock> blocks = pullback.blocks();
        assertThat(blocks).hasSameSizeAs(layer().slots());
        for (int s = 0; s < blocks.size(); s++) {
          ParameterBlock block = blocks.get(s);
          int p = (int) layer().slots().get(s).size();
          assertThat(block.size()).isEqualTo(p);
          double[] rows = Tensors.toDoubles(block.rows());
          checkSum(Tensors.toDoubles(block.sum()), rows, p);
          checkGram(Tensors.toDoubles(block.gram(block)), rows, p);
          checkTrace(block, rows, p);
          checkNorms(Tensors.toDoubles(block.squaredNorms()), rows, p);
        }
      }
    }
  }

  private static double row(double[] rows, int p, int c, int i, int q) {
    return rows[(c * N + i) * p + q];
  }

  private static double inner(double[] rows, int p, int c, int i, int d, int j) {
    double s = 0;
    for (int q = 0; q < p; q++) {
      s += row(rows, p, c, i, q) * row(rows, p, d, j, q);
    }
    return s;
  }

  private static void checkSum(double[] sum, double[] rows, int p) {
    for (int c = 0; c < M; c++) {
      for (int q = 0; q < p; q++) {
        double expected = 0;
        for (int i = 0; i < N; i++) {
          expected += row(rows, p, c, i, q);
        }
        assertThat(sum[c * p + q]).isCloseTo(expected, within(ROUNDING * 10));
      }
    }
  }

  private static void checkGram(double[] gram, double[] rows, int p) {
    for (int c = 0; c < M; c++) {
      for (int d = 0; d < M; d++) {
        for (int i = 0; i < N; i++) {
          for (int j = 0; j < N; j++) {
            double got = gram[((c * M + d) * N + i) * N + j];
            double expected = inner(rows, p, c, i, d, j);
            assertThat(got).isCloseTo(expected, within(ROUNDING * (10 + Math.abs(expected))));
            assertThat(got).isEqualTo(gram[((d * M + c) * N + j) * N + i]);
          }
        }
      }
    }
  }

  private static void checkTrace(ParameterBlock block, double[] rows, int p) {
    INDArray target = Tensors.zeros(DataType.DOUBLE, N, N);
    block.addTrace(block, target);
    double[] trace = Tensors.toDoubles(target);
    for (int i = 0; i < N; i++) {
      for (int j = 0; j < N; j++) {
        double expected = 0;
        for (int c = 0; c < M; c++) {
          expected += inner(rows, p, c, i, c, j);
        }
        assertThat(trace[i * N + j])
            .isCloseTo(expected, within(ROUNDING * (10 + Math.abs(expected))));
      }
    }
  }

  private static void checkNorms(double[] norms, double[] rows, int p) {
    for (int c = 0; c < M; c++) {
      for (int i = 0; i < N; i++) {
        double expected = inner(rows, p, c, i, c, i);
        assertThat(norms[c * N + i])
            .isCloseTo(expected, within(ROUNDING * (10 + Math.abs(expected))));
      }
    }
  }

  @Test
  void argumentsStayUnchanged() {
    INDArray theta = theta();
    INDArray x = x();
    INDArray dy = random("dy", layer().outputShape(inputShape()).after(M, N));
    double[] before = Tensors.toDoubles(x);
    double[] dyBefore = Tensors.toDoubles(dy);
    double[] thetaBefore = theta.isEmpty() ? new double[0] : Tensors.toDoubles(theta);
    try (Linearization l = layer().linearize(theta, x);
        Pullback pullback = l.pullback(dy)) {
      pullback.blocks().forEach(b -> b.gram(b).close());
      pullback.blocks().forEach(b -> b.sum().close());
      INDArray dx = random("dx", inputShape().after(M, N));
      double[] dxBefore = Tensors.toDoubles(dx);
      Objects.requireNonNull(l.jvp(null, dx)).close();
      assertThat(Tensors.toDoubles(dx)).containsExactly(dxBefore);
    }
    assertThat(Tensors.toDoubles(x)).containsExactly(before);
    assertThat(Tensors.toDoubles(dy)).containsExactly(dyBefore);
    if (!theta.isEmpty()) {
      assertThat(Tensors.toDoubles(theta)).containsExactly(thetaBefore);
    }
  }

  @Test
  void couplesSamplesTellsTheTruth() {
    INDArray x = x();
    double[] base = valueAt(theta(), x);
    double[] xv = Tensors.toDoubles(x);
    int width = xv.length / N;
    for (int q = 0; q < width; q++) {
      xv[q] += 0.5;
    }
    double[] moved = valueAt(theta(), Tensors.of(xv, x.shape()));
    int out = base.length / N;
    boolean othersMoved = false;
    for (int i = out; i < base.length; i++) {
      othersMoved |= base[i] != moved[i];
    }
    assertThat(othersMoved).isEqualTo(layer().traits().couplesSamples());
  }

  @Test
  void singlePrecisionFollowsDoublePrecision() {
    INDArray theta = theta();
    INDArray theta32 = theta.isEmpty() ? theta : Tensors.convert(theta, DataType.FLOAT);
    INDArray x32 = Tensors.convert(x(), DataType.FLOAT);
    INDArray theta64 = theta.isEmpty() ? theta : Tensors.convert(theta32, DataType.DOUBLE);
    double[] reference = valueAt(theta64, Tensors.convert(x32, DataType.DOUBLE));
    try (Linearization l = layer().linearize(theta32, x32)) {
      assertThat(l.value().dataType()).isEqualTo(DataType.FLOAT);
      double[] got = Tensors.toDoubles(l.value());
      for (int i = 0; i < got.length; i++) {
        assertThat(got[i]).isCloseTo(reference[i], within(1e-4 * (1 + Math.abs(reference[i]))));
      }
    }
  }

  @Test
  void singlePrecisionDerivativesFollowDoublePrecision() {
    INDArray theta = theta();
    INDArray theta32 = theta.isEmpty() ? theta : Tensors.convert(theta, DataType.FLOAT);
    INDArray theta64 = theta.isEmpty() ? theta : Tensors.convert(theta32, DataType.DOUBLE);
    INDArray x32 = Tensors.convert(x(), DataType.FLOAT);
    long p = layer().parameterCount();
    INDArray dTheta = p == 0 ? null : random("dTheta", M, p);
    INDArray dx = random("dx", inputShape().after(M, N));
    INDArray dy = random("dy", layer().outputShape(inputShape()).after(M, N));
    try (Linearization l32 = layer().linearize(theta32, x32);
        Linearization l64 = layer().linearize(theta64, Tensors.convert(x32, DataType.DOUBLE));
        Pullback p32 = l32.pullback(Tensors.convert(dy, DataType.FLOAT));
        Pullback p64 = l64.pullback(dy)) {
      INDArray dTheta32 = dTheta == null ? null : Tensors.convert(dTheta, DataType.FLOAT);
      follows(
          Objects.requireNonNull(l32.jvp(dTheta32, Tensors.convert(dx, DataType.FLOAT))),
          Objects.requireNonNull(l64.jvp(dTheta, dx)));
      follows(p32.inputCotangent(), p64.inputCotangent());
      for (int s = 0; s < p64.blocks().size(); s++) {
        ParameterBlock b32 = p32.blocks().get(s);
        ParameterBlock b64 = p64.blocks().get(s);
        follows(b32.rows(), b64.rows());
        follows(b32.sum(), b64.sum());
        follows(b32.gram(b32), b64.gram(b64));
        follows(b32.squaredNorms(), b64.squaredNorms());
      }
    }
  }

  private static void follows(INDArray single, INDArray reference) {
    assertThat(single.dataType()).isEqualTo(DataType.FLOAT);
    assertThat(single.shape()).isEqualTo(reference.shape());
    double[] got = Tensors.toDoubles(single);
    double[] expected = Tensors.toDoubles(reference);
    for (int i = 0; i < got.length; i++) {
      assertThat(got[i]).isCloseTo(expected[i], within(1e-4 * (1 + Math.abs(expected[i]))));
    }
  }
}
