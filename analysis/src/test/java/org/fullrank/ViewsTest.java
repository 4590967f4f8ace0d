package org.fullrank;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.fullrank.diff.Jacobian;
import org.fullrank.diff.Linearization;
import org.fullrank.diff.Pullback;
import org.fullrank.expressivity.ExpressivityCondition;
import org.fullrank.expressivity.ExpressivityReport;
import org.fullrank.io.Dataset;
import org.fullrank.io.Npy;
import org.fullrank.linalg.DenseOperator;
import org.fullrank.linalg.DenseSymmetric;
import org.fullrank.linalg.Lapack;
import org.fullrank.linalg.Products;
import org.fullrank.linalg.TensorViews;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.FixedLinear;
import org.fullrank.nn.layer.Flatten;
import org.fullrank.nn.layer.Residual;
import org.fullrank.ntk.EmpiricalNtk;
import org.fullrank.ntk.GramMatrix;
import org.fullrank.spectrum.CholeskyBound;
import org.fullrank.spectrum.ExactProductBound;
import org.fullrank.spectrum.Extremes;
import org.fullrank.spectrum.RankAnalysis;
import org.fullrank.spectrum.RankReport;
import org.fullrank.spectrum.solver.DenseEigenSolver;
import org.fullrank.spectrum.solver.Eigenpairs;
import org.fullrank.spectrum.solver.Wanted;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * However the elements lie in memory, the numbers are those of a contiguous copy, to the bit: the
 * same kernels see the same rows.
 */
class ViewsTest {
  private static final int SAMPLES = 5;

  /** How the elements of an array lie in memory. */
  private enum Memory {
    FORTRAN,
    TRANSPOSED,
    OFFSET_ROWS,
    OFFSET_BLOCK,
    EVERY_SECOND_ROW,
    EVERY_SECOND_COLUMN,
    EVERY_SECOND_COLUMN_OF_FORTRAN;

    /** A view with the shape and the elements of {@code a}, surrounded by NaN. */
    INDArray of(INDArray a) {
      return switch (this) {
        case FORTRAN -> a.dup('f');
        case TRANSPOSED -> transposed(a);
        case OFFSET_ROWS -> view(a, 'c', 2, 1, 0, 1);
        case OFFSET_BLOCK -> view(a, 'c', 1, 1, 2, 1);
        case EVERY_SECOND_ROW -> view(a, 'c', 1, 2, 0, 1);
        case EVERY_SECOND_COLUMN -> view(a, 'c', 0, 1, 1, 2);
        case EVERY_SECOND_COLUMN_OF_FORTRAN -> view(a, 'f', 1, 1, 1, 2);
      };
    }

    private static INDArray transposed(INDArray a) {
      int[] reversed = new int[a.rank()];
      for (int d = 0; d < reversed.length; d++) {
        reversed[d] = reversed.length - 1 - d;
      }
      return a.permute(reversed).dup('c').permute(reversed);
    }

    /** Offsets and strides of the first and of the last axis; a vector has the last only. */
    private static INDArray view(INDArray a, char order, int o1, int s1, int o2, int s2) {
      int last = a.rank() - 1;
      long[] shape = a.shape().clone();
      INDArrayIndex[] index = new INDArrayIndex[a.rank()];
      for (int d = 0; d <= last; d++) {
        int offset = d == last ? o2 + (last == 0 ? o1 : 0) : d == 0 ? o1 : 0;
        int stride = d == last ? Math.max(s2, last == 0 ? s1 : 1) : d == 0 ? s1 : 1;
        long end = offset + stride * shape[d];
        index[d] = NDArrayIndex.interval(offset, stride, end);
        shape[d] = end + 1;
      }
      INDArray big = Nd4j.valueArrayOf(shape, Double.NaN, a.dataType());
      INDArray ordered = order == 'f' ? big.dup('f') : big;
      INDArray view = ordered.get(index);
      view.assign(a);
      return view;
    }
  }

  static Stream<Arguments> layouts() {
    return Stream.of(Memory.values())
        .flatMap(
            m -> Stream.of(DataType.DOUBLE, DataType.FLOAT).map(type -> Arguments.of(m, type)));
  }

  private static INDArray filled(DataType type, long... shape) {
    double[] v = new double[Tensors.length(shape)];
    for (int i = 0; i < v.length; i++) {
      v[i] = Math.sin(1.0 + 1.7 * i * i + shape.length);
    }
    return Tensors.of(type, v, shape);
  }

  /** {@code B B^T} of a filled {@code [n, n + 2]}, symmetric to the bit. */
  private static INDArray positive(DataType type, int n) {
    INDArray b = filled(type, n, n + 2);
    try (INDArray product = Products.multiply(b, false, b, true)) {
      return DenseSymmetric.symmetrized(product).toMatrix();
    }
  }

  private static Network network(DataType type) {
    return Network.of(
        Shape.of(3),
        Dense.of("a", 3, 4).withBias(0.1),
        Elementwise.of(Activations.TANH),
        Residual.of(0.5, FixedLinear.of("f", filled(type, 6, 4)), Dense.of("r", 6, 6))
            .withShortcut(Dense.of("s", 4, 6)),
        Flatten.of(),
        Dense.of("b", 6, 2).withBias(0.2));
  }

  private static void same(String what, INDArray actual, INDArray expected) {
    assertThat(actual.shape()).as(what).containsExactly(expected.shape());
    assertThat(Tensors.toDoubles(actual)).as(what).containsExactly(Tensors.toDoubles(expected));
  }

  /** The view is what it should be: the elements agree, and nothing else was asked. */
  @ParameterizedTest
  @MethodSource("layouts")
  void copies(Memory m, DataType type) throws IOException {
    for (long[] shape : new long[][] {{7}, {4, 3}, {1, 5}, {6, 1}, {2, 4, 3}, {2, 3, 2, 3}}) {
      INDArray a = filled(type, shape);
      INDArray v = m.of(a);
      same("toDoubles", v, a);
      same("contiguous", TensorViews.contiguous(v), a);
      assertThat(TensorViews.isContiguous(TensorViews.contiguous(v))).isTrue();
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      Npy.write(out, v);
      same("npy", Npy.read(new ByteArrayInputStream(out.toByteArray()), "v.npy"), a);
    }
    INDArray x = filled(type, 4, 3);
    INDArray y = filled(type, 4, 2);
    INDArray product = Products.multiply(x, true, y, false);
    same("product", Products.multiply(m.of(x), true, m.of(y), false), product);
    same("transpose", Tensors.transpose(m.of(x)), Tensors.transpose(x));
    same("data set", Dataset.of(m.of(x), m.of(y), "p").y(), Dataset.of(x, y, "p").y());
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void networks(Memory m, DataType type) {
    Network net = network(type);
    INDArray theta = net.initialize(Seed.of(2), type);
    INDArray x = filled(type, SAMPLES, 3);
    INDArray t = m.of(theta);
    INDArray v = m.of(x);
    same("forward", net.forward(t, v), net.forward(theta, x));
    same("features", net.features(t, v), net.features(theta, x));
    long p = net.parameterCount();
    INDArray tangents = filled(type, p, 3);
    INDArray cotangents = filled(type, SAMPLES * 2, 3);
    INDArray dy = filled(type, 3, SAMPLES, 2);
    INDArray dTheta = filled(type, 3, p);
    INDArray dx = filled(type, 3, SAMPLES, 3);
    try (Jacobian a = net.jacobian(t, v);
        Jacobian b = net.jacobian(theta, x)) {
      same("apply", a.apply(m.of(tangents)), b.apply(tangents));
      same("transpose", a.applyTranspose(m.of(cotangents)), b.applyTranspose(cotangents));
      same("matrix", a.toMatrix(), b.toMatrix());
      same("vjp", a.vjp(m.of(dy)), b.vjp(dy));
      same("input Jacobian", a.inputJacobian(), b.inputJacobian());
      Linearization l = b.linearization();
      try (INDArray actual = l.jvp(m.of(dTheta), m.of(dx));
          INDArray expected = l.jvp(dTheta, dx);
          Pullback from = l.pullback(m.of(dy));
          Pullback to = l.pullback(dy)) {
        assertThat(actual).isNotNull();
        assertThat(expected).isNotNull();
        same("jvp", actual, expected);
        same("pullback", from.inputCotangent(), to.inputCotangent());
        same("rows", from.blocks().get(0).rows(), to.blocks().get(0).rows());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void kernels(Memory m, DataType type) {
    Network net = network(type);
    INDArray theta = net.initialize(Seed.of(2), type);
    INDArray x = filled(type, SAMPLES, 3);
    INDArray x2 = filled(type, 3, 3);
    INDArray v = m.of(x);
    for (EmpiricalNtk.Method method : EmpiricalNtk.Method.values()) {
      EmpiricalNtk a = EmpiricalNtk.of(net, m.of(theta)).withMethod(method);
      EmpiricalNtk b = EmpiricalNtk.of(net, theta).withMethod(method);
      same("gram", a.gram(v).matrix(), b.gram(x).matrix());
      same("cross", a.cross(m.of(x2), v), b.cross(x2, x));
      same("diagonal", a.diagonal(v), b.diagonal(x));
      same("trace", a.traceKernel(v).matrix(), b.traceKernel(x).matrix());
      Map<String, GramMatrix> parts = a.perSlot(v);
      Map<String, GramMatrix> expected = b.perSlot(x);
      assertThat(parts).isNotEmpty().containsOnlyKeys(expected.keySet());
      parts.forEach((s, g) -> same(s, g.matrix(), expected.get(s).matrix()));
    }
    INDArray w = filled(type, SAMPLES * 2, 2);
    try (var a = EmpiricalNtk.of(net, m.of(theta)).operator(v);
        var b = EmpiricalNtk.of(net, theta).operator(x)) {
      same("operator", a.apply(m.of(w)), b.apply(w));
    }
    ExpressivityReport e = ExpressivityCondition.of(net, m.of(theta)).check(v);
    ExpressivityReport f = ExpressivityCondition.of(net, theta).check(x);
    assertThat(e.margin()).isEqualTo(f.margin());
    assertThat(e.singularValues()).containsExactly(f.singularValues());
    assertThat(e.toString()).isEqualTo(f.toString());
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void matrices(Memory m, DataType type) {
    INDArray a = filled(type, 4, 6);
    INDArray v = filled(type, 6, 2);
    INDArray u = filled(type, 4, 2);
    DenseOperator p = DenseOperator.of(m.of(a));
    DenseOperator q = DenseOperator.of(a);
    same("operator", p.apply(m.of(v)), q.apply(v));
    same("transpose", p.applyTranspose(m.of(u)), q.applyTranspose(u));
    assertThat(rank(m.of(a))).isEqualTo(rank(a));
    assertThat(extremes(ExactProductBound.withDefaults().enclose(m.of(a))))
        .isEqualTo(extremes(ExactProductBound.withDefaults().enclose(a)));
    try (Lapack.Svd s = Lapack.svd(m.of(a));
        Lapack.Svd t = Lapack.svd(a)) {
      assertThat(s.singularValues()).containsExactly(t.singularValues());
      same("vt", s.vt(), t.vt());
    }
    INDArray k = positive(type, 6);
    try (Lapack.Cholesky c = Lapack.cholesky(m.of(k));
        Lapack.Cholesky d = Lapack.cholesky(k)) {
      same("factor", c.factor(), d.factor());
    }
    same("Gram", GramMatrix.of(m.of(k), 3, 2).matrix(), k);
    same("symmetric", DenseSymmetric.of(m.of(k)).toMatrix(), k);
    try (GramMatrix g = GramMatrix.of(m.of(k), 3, 2);
        GramMatrix h = GramMatrix.of(k, 3, 2);
        Eigenpairs e = DenseEigenSolver.withDefaults().solve(g, Wanted.all().withVectors());
        Eigenpairs f = DenseEigenSolver.withDefaults().solve(h, Wanted.all().withVectors())) {
      same("Gram apply", g.apply(m.of(v)), h.apply(v));
      assertThat(e.values()).containsExactly(f.values());
      same("eigenvectors", e.vectors(), f.vectors());
      assertThat(extremes(CholeskyBound.withDefaults().enclose(g)))
          .isEqualTo(extremes(CholeskyBound.withDefaults().enclose(h)));
    }
  }

  private static List<Object> rank(INDArray a) {
    RankReport r = RankAnalysis.withDefaults().analyze(a);
    List<Object> out = new ArrayList<>(List.of(r.sigmaMin(), r.epsilon(), r.fullRowRank()));
    for (double s : r.singularValues()) {
      out.add(String.format(Locale.ROOT, "%a", s));
    }
    return out;
  }

  private static List<Object> extremes(Extremes e) {
    return List.of(e.lambdaMin(), e.lambdaMax());
  }
}
