package org.fullrank.testkit;

import static org.fullrank.testkit.LayerCase.M;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.List;
import java.util.Objects;
import org.fullrank.diff.Linearization;
import org.fullrank.diff.ParameterBlock;
import org.fullrank.diff.Pullback;
import org.fullrank.linalg.Tensors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Single precision against double precision at the same numbers. */
record SinglePrecisionChecks(LayerCase at) {
  private static final double TOLERANCE = 1e-4;

  /** A derivative at points within a rounding of a kink may be that of the other side. */
  List<DynamicTest> tests() {
    return List.of(
        dynamicTest("values in single precision follow double precision", this::values),
        dynamicTest("derivatives in single precision follow double precision", this::derivatives));
  }

  private static INDArray single(INDArray a) {
    return a.isEmpty() ? a : Tensors.convert(a, DataType.FLOAT);
  }

  private static @Nullable INDArray singleOrNull(@Nullable INDArray a) {
    return a == null ? null : single(a);
  }

  /** The same numbers in double precision. */
  private static INDArray rounded(INDArray a) {
    return a.isEmpty() ? a : Tensors.convert(single(a), DataType.DOUBLE);
  }

  private Linearization linearize() {
    return at.layer().linearize(single(at.theta()), single(at.x()));
  }

  private Linearization reference() {
    return at.layer().linearize(rounded(at.theta()), rounded(at.x()));
  }

  private void values() {
    try (Linearization l32 = linearize();
        Linearization l64 = reference()) {
      follows("value", l32.value(), l64.value());
    }
  }

  private void derivatives() {
    INDArray dTheta = at.parameterTangents(M);
    INDArray dx = at.inputTangents(M);
    INDArray dy = at.cotangents(M);
    try (Linearization l32 = linearize();
        Linearization l64 = reference();
        Pullback p32 = l32.pullback(single(dy));
        Pullback p64 = l64.pullback(dy)) {
      follows(
          "jvp",
          Objects.requireNonNull(l32.jvp(singleOrNull(dTheta), single(dx)), "jvp"),
          Objects.requireNonNull(l64.jvp(dTheta, dx), "jvp"));
      follows("input cotangents", p32.inputCotangent(), p64.inputCotangent());
      for (int s = 0; s < p64.blocks().size(); s++) {
        ParameterBlock b32 = p32.blocks().get(s);
        ParameterBlock b64 = p64.blocks().get(s);
        follows("rows", b32.rows(), b64.rows());
        follows("sum", b32.sum(), b64.sum());
        follows("Gram block", b32.gram(b32), b64.gram(b64));
        follows("norms", b32.squaredNorms(), b64.squaredNorms());
      }
    }
  }

  private static void follows(String what, INDArray single, INDArray reference) {
    assertEquals(DataType.FLOAT, single.dataType(), () -> "type of " + what);
    assertArrayEquals(reference.shape(), single.shape(), () -> "shape of " + what);
    double[] expected = Tensors.toDoubles(reference);
    Near.assertNear(
        what, expected, Tensors.toDoubles(single), TOLERANCE * (1 + Near.largest(expected)));
  }
}
