package org.fullrank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.fullrank.convergence.Theorem;
import org.fullrank.convergence.theorem.Theorems;
import org.fullrank.enclosure.EnclosedNetwork;
import org.fullrank.enclosure.NetworkEnclosure;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.linalg.Backend;
import org.fullrank.linalg.DenseSymmetric;
import org.fullrank.linalg.SymmetricOperator;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.rigor.ProgressListener;
import org.fullrank.spectrum.AllEigenvalues;
import org.fullrank.spectrum.CholeskyBound;
import org.fullrank.spectrum.DirectBound;
import org.fullrank.spectrum.RankAnalysis;
import org.fullrank.spectrum.estimate.HutchPlusPlus;
import org.fullrank.spectrum.estimate.Hutchinson;
import org.fullrank.spectrum.estimate.SpectralDensity;
import org.fullrank.spectrum.estimate.StochasticLanczos;
import org.fullrank.spectrum.estimate.TraceEstimator;
import org.fullrank.spectrum.estimate.XTrace;
import org.fullrank.spectrum.solver.EigenSolver;
import org.fullrank.spectrum.solver.Eigenpairs;
import org.fullrank.spectrum.solver.JavaEigenSolver;
import org.fullrank.spectrum.solver.LanczosSolver;
import org.fullrank.spectrum.solver.LobpcgSolver;
import org.fullrank.spectrum.solver.ShiftInvertSolver;
import org.fullrank.spectrum.solver.Wanted;
import org.fullrank.training.GradientDescent;
import org.fullrank.training.Recording;
import org.fullrank.training.TrainingRun;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Every long computation says how far it is, changes no bit by that, and ends with its listener.
 */
class ProgressTest {
  private static final int ORDER = 64;

  /** Above twice the width of a panel, so that a factorisation has a team. */
  private static final int LARGE = 260;

  private static final int THREADS = 3;

  private static final Network NETWORK =
      Network.of(
          Shape.of(3),
          Dense.of("a", 3, 12).withBias(0.1),
          Elementwise.of(Activations.TANH),
          Dense.of("b", 12, 2));

  private static final Map<String, Function<ProgressListener, List<?>>> TASKS =
      new LinkedHashMap<>();

  private static INDArray theta;
  private static INDArray x;
  private static INDArray y;
  private static INDArray matrix;
  private static SymmetricOperator symmetric;
  private static SymmetricOperator large;
  private static INDArray wide;
  private static TrainingProblem problem;
  private static final Counting OPERATOR = new Counting();

  /** Counts the columns that it is applied to. */
  private static final class Counting implements SymmetricOperator {
    private long columns;

    @Override
    public long size() {
      return ORDER;
    }

    @Override
    public DataType dataType() {
      return DataType.DOUBLE;
    }

    @Override
    public INDArray apply(INDArray v) {
      columns += v.size(1);
      return symmetric.apply(v);
    }

    @Override
    public INDArray toMatrix() {
      return matrix.dup('c');
    }
  }

  private record Call(String task, long done, long total) {}

  /** What a listener throws to end a computation. */
  private static final class Stop extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /** Holds every call against the contract. */
  private static final class Listening implements ProgressListener {
    private final Thread thread = Thread.currentThread();
    private final List<Call> calls = new ArrayList<>();
    private final Map<String, Call> last = new LinkedHashMap<>();

    @Override
    public void show(String task, long done, long total) {
      assertThat(Thread.currentThread()).isSameAs(thread);
      assertThat(task).isNotBlank().doesNotContain("\n");
      assertThat(done).as(task).isBetween(0L, total);
      Call now = new Call(task, done, total);
      Call before = last.put(task, now);
      if (before != null) {
        assertThat(done).as(task).isGreaterThanOrEqualTo(before.done);
        assertThat(total).as(task).isEqualTo(before.total);
      }
      calls.add(now);
    }
  }

  private static INDArray gaussian(long seed, int n, int d) {
    Random random = new Random(seed);
    double[] v = new double[n * d];
    for (int i = 0; i < v.length; i++) {
      v[i] = random.nextGaussian();
    }
    return Tensors.of(v, n, d);
  }

  private static INDArray kernel(int n) {
    double[][] rows = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        rows[i][j] = 1.0 / (1 + i - j) / Math.sqrt((1.0 + i) * (1 + j));
        rows[j][i] = rows[i][j];
      }
    }
    return Tensors.ofRows(rows);
  }

  @BeforeAll
  static void prepare() {
    theta = NETWORK.initialize(Seed.of(1));
    x = gaussian(2, 5, 3);
    y = gaussian(3, 5, 2);
    problem = TrainingProblem.of(NETWORK, theta, x, y);
    matrix = kernel(ORDER);
    try (INDArray entries = kernel(LARGE)) {
      large = DenseSymmetric.of(entries);
    }
    symmetric = DenseSymmetric.of(matrix);
    double[] entries = Tensors.toDoubles(x);
    // The last row repeats the first one.
    double[] low = Arrays.copyOf(entries, 12);
    System.arraycopy(entries, 0, low, 9, 3);
    wide = Tensors.of(low, 4, 3);
    TASKS.put(
        "LanczosSolver",
        p -> pairs(LanczosSolver.withDefaults().withProgress(p), Wanted.largest(3)));
    TASKS.put(
        "LobpcgSolver", p -> pairs(LobpcgSolver.withDefaults().withProgress(p), Wanted.largest(3)));
    TASKS.put(
        "ShiftInvertSolver",
        p -> pairs(ShiftInvertSolver.withDefaults().withProgress(p), Wanted.smallest(3)));
    TASKS.put(
        "JavaEigenSolver", p -> pairs(JavaEigenSolver.create().withProgress(p), Wanted.all()));
    TASKS.put("Hutchinson", p -> trace(Hutchinson.withSeed(1).withProgress(p)));
    TASKS.put("HutchPlusPlus", p -> trace(HutchPlusPlus.withSeed(1).withProgress(p)));
    TASKS.put("XTrace", p -> trace(XTrace.withSeed(1).withProgress(p)));
    TASKS.put("StochasticLanczos", p -> density(StochasticLanczos.withSeed(1).withProgress(p)));
    TASKS.put(
        "CholeskyBound",
        p ->
            List.of(
                CholeskyBound.withDefaults()
                    .refined()
                    .withProgress(p)
                    .withThreads(THREADS)
                    .enclose(large)));
    TASKS.put(
        "DirectBound", p -> List.of(DirectBound.determinant().withProgress(p).enclose(OPERATOR)));
    // On one thread: with more it is chance how many blocks the calling one takes and tells of.
    TASKS.put(
        "AllEigenvalues",
        p ->
            AllEigenvalues.withDefaults()
                .withProgress(p)
                .withCandidates(JavaEigenSolver.create())
                .enclose(large)
                .intervals());
    TASKS.put(
        "RankAnalysis",
        p ->
            List.of(
                RankAnalysis.withDefaults().withProgress(p).withThreads(2).analyze(x).toString()));
    TASKS.put(
        "RankAnalysis.rankAtLeast",
        p -> List.of(RankAnalysis.withDefaults().withProgress(p).rankAtLeast(wide).toString()));
    TASKS.put("NetworkEnclosure", ProgressTest::enclosure);
    TASKS.put("Theorems", p -> Theorems.check(problem, p).stream().map(Object::toString).toList());
    TASKS.put("TrainingRun", ProgressTest::training);
  }

  @AfterAll
  static void close() {
    TASKS.clear();
    theta.close();
    x.close();
    y.close();
    matrix.close();
    wide.close();
  }

  static Stream<String> tasks() {
    return Stream.of(
        "LanczosSolver",
        "LobpcgSolver",
        "ShiftInvertSolver",
        "JavaEigenSolver",
        "Hutchinson",
        "HutchPlusPlus",
        "XTrace",
        "StochasticLanczos",
        "CholeskyBound",
        "DirectBound",
        "AllEigenvalues",
        "RankAnalysis",
        "RankAnalysis.rankAtLeast",
        "NetworkEnclosure",
        "Theorems",
        "TrainingRun");
  }

  private static List<?> pairs(EigenSolver solver, Wanted wanted) {
    try (Eigenpairs pairs = solver.solve(OPERATOR, wanted.withVectors())) {
      return List.of(bits(pairs.values()), bits(Tensors.toDoubles(pairs.vectors())));
    }
  }

  private static List<?> trace(TraceEstimator method) {
    return List.of(method.trace(OPERATOR));
  }

  private static List<?> density(StochasticLanczos method) {
    SpectralDensity density = method.withProbes(4).withSteps(12).density(OPERATOR);
    return IntStream.range(0, 4).mapToObj(i -> bits(density.weights(i))).toList();
  }

  private static List<?> enclosure(ProgressListener progress) {
    EnclosedNetwork at = NetworkEnclosure.of(NETWORK, theta).withProgress(progress).at(x);
    return List.of(
        bits(at.output().midpoints()[0]),
        bits(at.output().radii()[0]),
        bits(at.jacobian().gram().rowErrors()));
  }

  private static List<?> training(ProgressListener progress) {
    try (TrainingRun run =
        TrainingRun.start(problem, GradientDescent.withStepSize(0.01), Recording.every(2))) {
      run.advance(5, progress);
      return run.trajectory().snapshots();
    }
  }

  private static List<Double> bits(double[] numbers) {
    return Arrays.stream(numbers).boxed().toList();
  }

  private static List<?> run(String name, ProgressListener listener) {
    return TASKS.get(name).apply(listener);
  }

  @ParameterizedTest
  @MethodSource("tasks")
  void aListenerHearsAndChangesNothing(String name) {
    Listening listening = new Listening();
    List<?> heard = run(name, listening);
    assertThat(listening.calls).hasSizeGreaterThan(1);
    assertThat(listening.calls.get(0).done).isZero();
    assertThat(listening.calls).anyMatch(call -> call.done > 0);
    assertThat(heard).isNotEmpty().isEqualTo(run(name, ProgressListener.none()));
    // Iterations, searches and single theorems may end before their limit.
    listening.last.values().stream()
        .filter(call -> !call.task.contains("iteration") || call.task.equals("QL iteration"))
        .filter(call -> !call.task.contains("factorisation"))
        .filter(call -> !name.equals("Theorems") && !name.equals("RankAnalysis.rankAtLeast"))
        .forEach(call -> assertThat(call.done).as(call.task).isEqualTo(call.total));
    whatItThrowsEndsIt(name, listening.calls.size());
  }

  private static void whatItThrowsEndsIt(String name, int calls) {
    for (int end : new int[] {1, (calls + 1) / 2, calls}) {
      long before = Backend.tensorBytes();
      int[] count = {0};
      Stop stop = new Stop();
      assertThatThrownBy(
              () ->
                  run(
                      name,
                      (task, done, total) -> {
                        if (++count[0] == end) {
                          throw stop;
                        }
                      }))
          .as("call %d of %d", end, calls)
          .isSameAs(stop);
      assertThat(count[0]).as("nothing is told after that").isEqualTo(end);
      assertThat(Backend.tensorBytes()).isLessThanOrEqualTo(before);
    }
  }

  /** What is said to be multiplied is what the operator was asked for. */
  @ParameterizedTest
  @MethodSource("products")
  void columnsAreThoseOfTheOperator(String name, String task, int check) {
    Listening listening = new Listening();
    OPERATOR.columns = 0;
    run(name, listening);
    assertThat(listening.last.get(task).done).isEqualTo(OPERATOR.columns - check);
    long distinct = listening.calls.stream().filter(c -> c.task.equals(task)).distinct().count();
    assertThat(distinct).isGreaterThan(1);
  }

  static Stream<Arguments> products() {
    return Stream.of(
        // The solvers multiply the three vectors of the result once more.
        Arguments.of("LanczosSolver", "Lanczos iteration", 3),
        Arguments.of("LobpcgSolver", "LOBPCG iteration", 3),
        Arguments.of("Hutchinson", "Hutchinson", 0),
        Arguments.of("HutchPlusPlus", "Hutch++", 0),
        Arguments.of("XTrace", "XTrace", 0),
        Arguments.of("StochasticLanczos", "Lanczos steps of probes", 0));
  }

  @Test
  void everyTheoremIsNamed() {
    Listening listening = new Listening();
    run("Theorems", listening);
    int n = Theorems.all().size();
    List<String> names = new ArrayList<>(Theorems.all().stream().map(Theorem::name).toList());
    names.add("all theorems");
    assertThat(listening.calls)
        .isEqualTo(
            IntStream.rangeClosed(0, n).mapToObj(i -> new Call(names.get(i), i, n)).toList());
  }

  @Test
  void everyFactorisationIsToldPanelByPanel() {
    Listening listening = new Listening();
    run("CholeskyBound", listening);
    assertThat(listening.last.keySet())
        .contains("smallest eigenvalue, factorisation 1", "largest eigenvalue, factorisation 1")
        .anyMatch(task -> task.startsWith("second smallest eigenvalue, factorisation"));
    assertThat(listening.calls)
        .filteredOn(call -> call.task.equals("largest eigenvalue, factorisation 1"))
        .extracting(call -> call.total)
        .hasSizeGreaterThan(3)
        .containsOnly((long) LARGE);
  }

  /** The steps of one call of advance; a run that its listener stops goes on to the same bits. */
  @Test
  void aRunCountsTheStepsOfThisCall() {
    GradientDescent method = GradientDescent.withStepSize(0.01);
    try (TrainingRun whole = TrainingRun.start(problem, method, Recording.every(2));
        TrainingRun stopped = TrainingRun.start(problem, method, Recording.every(2))) {
      whole.advance(7);
      stopped.advance(3);
      assertThatThrownBy(
              () ->
                  stopped.advance(
                      4,
                      (task, done, total) -> {
                        if (done == 2) {
                          throw new Stop();
                        }
                      }))
          .isInstanceOf(Stop.class);
      assertThat(stopped.step()).isEqualTo(5);
      Listening listening = new Listening();
      stopped.advance(2, listening);
      assertThat(listening.calls)
          .isEqualTo(IntStream.range(0, 3).mapToObj(i -> new Call("training", i, 2)).toList());
      assertThat(stopped.trajectory().snapshots()).isEqualTo(whole.trajectory().snapshots());
      assertThatThrownBy(() -> stopped.advance(-1, listening))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("-1");
    }
  }
}
