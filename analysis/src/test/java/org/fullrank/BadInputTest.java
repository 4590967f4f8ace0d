package org.fullrank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.fullrank.BadArrays.EMPTY;
import static org.fullrank.BadArrays.INF;
import static org.fullrank.BadArrays.INTS;
import static org.fullrank.BadArrays.NAN;
import static org.fullrank.BadArrays.NO_ROWS;
import static org.fullrank.BadArrays.closed;
import static org.fullrank.BadArrays.filled;
import static org.fullrank.BadArrays.singles;
import static org.fullrank.BadArrays.with;
import static org.fullrank.oracle.Misuse.argument;
import static org.fullrank.oracle.Misuse.state;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.fullrank.diff.Jacobian;
import org.fullrank.linalg.TensorChecks;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.FixedLinear;
import org.fullrank.ntk.EmpiricalNtk;
import org.fullrank.ntk.GramMatrix;
import org.fullrank.ntk.NtkOperator;
import org.fullrank.oracle.Misuse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Misuse of kernels gets an exception that explains it. */
class BadInputTest {
  private static final Network NET =
      Network.of(
          Shape.of(3),
          Dense.of("a", 3, 4).withBias(0.1),
          Elementwise.of(Activations.TANH),
          Dense.of("b", 4, 2));
  private static final INDArray THETA = NET.initialize(Seed.of(1));
  private static final INDArray X = filled(5, 3);

  private static EmpiricalNtk ntk() {
    return EmpiricalNtk.of(NET, THETA);
  }

  /** 50,000 outputs of one input: small parameters, a Gram of 2.5 thousand million entries. */
  private static EmpiricalNtk wide() {
    Network net = Network.of(Shape.of(1), Dense.of("w", 1, 50_000));
    return EmpiricalNtk.of(net, net.initialize(Seed.of(1)));
  }

  static Stream<Misuse> kernels() {
    INDArray one = Tensors.of(new double[] {1}, 1, 1);
    INDArray many = Tensors.zeros(DataType.DOUBLE, 30_000, 3);
    Network images = Network.of(Shape.of(2, 2), Elementwise.of(Activations.RELU));
    return Stream.of(
        argument("theta size", () -> EmpiricalNtk.of(NET, filled(7)), "theta", "[24]", "[7]"),
        argument("theta ints", () -> EmpiricalNtk.of(NET, Nd4j.zeros(DataType.INT32, 24)), "theta"),
        argument("theta NaN", () -> EmpiricalNtk.of(NET, with(NAN, 24)), "theta", "finite", "NaN"),
        argument("theta closed", () -> EmpiricalNtk.of(NET, closed(24)), "theta", "closed"),
        argument("output shape", () -> EmpiricalNtk.of(images, THETA), "[k]", "[2, 2]"),
        argument("x width", () -> ntk().gram(filled(5, 4)), "input", "[any, 3]", "[5, 4]"),
        argument("x vector", () -> ntk().gram(filled(3)), "input", "[any, 3]", "[3]"),
        argument("x floats", () -> ntk().gram(singles(5, 3)), "theta", "FLOAT", "DOUBLE"),
        argument("x ints", () -> ntk().gram(INTS), "input", "DOUBLE or FLOAT", "INT"),
        argument("x NaN", () -> ntk().gram(with(NAN, 5, 3)), "input", "finite", "NaN", "index 7"),
        argument("x infinite", () -> ntk().diagonal(with(INF, 5, 3)), "input", "Infinity"),
        argument("x empty", () -> ntk().traceKernel(EMPTY), "input", "[any, 3]", "empty"),
        argument("x no rows", () -> ntk().perSlot(NO_ROWS), "input", "[any, 3]", "empty"),
        argument("x scalar", () -> ntk().traceKernel(Nd4j.scalar(1.0)), "input", "[any, 3]", "[]"),
        argument("x closed", () -> ntk().perLayer(closed(5, 3)), "input", "open", "closed"),
        argument("cross left", () -> ntk().cross(filled(2, 2), X), "input", "[2, 2]"),
        argument("cross right", () -> ntk().cross(X, filled(2, 2)), "input", "[2, 2]"),
        argument("cross floats", () -> ntk().cross(X, singles(2, 3)), "theta", "FLOAT"),
        argument("Gram of 2.5e9", () -> wide().gram(one), "2^31 entries", "[50000, 50000]"),
        argument("cross of 2.5e9", () -> wide().cross(one, one), "2^31", "[50000, 50000]"),
        argument("parts of 2.5e9", () -> wide().perSlot(one), "2^31", "[50000, 50000]"),
        argument("samples of 3.6e9", () -> ntk().gram(many), "2^31", "[60000, 60000]"),
        argument("operator size", () -> use(filled(9, 1)), "NTK apply", "[10, any]", "[9, 1]"),
        argument("operator NaN", () -> use(with(NAN, 10, 1)), "finite", "NaN"),
        argument("operator floats", () -> use(singles(10, 1)), "DOUBLE", "FLOAT"),
        state(
            "operator after close",
            () -> {
              NtkOperator o = ntk().operator(X);
              o.close();
              o.apply(filled(10, 1));
            },
            "before close()"),
        argument("n = 0", () -> GramMatrix.of(one, 0, 1), "Gram matrix", "n >= 1", "n = 0"),
        argument("k < 0", () -> GramMatrix.of(one, 1, -1), "Gram matrix", "k >= 1", "k = -1"),
        argument("n k", () -> GramMatrix.of(filled(6, 6), 2, 2), "Gram", "[4, 4]", "[6, 6]"),
        argument("n k huge", () -> GramMatrix.of(one, 1L << 40, 1L << 40), "2^31", "1099511627776"),
        argument("Gram rectangle", () -> GramMatrix.of(X, 5, 1), "Gram", "[5, 5]", "[5, 3]"),
        argument("Gram NaN", () -> GramMatrix.of(with(NAN, 3, 3), 3, 1), "Gram", "finite", "NaN"),
        argument("Gram asymmetric", () -> GramMatrix.of(filled(3, 3), 3, 1), "Gram", "(1, 0)"),
        argument("Gram vector", () -> GramMatrix.of(filled(4), 2, 1), "[2, 2]", "[4]"),
        argument("entry", () -> ntk().gram(X).entry(5, 0, 0, 0), "below 5", "(5, 0, 0, 0)"),
        argument("Gram apply", () -> ntk().gram(X).apply(filled(5, 1)), "[10, any]", "[5, 1]"),
        afterClose("matrix", GramMatrix::matrix),
        afterClose("toMatrix", GramMatrix::toMatrix),
        afterClose("apply", g -> g.apply(filled(10, 1))),
        afterClose("entry", g -> g.entry(0, 0, 0, 0)));
  }

  private static void use(INDArray v) {
    try (NtkOperator o = ntk().operator(X)) {
      o.apply(v);
    }
  }

  /** A call whose result does not matter. */
  private interface Use {
    Object apply(GramMatrix gram);
  }

  private static Misuse afterClose(String name, Use use) {
    return state(
        "Gram " + name + " after close",
        () -> {
          GramMatrix g = ntk().gram(X);
          g.close();
          use.apply(g);
        },
        "GramMatrix(n = 5, k = 2",
        "before close()");
  }

  @ParameterizedTest
  @MethodSource({"kernels"})
  void isExplained(Misuse misuse) {
    misuse.check();
  }

  /** What a caller is to close must own its memory: closing a view would free nothing. */
  @Test
  void resultsCanBeClosed() {
    Network fixed = Network.of(Shape.of(3), FixedLinear.of("f", filled(2, 3)), Dense.of("d", 2, 1));
    INDArray theta = fixed.initialize(Seed.of(1));
    List<INDArray> results = new ArrayList<>();
    for (EmpiricalNtk.Method method : EmpiricalNtk.Method.values()) {
      for (EmpiricalNtk k : List.of(ntk(), EmpiricalNtk.of(fixed, theta))) {
        results.add(k.withMethod(method).gram(X).matrix());
        results.add(k.withMethod(method).cross(X, X));
        results.add(k.traceKernel(X).matrix());
        results.add(k.diagonal(X));
        k.perSlot(X).values().forEach(g -> results.add(g.matrix()));
      }
    }
    try (Jacobian j = fixed.jacobian(theta, X);
        Jacobian l = NET.jacobian(THETA, X)) {
      results.add(j.toMatrix());
      results.add(j.inputJacobian());
      results.add(j.apply(filled(2, 4)));
      results.add(j.applyTranspose(filled(5, 4)));
      results.add(l.rows(1, 3));
      results.add(l.vjp(filled(1, 5, 2)));
    }
    results.add(NET.forward(THETA, X));
    results.add(NET.features(THETA, X));
    for (INDArray a : results) {
      assertThat(a.closeable()).as(TensorChecks.describe(a)).isTrue();
      a.close();
      assertThat(a.wasClosed()).isTrue();
    }
  }
}
