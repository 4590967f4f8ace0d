package org.fullrank;

import static org.fullrank.BadArrays.EMPTY;
import static org.fullrank.BadArrays.INTS;
import static org.fullrank.BadArrays.NAN;
import static org.fullrank.BadArrays.NO_ROWS;
import static org.fullrank.BadArrays.closed;
import static org.fullrank.BadArrays.filled;
import static org.fullrank.BadArrays.with;
import static org.fullrank.oracle.Misuse.argument;
import static org.fullrank.oracle.Misuse.state;

import java.util.stream.Stream;
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
import org.fullrank.oracle.Misuse;
import org.fullrank.spectrum.CholeskyBound;
import org.fullrank.spectrum.DirectBound;
import org.fullrank.spectrum.ExactProductBound;
import org.fullrank.spectrum.RankAnalysis;
import org.fullrank.spectrum.SpectrumSummary;
import org.fullrank.spectrum.solver.DenseEigenSolver;
import org.fullrank.spectrum.solver.Eigenpairs;
import org.fullrank.spectrum.solver.JavaEigenSolver;
import org.fullrank.spectrum.solver.SolverStatus;
import org.fullrank.spectrum.solver.Wanted;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Misuse of solvers, bounds and conditions gets an exception that explains it. */
class BadInputSpectrumTest {
  private static final Network NET =
      Network.of(
          Shape.of(3),
          Dense.of("a", 3, 4).withBias(0.1),
          Elementwise.of(Activations.TANH),
          Dense.of("b", 4, 2));
  private static final INDArray THETA = NET.initialize(Seed.of(1));

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
        argument("bound NaN", () -> bound.enclose(nan), "finite", "NaN"),
        argument("bound skew", () -> bound.enclose(skew), "equal entries", "(1, 0)"),
        argument("bound oblong", () -> bound.enclose(oblong), "square", "[2, 3]"),
        argument("Gershgorin NaN", () -> DirectBound.gershgorin().enclose(nan), "finite", "NaN"),
        argument("threads 0", () -> bound.withThreads(0), "withThreads", "at least 1", "got 0"),
        argument("threads -1", () -> rank.withThreads(-1), "withThreads", "at least 1", "got -1"),
        argument("width NaN", () -> bound.withRelativeWidth(NAN), "withRelativeWidth", "NaN"),
        argument("width -1", () -> bound.withRelativeWidth(-1), "withRelativeWidth", "-1.0"),
        argument("factorisations", () -> bound.withMaxFactorizations(-1), ">= 0", "got -1"),
        argument("product threads", () -> product().withThreads(0), "at least 1", "got 0"),
        argument("product vector", () -> product().enclose(filled(3)), "ExactProductBound", "[3]"),
        argument("product NaN", () -> product().enclose(with(NAN, 2, 2)), "finite", "NaN"),
        argument("product ints", () -> product().enclose(INTS), "ExactProductBound", "INT"),
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

  @ParameterizedTest
  @MethodSource({"spectra"})
  void isExplained(Misuse misuse) {
    misuse.check();
  }
}
