package org.fullrank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.fullrank.Misuse.argument;
import static org.fullrank.Misuse.state;

import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.fullrank.diff.Jacobian;
import org.fullrank.expressivity.ExpressivityCondition;
import org.fullrank.linalg.DenseSymmetric;
import org.fullrank.linalg.SymmetricOperator;
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
import org.fullrank.report.Axis;
import org.fullrank.report.Dossier;
import org.fullrank.report.Finding;
import org.fullrank.report.LinePlot;
import org.fullrank.report.Provenance;
import org.fullrank.report.SpectrumPlot;
import org.fullrank.report.TerminalProgress;
import org.fullrank.rigor.Cholesky;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Product;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.RankCertificate;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.ShiftedCholeskyBound;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.SymmetricMatrix;
import org.fullrank.rigor.SymmetricProduct;
import org.fullrank.rigor.Verdict;
import org.fullrank.spectrum.CholeskyBound;
import org.fullrank.spectrum.DenseEigenSolver;
import org.fullrank.spectrum.DirectBound;
import org.fullrank.spectrum.Eigenpairs;
import org.fullrank.spectrum.ExactProductBound;
import org.fullrank.spectrum.JavaEigenSolver;
import org.fullrank.spectrum.RankAnalysis;
import org.fullrank.spectrum.SolverStatus;
import org.fullrank.spectrum.SpectrumSummary;
import org.fullrank.spectrum.Wanted;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Every misuse of kernels, spectra, bounds and reports gets an exception that explains it. */
class BadInputTest {
  private static final double NAN = Double.NaN;
  private static final double INF = Double.POSITIVE_INFINITY;
  private static final Network NET =
      Network.of(
          Shape.of(3),
          Dense.of("a", 3, 4).withBias(0.1),
          Elementwise.of(Activations.TANH),
          Dense.of("b", 4, 2));
  private static final INDArray THETA = NET.initialize(Seed.of(1));
  private static final INDArray X = filled(5, 3);
  private static final INDArray INTS = Nd4j.zeros(DataType.INT32, 5, 3);
  private static final INDArray EMPTY = Nd4j.empty(DataType.DOUBLE);
  private static final INDArray NO_ROWS = Nd4j.create(DataType.DOUBLE, 0, 3);

  private static INDArray filled(long... shape) {
    double[] v = new double[Tensors.length(shape)];
    for (int i = 0; i < v.length; i++) {
      v[i] = Math.sin(1.0 + 3 * i);
    }
    return Tensors.of(v, shape);
  }

  private static INDArray with(double bad, long... shape) {
    double[] v = Tensors.toDoubles(filled(shape));
    v[v.length / 2] = bad;
    return Tensors.of(v, shape);
  }

  private static INDArray singles(long... shape) {
    return Tensors.convert(filled(shape), DataType.FLOAT);
  }

  private static INDArray closed(long... shape) {
    INDArray a = filled(shape);
    a.close();
    return a;
  }

  private static double[][] rows(double... v) {
    int n = (int) Math.sqrt(v.length);
    return Tensors.toRows(Tensors.of(v, n, n));
  }

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

  /** Says what it is told to. */
  private record Liar(INDArray matrix, long size) implements SymmetricOperator {
    @Override
    public DataType dataType() {
      return matrix.dataType();
    }

    @Override
    public INDArray apply(INDArray v) {
      return matrix.dup('c');
    }

    @Override
    public INDArray toMatrix() {
      return matrix.dup('c');
    }
  }

  static Stream<Misuse> spectra() {
    SymmetricOperator nan = new Liar(with(NAN, 3, 3), 3);
    SymmetricOperator skew = new Liar(filled(3, 3), 3);
    SymmetricOperator oblong = new Liar(filled(2, 3), 2);
    SymmetricOperator one = DenseSymmetric.of(Tensors.of(new double[] {2}, 1, 1));
    DenseEigenSolver solver = DenseEigenSolver.withDefaults();
    CholeskyBound bound = CholeskyBound.withDefaults();
    RankAnalysis rank = RankAnalysis.withDefaults();
    ExpressivityCondition condition = ExpressivityCondition.of(NET, THETA);
    return Stream.of(
        argument("no eigenvalues", () -> Wanted.smallest(0), "Wanted", "at least 1", "got 0"),
        argument("fewer", () -> Wanted.largest(-3), "Wanted", "at least 1", "got -3"),
        argument("solve NaN", () -> solver.solve(nan, Wanted.all()), "finite", "NaN"),
        argument("solve skew", () -> solver.solve(skew, Wanted.all()), "symmetric", "(1, 0)"),
        argument("solve oblong", () -> solver.solve(oblong, Wanted.all()), "square", "[2, 3]"),
        argument("Java solver NaN", () -> javaSolve(nan), "finite", "NaN"),
        argument("Java solver skew", () -> javaSolve(skew), "symmetric", "(1, 0)"),
        argument("Java solver oblong", () -> javaSolve(oblong), "square", "[2, 3]"),
        argument("fallback", () -> solver.withFallbackUpTo(-1), "at least 0", "got -1"),
        argument("bound NaN", () -> bound.bound(nan), "finite", "NaN"),
        argument("bound skew", () -> bound.bound(skew), "equal entries", "(1, 0)"),
        argument("bound oblong", () -> bound.bound(oblong), "square", "[2, 3]"),
        argument("Gershgorin NaN", () -> DirectBound.gershgorin().bound(nan), "finite", "NaN"),
        argument("threads 0", () -> bound.withThreads(0), "withThreads", "at least 1", "got 0"),
        argument("threads -1", () -> rank.withThreads(-1), "withThreads", "at least 1", "got -1"),
        argument("width NaN", () -> bound.withRelativeWidth(NAN), "withRelativeWidth", "NaN"),
        argument("width -1", () -> bound.withRelativeWidth(-1), "withRelativeWidth", "-1.0"),
        argument("factorisations", () -> bound.withMaxFactorizations(-1), ">= 0", "got -1"),
        argument("product threads", () -> product().withThreads(0), "at least 1", "got 0"),
        argument("product vector", () -> product().bound(filled(3)), "ExactProductBound", "[3]"),
        argument("product NaN", () -> product().bound(with(NAN, 2, 2)), "finite", "NaN"),
        argument("product ints", () -> product().bound(INTS), "ExactProductBound", "INT"),
        argument("rank of a vector", () -> rank.analyze(filled(3)), "RankAnalysis", "[3]"),
        argument("rank of NaN", () -> rank.analyze(with(NAN, 2, 3)), "RankAnalysis", "NaN"),
        argument("rank of ints", () -> rank.analyze(INTS), "RankAnalysis", "INT"),
        argument("rank of nothing", () -> rank.analyze(NO_ROWS), "RankAnalysis", "empty"),
        argument("rank of closed", () -> rank.analyze(closed(2, 3)), "RankAnalysis", "closed"),
        argument(
            "right inverse",
            () -> rank.withRightInverse(m -> new double[2][2]).analyze(filled(2, 3)),
            "right inverse of shape [3, 2]",
            "2 rows"),
        argument("pair index", () -> solver.solve(one, Wanted.all()).value(1), "below 1", "got 1"),
        argument("pairs", () -> pairs(2, new double[3], new double[0]), "order 2", "3 values"),
        argument("residuals", () -> pairs(2, new double[1], new double[1]), "1 residual norms"),
        state(
            "no vectors", () -> solver.solve(one, Wanted.all()).vectors(), "Wanted.withVectors()"),
        state(
            "closed vectors",
            () -> {
              Eigenpairs p = solver.solve(one, Wanted.all().withVectors());
              p.close();
              p.vectors();
            },
            "before close()"),
        argument(
            "part of a spectrum",
            () -> SpectrumSummary.of(pairs(2, new double[1], new double[0])),
            "all 2 eigenvalues",
            "got 1"),
        argument(
            "zero spectrum",
            () -> SpectrumSummary.of(pairs(1, new double[1], new double[0])),
            "nonzero finite spectrum",
            "0.0"),
        argument("condition theta", () -> ExpressivityCondition.of(NET, filled(3)), "theta", "[3]"),
        argument("condition x", () -> condition.check(filled(5, 2)), "input", "[any, 3]", "[5, 2]"),
        argument("condition NaN", () -> condition.check(with(NAN, 5, 3)), "input", "NaN"),
        argument("condition ints", () -> condition.check(INTS), "input", "INT"),
        argument("condition closed", () -> condition.check(closed(5, 3)), "input", "closed"),
        argument("condition empty", () -> condition.check(EMPTY), "input", "[any, 3]", "empty"));
  }

  private static Eigenpairs javaSolve(SymmetricOperator a) {
    return JavaEigenSolver.create().solve(a, Wanted.all());
  }

  private static ExactProductBound product() {
    return ExactProductBound.withDefaults();
  }

  private static Eigenpairs pairs(long order, double[] values, double[] residuals) {
    return Eigenpairs.of(order, values, null, residuals, SolverStatus.CONVERGED, 0, "test");
  }

  static Stream<Misuse> proofs() {
    ShiftedCholeskyBound shifted = ShiftedCholeskyBound.withDefaults();
    double[][] ragged = {{1, 2}, {3}};
    double[][] none = {};
    double[][] hollow = {{}};
    return Stream.of(
        argument("lo > hi", () -> new Interval(2, 1), "lo <= hi", "lo = 2.0", "hi = 1.0"),
        argument("interval NaN", () -> Interval.of(0, NAN), "lo <= hi", "NaN"),
        argument("beyond all numbers", () -> Interval.atLeast(INF), "real number", "Infinity"),
        argument("point at infinity", () -> Interval.of(INF), "finite", "Infinity"),
        argument("radius -1", () -> Interval.around(0, -1), "radius >= 0", "-1.0"),
        argument("centre NaN", () -> Interval.around(NAN, 1), "finite mid", "NaN"),
        argument("decimal", () -> Interval.fromDecimal("1,5"), "fromDecimal", "'1,5'"),
        argument("no decimal", () -> Interval.fromDecimal(""), "fromDecimal", "''"),
        argument("root", () -> Interval.of(-2, -1).sqrt(), "sqrt", ">= 0", "[-2.0, -1.0]"),
        argument("apart", () -> Interval.ZERO.intersect(Interval.ONE), "intersect", "[0.0]"),
        argument("blank symbol", () -> quantity(" ", "m"), "Quantity", "symbol", "none"),
        argument("blank method", () -> quantity("q", ""), "Quantity", "method", "none"),
        argument(
            "computed NaN",
            () -> Quantity.computed("q", NAN, Subject.STORED_MATRIX, "m"),
            "finite",
            "NaN"),
        argument("matrix NaN", () -> SymmetricMatrix.of(rows(1, NAN, NAN, 1)), "Symmetric", "NaN"),
        argument("matrix of none", () -> SymmetricMatrix.of(none), "SymmetricMatrix", "one row"),
        argument("matrix of hollow", () -> SymmetricMatrix.of(hollow), "SymmetricMatrix", "one"),
        argument("ragged", () -> SymmetricMatrix.of(ragged), "SymmetricMatrix", "row 1"),
        argument("asymmetric", () -> SymmetricMatrix.of(rows(1, 2, 3, 4)), "(1, 0)", "3.0", "2.0"),
        argument("entry", () -> SymmetricMatrix.of(rows(1)).get(0, 1), "below 1", "(0, 1)"),
        argument(
            "perturbed by NaN",
            () -> SymmetricMatrix.of(rows(1)).perturbedBy(NAN, Subject.EXACT_NETWORK),
            "perturbedBy",
            "radius >= 0",
            "NaN"),
        argument("product of ragged", () -> SymmetricProduct.of(ragged, 1), "row 1"),
        argument("threads 0", () -> SymmetricProduct.of(rows(1), 0), "threads >= 1", "got 0"),
        argument("factors", () -> Product.of(rows(1), rows(1, 2, 3, 4), 1), "[1, 1]", "[2, 2]"),
        argument("factor NaN", () -> Product.of(rows(NAN), rows(1), 1), "left factor", "NaN"),
        argument("product threads", () -> Product.of(rows(1), rows(1), -1), "threads >= 1", "-1"),
        argument("certificate threads", () -> RankCertificate.of(rows(1), rows(1), 0), "got 0"),
        argument("inverse shape", () -> certificate(rows(1, 2, 3, 4), rows(1)), "[2, 2]", "1 rows"),
        argument("inverse of none", () -> certificate(rows(1), none), "[1, 1]", "0 rows"),
        argument("certificate NaN", () -> certificate(rows(NAN), rows(1)), "finite", "NaN"),
        argument("short row", () -> Cholesky.of(ragged(), 1), "row 1", "2 entries", "got 1"),
        argument("Cholesky threads", () -> Cholesky.of(rows(1), 0), "threads >= 1", "got 0"),
        argument("factor row", () -> Cholesky.of(rows(1), 1).row(1), "below 1", "got 1"),
        argument("bound threads", () -> shifted.withThreads(0), "withThreads", "got 0"),
        argument("bound width", () -> shifted.withRelativeWidth(NAN), "withRelativeWidth", "NaN"));
  }

  private static double[][] ragged() {
    return new double[][] {{1}, {2}};
  }

  private static Quantity quantity(String symbol, String method) {
    return Quantity.verified(symbol, Interval.ONE, Subject.STORED_MATRIX, method);
  }

  private static RankCertificate certificate(double[][] m, double[][] p) {
    return RankCertificate.of(m, p, 1);
  }

  static Stream<Misuse> reports() {
    Dossier d = Dossier.titled("t");
    Axis axis = Axis.linear("a");
    LinePlot plot = LinePlot.titled("t", axis, Axis.log10("b"));
    Quantity margin = quantity("m", "test");
    TerminalProgress progress =
        TerminalProgress.of(new PrintStream(OutputStream.nullOutputStream()), false);
    return Stream.of(
        argument("no title", () -> Dossier.titled(" "), "Dossier", "title"),
        argument("no heading", () -> d.section(""), "Dossier.section", "heading"),
        argument("no prose", () -> d.prose("\n"), "Dossier.prose", "text"),
        argument("no file", () -> d.figure("", "c"), "Dossier.figure", "file"),
        argument("no axis title", () -> Axis.linear(""), "Axis", "title"),
        argument("size", () -> plot.withSize(10, 100_000), "480 x 320", "10 x 100000"),
        argument("pairs", () -> plot.withSeries("s", new double[2], new double[1]), "'s'", "2 and"),
        argument("no points", () -> plot.withSeries("s", new double[0], new double[0]), "0 and 0"),
        argument(
            "x NaN", () -> plot.withSeries("s", new double[] {NAN}, new double[1]), "'s'", "NaN"),
        argument("no series", () -> plot.withEnclosure(margin), "withEnclosure", "none"),
        argument(
            "spectrum NaN",
            () -> SpectrumPlot.titled("t").withSpectrum("s", new double[] {NAN}),
            "'s'",
            "finite",
            "NaN"),
        argument(
            "contradiction",
            () -> Finding.of("f", Verdict.FAILS, margin, "r"),
            "'f'",
            "positive",
            "FAILS"),
        argument(
            "too rigorous",
            () ->
                new Finding(
                    "f",
                    Verdict.HOLDS,
                    Rigor.VERIFIED,
                    java.util.Optional.of(margin.weakenedTo(Rigor.COMPUTED)),
                    "r"),
            "'f'",
            "COMPUTED",
            "VERIFIED"),
        argument("no reason", () -> Finding.of("f", Verdict.HOLDS, margin, ""), "Finding", "reason"),
        argument("progress", () -> progress.show("t", 3, 2), "done <= total", "3 of 2"),
        argument(
            "processors",
            () -> new Provenance("1", "j", "p", 0, Map.of(), "", "", Instant.EPOCH),
            "processors > 0",
            "got 0"));
  }

  @ParameterizedTest
  @MethodSource({"kernels", "spectra", "proofs", "reports"})
  void isExplained(Misuse misuse) {
    misuse.check();
  }

  /** What a caller is to close must own its memory: closing a view would free nothing. */
  @Test
  void resultsCanBeClosed() {
    Network fixed =
        Network.of(Shape.of(3), FixedLinear.of("f", filled(2, 3)), Dense.of("d", 2, 1));
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
      assertThat(a.closeable()).as(Tensors.describe(a)).isTrue();
      a.close();
      assertThat(a.wasClosed()).isTrue();
    }
  }

  /** A huge number of threads is a wish, not an order. */
  @Test
  void threadsAreNotStartedInVain() {
    int n = 600;
    double[][] a = new double[n][n];
    for (int i = 0; i < n; i++) {
      a[i][i] = 1 + i;
    }
    Interval one =
        ShiftedCholeskyBound.withDefaults()
            .withThreads(Integer.MAX_VALUE)
            .lambdaMin(SymmetricMatrix.of(a));
    assertThat(one.contains(1)).isTrue();
    assertThat(Cholesky.of(a, Integer.MAX_VALUE).completed()).isTrue();
    assertThat(List.of(SymmetricProduct.of(a, Integer.MAX_VALUE).order())).containsExactly(n);
  }
}
