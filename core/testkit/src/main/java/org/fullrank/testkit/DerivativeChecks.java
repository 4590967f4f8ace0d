package org.fullrank.testkit;

import static org.fullrank.testkit.LayerCase.M;
import static org.fullrank.testkit.LayerCase.N;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.fullrank.diff.Linearization;
import org.fullrank.diff.ParameterBlock;
import org.fullrank.diff.Pullback;
import org.fullrank.linalg.TensorViews;
import org.fullrank.linalg.Tensors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Both modes of the derivative against the value and against each other. */
record DerivativeChecks(LayerCase at) {
  /** Extrapolated differences err by about {@code STEP^4} and {@code 2^-53 / STEP}. */
  private static final double STEP = 1e-4;

  private static final double TOLERANCE = 1e-8;

  List<DynamicTest> tests() {
    return List.of(
        dynamicTest("jvp agrees with differences of the value", this::differences),
        dynamicTest("jvp of no tangents is null, and null means zero", this::nullMeansZero),
        dynamicTest("jvp is linear", this::jvpIsLinear),
        dynamicTest("pullback is the transpose of jvp", this::adjoint),
        dynamicTest("pullback is linear", this::pullbackIsLinear),
        dynamicTest("arguments stay unchanged", this::arguments));
  }

  private static INDArray jvp(Linearization l, @Nullable INDArray dTheta, @Nullable INDArray dx) {
    return Objects.requireNonNull(l.jvp(dTheta, dx), "jvp of a tangent that is not null");
  }

  private void differences() {
    double[] theta = LayerCase.gaussian("theta", at.parameters());
    double[] x = Tensors.toDoubles(at.x());
    INDArray dx = at.inputTangents(M);
    INDArray dTheta = at.parameterTangents(M);
    try (Linearization l = at.layer().linearize(at.theta(), at.x());
        INDArray dy = jvp(l, dTheta, dx)) {
      double[] got = Tensors.toDoubles(dy);
      int width = got.length / M;
      for (int c = 0; c < M; c++) {
        double[] v = part(dx, c);
        double[] t = dTheta == null ? theta : part(dTheta, c);
        double[] wide = difference(theta, t, x, v, STEP);
        double[] narrow = difference(theta, t, x, v, STEP / 2);
        double tolerance = TOLERANCE * (10 + Near.largest(narrow));
        for (int i = 0; i < width; i++) {
          double expected = narrow[i] + (narrow[i] - wide[i]) / 3;
          Near.assertNear(
              "jvp, tangent " + c + ", entry " + i,
              expected,
              got[c * width + i],
              tolerance + Math.abs(narrow[i] - wide[i]));
        }
      }
    }
  }

  private static double[] part(INDArray tangents, int c) {
    return Tensors.toDoubles(TensorViews.leading(tangents, c, c + 1));
  }

  private double[] difference(double[] theta, double[] t, double[] x, double[] v, double step) {
    double[] up = at.valueAt(LayerCase.moved(theta, step, t), LayerCase.moved(x, step, v));
    double[] down = at.valueAt(LayerCase.moved(theta, -step, t), LayerCase.moved(x, -step, v));
    return Arrays.stream(Near.minus(up, down)).map(d -> d / (2 * step)).toArray();
  }

  private void nullMeansZero() {
    try (Linearization l = at.layer().linearize(at.theta(), at.x())) {
      assertNull(l.jvp(null, null), "jvp(null, null)");
      INDArray dx = at.inputTangents(1);
      if (at.parameters() > 0) {
        INDArray zero = Tensors.zeros(DataType.DOUBLE, 1, at.parameters());
        Near.assertNear(
            "jvp without parameter tangents",
            Tensors.toDoubles(jvp(l, zero, dx)),
            Tensors.toDoubles(jvp(l, null, dx)));
      }
    }
  }

  private void jvpIsLinear() {
    INDArray dx = at.inputTangents(1);
    INDArray dTheta = at.parameterTangents(1);
    try (Linearization l = at.layer().linearize(at.theta(), at.x())) {
      double[] both = Tensors.toDoubles(jvp(l, dTheta, dx));
      double[] sum = Tensors.toDoubles(jvp(l, null, dx));
      if (dTheta != null) {
        sum = LayerCase.moved(sum, 1, Tensors.toDoubles(jvp(l, dTheta, null)));
      }
      Near.assertNear("jvp of both tangents", both, sum);
      INDArray scaled = dTheta == null ? null : Tensors.scaled(dTheta, -2.5);
      double[] times = Tensors.toDoubles(jvp(l, scaled, Tensors.scaled(dx, -2.5)));
      Near.assertNear(
          "jvp of -2.5 times the tangents",
          Arrays.stream(both).map(d -> -2.5 * d).toArray(),
          times);
    }
  }

  private void adjoint() {
    INDArray dx = at.inputTangents(1);
    INDArray dTheta = at.parameterTangents(1);
    INDArray u = at.cotangents(1);
    try (Linearization l = at.layer().linearize(at.theta(), at.x());
        INDArray jv = jvp(l, dTheta, dx);
        Pullback pullback = l.pullback(u)) {
      double[] products = products(jv, u);
      double right = Arrays.stream(products(dx, pullback.inputCotangent())).sum();
      if (dTheta != null) {
        double[] gradient = gradient(pullback);
        assertEquals(at.parameters(), gradient.length, "entries of all parameter blocks");
        double[] v = Tensors.toDoubles(dTheta);
        for (int q = 0; q < v.length; q++) {
          right += gradient[q] * v[q];
        }
      }
      double left = Arrays.stream(products).sum();
      double size = Arrays.stream(products).map(Math::abs).sum();
      Near.assertNear("<J v, u> and <v, J^T u>", left, right, Near.ROUNDING * (10 + size));
    }
  }

  private static double[] products(INDArray a, INDArray b) {
    double[] out = Tensors.toDoubles(a);
    double[] other = Tensors.toDoubles(b);
    assertEquals(out.length, other.length, "entries of tangents and cotangents");
    for (int i = 0; i < out.length; i++) {
      out[i] *= other[i];
    }
    return out;
  }

  /** Summed over samples, slot by slot. */
  private static double[] gradient(Pullback pullback) {
    return pullback.blocks().stream()
        .map(ParameterBlock::sum)
        .flatMapToDouble(sum -> Arrays.stream(Tensors.toDoubles(sum)))
        .toArray();
  }

  /** Of a sum of cotangents: the sum of the results, sample by sample. */
  private void pullbackIsLinear() {
    double[] u = LayerCase.gaussian("u", N * (int) at.output().length());
    double[] v = LayerCase.gaussian("v", u.length);
    try (Linearization l = at.layer().linearize(at.theta(), at.x())) {
      double[] sum = all(l, LayerCase.moved(u, -2.5, v));
      Near.assertNear("pullback of u - 2.5 v", LayerCase.moved(all(l, u), -2.5, all(l, v)), sum);
    }
  }

  /** Input cotangents and the rows of all blocks. */
  private double[] all(Linearization l, double[] dy) {
    INDArray cotangents = Tensors.of(dy, at.output().after(1, N));
    try (Pullback pullback = l.pullback(cotangents)) {
      double[] out = Tensors.toDoubles(pullback.inputCotangent());
      for (ParameterBlock block : pullback.blocks()) {
        double[] rows = Tensors.toDoubles(block.rows());
        int length = out.length;
        out = Arrays.copyOf(out, length + rows.length);
        System.arraycopy(rows, 0, out, length, rows.length);
      }
      return out;
    }
  }

  private void arguments() {
    INDArray theta = at.theta();
    INDArray x = at.x();
    INDArray dy = at.cotangents(M);
    INDArray dx = at.inputTangents(M);
    INDArray dTheta = at.parameterTangents(M);
    try (Linearization l = at.layer().linearize(theta, x);
        Pullback pullback = l.pullback(dy)) {
      double[] value = Tensors.toDoubles(l.value());
      assertNotNull(pullback.inputCotangent(), "input cotangent");
      pullback.blocks().forEach(b -> b.gram(b).close());
      pullback.blocks().forEach(b -> b.sum().close());
      jvp(l, dTheta, dx).close();
      same("value", value, l.value());
    }
    same("x", Tensors.toDoubles(at.x()), x);
    same("dy", Tensors.toDoubles(at.cotangents(M)), dy);
    same("dx", Tensors.toDoubles(at.inputTangents(M)), dx);
    if (dTheta != null) {
      same("theta", LayerCase.gaussian("theta", at.parameters()), theta);
      same("dTheta", LayerCase.gaussian("dTheta", M * at.parameters()), dTheta);
    }
  }

  private static void same(String what, double[] before, INDArray after) {
    Near.assertNear(what + " after use", before, Tensors.toDoubles(after), 0);
  }
}
