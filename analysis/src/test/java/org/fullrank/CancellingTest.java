package org.fullrank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.fullrank.cancel.CancelledException;
import org.fullrank.convergence.theorem.JacobianDescent;
import org.fullrank.diagnosis.SingularityDiagnosis;
import org.fullrank.enclosure.NetworkEnclosure;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.expressivity.ExpressivityCondition;
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
import org.fullrank.ntk.EmpiricalNtk;
import org.fullrank.ntk.GramMatrix;
import org.fullrank.rigor.disk.TiledCholeskyBound;
import org.fullrank.rigor.eigen.Hint;
import org.fullrank.rigor.eigen.SpectralDistance;
import org.fullrank.rigor.eigen.SymmetricMatrix;
import org.fullrank.rigor.rank.IndependentRows;
import org.fullrank.rigor.rank.ModularRank;
import org.fullrank.spectrum.AllEigenvalues;
import org.fullrank.spectrum.CholeskyBound;
import org.fullrank.spectrum.DirectBound;
import org.fullrank.spectrum.RankAnalysis;
import org.fullrank.spectrum.disk.FileCholeskyBound;
import org.fullrank.spectrum.disk.FileOperator;
import org.fullrank.spectrum.estimate.HutchPlusPlus;
import org.fullrank.spectrum.estimate.Hutchinson;
import org.fullrank.spectrum.estimate.StochasticLanczos;
import org.fullrank.spectrum.estimate.XTrace;
import org.fullrank.spectrum.solver.JavaEigenSolver;
import org.fullrank.spectrum.solver.LanczosSolver;
import org.fullrank.spectrum.solver.LobpcgSolver;
import org.fullrank.spectrum.solver.ShiftInvertSolver;
import org.fullrank.spectrum.solver.Wanted;
import org.fullrank.training.GradientDescent;
import org.fullrank.training.Recorders;
import org.fullrank.training.Recording;
import org.fullrank.training.TrainingRun;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** An interrupt ends every long computation, with its memory freed and the flag kept. */
class CancellingTest {
  private static final int ORDER = 1000;

  @TempDir static Path folder;

  private static final Network NETWORK =
      Network.of(
          Shape.of(16),
          Dense.of("a", 16, 700).withBias(0.1),
          Elementwise.of(Activations.TANH),
          Dense.of("b", 700, 700),
          Elementwise.of(Activations.TANH),
          Dense.of("c", 700, 2));

  private static INDArray theta;
  private static INDArray x;
  private static INDArray y;
  private static INDArray few;
  private static INDArray fewTargets;
  private static double[][] rows;
  private static INDArray matrix;
  private static SymmetricOperator operator;
  private static EmpiricalNtk ntk;
  private static Path file;
  private static double[] probed;
  private static final Map<String, Callable<?>> TASKS = new LinkedHashMap<>();

  /** Interrupts the thread that uses it, at every use. */
  private record Interrupting(SymmetricOperator inner) implements SymmetricOperator {
    @Override
    public long size() {
      return inner.size();
    }

    @Override
    public DataType dataType() {
      return inner.dataType();
    }

    @Override
    public INDArray apply(INDArray v) {
      Thread.currentThread().interrupt();
      return inner.apply(v);
    }

    @Override
    public INDArray toMatrix() {
      Thread.currentThread().interrupt();
      return inner.toMatrix();
    }
  }

  /** A kernel that interrupts the thread that asks for it, after a third. */
  private static EmpiricalNtk interrupting() {
    Thread caller = Thread.currentThread();
    return ntk.withProgress(
        (task, done, total) -> {
          if (3 * done > total) {
            caller.interrupt();
          }
        });
  }

  private static INDArray gaussian(long seed, int n, int d) {
    Random random = new Random(seed);
    double[] v = new double[n * d];
    for (int i = 0; i < v.length; i++) {
      v[i] = random.nextGaussian();
    }
    return Tensors.of(v, n, d);
  }

  /** Positive definite with eigenvalues from 1e-9 to 1: slow to separate for every iteration. */
  private static double[][] hard() {
    double[][] a = new double[ORDER][ORDER];
    for (int i = 0; i < ORDER; i++) {
      for (int j = 0; j <= i; j++) {
        a[i][j] = 1.0 / (1 + i - j) / Math.sqrt((1.0 + i) * (1 + j));
        a[j][i] = a[i][j];
      }
    }
    return a;
  }

  @BeforeAll
  static void prepare() throws IOException {
    theta = NETWORK.initialize(Seed.of(1));
    x = gaussian(2, 2500, 16);
    y = gaussian(3, 2500, 2);
    few = gaussian(4, 200, 16);
    fewTargets = gaussian(5, 200, 2);
    rows = hard();
    matrix = Tensors.ofRows(rows);
    operator = new Interrupting(DenseSymmetric.of(matrix));
    ntk = EmpiricalNtk.of(NETWORK, theta);
    probed = probe();
    file = folder.resolve("matrix.npy");
    Network small = Network.of(Shape.of(16), Dense.of("s", 16, 1));
    try (INDArray t = small.initialize(Seed.of(1));
        INDArray many = gaussian(6, 2500, 16)) {
      EmpiricalNtk.of(small, t).gramToFile(many, file);
    }
    TASKS.put("gram", () -> closed(interrupting().gram(x)));
    TASKS.put("traceKernel", () -> closed(interrupting().traceKernel(x)));
    TASKS.put("cross", () -> closed(ntk.cross(x, x)));
    TASKS.put(
        "gram by products", () -> closed(ntk.withMethod(EmpiricalNtk.Method.OPERATOR).gram(few)));
    TASKS.put("CholeskyBound", () -> CholeskyBound.withDefaults().enclose(operator));
    TASKS.put("DirectBound", () -> DirectBound.determinant().enclose(operator));
    TASKS.put(
        "AllEigenvalues",
        () ->
            AllEigenvalues.withDefaults()
                .withCandidates(JavaEigenSolver.create())
                .enclose(operator));
    TASKS.put(
        "LanczosSolver", () -> LanczosSolver.withDefaults().solve(operator, Wanted.smallest(9)));
    TASKS.put(
        "LobpcgSolver", () -> LobpcgSolver.withDefaults().solve(operator, Wanted.smallest(9)));
    TASKS.put(
        "ShiftInvertSolver",
        () -> ShiftInvertSolver.withDefaults().solve(operator, Wanted.smallest(200)));
    TASKS.put(
        "StochasticLanczos",
        () -> StochasticLanczos.withSeed(1).withProbes(300).withSteps(400).density(operator));
    TASKS.put("Hutchinson", () -> Hutchinson.withSeed(1).withProducts(1000).trace(operator));
    TASKS.put("HutchPlusPlus", () -> HutchPlusPlus.withSeed(1).withProducts(2700).trace(operator));
    TASKS.put("XTrace", () -> XTrace.withSeed(1).withProducts(1800).trace(operator));
    TASKS.put("RankAnalysis", () -> RankAnalysis.withDefaults().rankAtLeast(matrix));
    TASKS.put("IndependentRows", () -> IndependentRows.of(rows, 2));
    TASKS.put("ModularRank", () -> ModularRank.of(rows, 1, 2));
    TASKS.put(
        "SpectralDistance",
        () ->
            SpectralDistance.enclose(
                i -> {
                  Thread.currentThread().interrupt();
                  return rows[i];
                },
                SymmetricMatrix.of(rows),
                1));
    TASKS.put(
        "NetworkEnclosure", () -> NetworkEnclosure.of(NETWORK, theta).at(x).jacobian().gram());
    TASKS.put(
        "JacobianDescent",
        () ->
            JacobianDescent.withDefaults()
                .check(TrainingProblem.of(NETWORK, theta, few, fewTargets)));
    TASKS.put("SingularityDiagnosis", () -> SingularityDiagnosis.of(NETWORK, theta).kernel(x));
    TASKS.put("ExpressivityCondition", () -> ExpressivityCondition.of(NETWORK, theta).check(x));
  }

  @AfterAll
  static void close() {
    TASKS.clear();
    theta.close();
    x.close();
    y.close();
    few.close();
    fewTargets.close();
    matrix.close();
  }

  private static boolean closed(AutoCloseable result) throws Exception {
    result.close();
    return true;
  }

  static Stream<String> tasks() {
    return Stream.of(
        "gram",
        "traceKernel",
        "cross",
        "gram by products",
        "CholeskyBound",
        "DirectBound",
        "AllEigenvalues",
        "LanczosSolver",
        "LobpcgSolver",
        "ShiftInvertSolver",
        "StochasticLanczos",
        "Hutchinson",
        "HutchPlusPlus",
        "XTrace",
        "RankAnalysis",
        "IndependentRows",
        "ModularRank",
        "NetworkEnclosure",
        "SpectralDistance",
        "JacobianDescent",
        "SingularityDiagnosis",
        "ExpressivityCondition");
  }

  /** How a task ended that was interrupted while it ran. */
  private record End(@Nullable Throwable thrown, boolean flag, double seconds) {}

  private static End interrupted(Callable<?> task) throws InterruptedException {
    AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
    boolean[] flag = {false};
    Thread thread =
        new Thread(
            () -> {
              try {
                task.call();
              } catch (Throwable e) {
                thrown.set(e);
              }
              flag[0] = Thread.currentThread().isInterrupted();
            });
    thread.start();
    // Most tasks interrupt themselves before; the others take much longer.
    Thread.sleep(60);
    long start = System.nanoTime();
    thread.interrupt();
    thread.join();
    return new End(thrown.get(), flag[0], (System.nanoTime() - start) * 1e-9);
  }

  private static double[] probe() {
    try (GramMatrix gram = ntk.gram(few)) {
      return Tensors.toDoubles(gram.matrix());
    }
  }

  @ParameterizedTest
  @MethodSource("tasks")
  void anInterruptEndsIt(String name) throws Exception {
    long before = Backend.tensorBytes();
    End end = interrupted(TASKS.get(name));
    assertThat(end.thrown())
        .as(name)
        .isInstanceOf(CancelledException.class)
        .hasMessageContaining("cancelled")
        .hasMessageContaining("Thread.interrupted() clears the flag");
    assertThat(end.flag()).isTrue();
    assertThat(Backend.tensorBytes()).isLessThanOrEqualTo(before);
    assertThat(probe()).isEqualTo(probed);
  }

  @Test
  void aGramFileGoesOn() throws Exception {
    Path half = folder.resolve("half.npy");
    long before = Backend.tensorBytes();
    End end = interrupted(() -> closed(() -> interrupting().gramToFile(x, half)));
    assertThat(end.thrown())
        .isInstanceOf(CancelledException.class)
        .hasMessageContaining("half.npy")
        .hasMessageContaining("Thread.interrupted() clears the flag")
        .hasMessageContaining("goes on from there");
    assertThat(end.flag()).isTrue();
    assertThat(Backend.tensorBytes()).isLessThanOrEqualTo(before);
  }

  /** Between the steps of a kernel whose Jacobian is stored. */
  @Test
  void aStoredJacobianIsCancelled() {
    Network small = Network.of(Shape.of(16), Dense.of("a", 16, 2));
    try (INDArray t = small.initialize(Seed.of(1))) {
      EmpiricalNtk kernel = EmpiricalNtk.of(small, t).withMethod(EmpiricalNtk.Method.JACOBIAN);
      long before = Backend.tensorBytes();
      for (Callable<INDArray> task :
          List.<Callable<INDArray>>of(
              () -> kernel.gram(few).matrix(), () -> kernel.cross(few, few))) {
        Thread.currentThread().interrupt();
        assertThatThrownBy(task::call)
            .isInstanceOf(CancelledException.class)
            .hasMessageContaining("stored Jacobian was cancelled");
        assertThat(Thread.interrupted()).isTrue();
      }
      assertThat(Backend.tensorBytes()).isLessThanOrEqualTo(before);
    }
  }

  /** Wherever the interrupt comes, and whichever thread sees first that the file is closed. */
  @Test
  void aGramFileIsCancelledAnywhere() throws Exception {
    Network small = Network.of(Shape.of(16), Dense.of("a", 16, 40), Dense.of("b", 40, 3));
    Random random = new Random(1);
    long before = Backend.tensorBytes();
    int ended = 0;
    try (INDArray t = small.initialize(Seed.of(1))) {
      EmpiricalNtk kernel = EmpiricalNtk.of(small, t);
      kernel.gramToFile(few, folder.resolve("warm.npy"));
      long start = System.nanoTime();
      kernel.gramToFile(few, folder.resolve("timed.npy"));
      long nanos = System.nanoTime() - start;
      for (int i = 0; i < 40; i++) {
        Path part = folder.resolve("part" + i + ".npy");
        Thread caller = Thread.currentThread();
        long wait = (long) (random.nextDouble() * nanos);
        Thread other =
            new Thread(
                () -> {
                  LockSupport.parkNanos(wait);
                  caller.interrupt();
                });
        other.start();
        try {
          kernel.gramToFile(few, part);
        } catch (CancelledException e) {
          ended++;
          assertThat(e).hasMessageContaining(part.toString());
        }
        join(other);
      }
    }
    assertThat(ended).isPositive();
    assertThat(Backend.tensorBytes()).isLessThanOrEqualTo(before);
  }

  /** Waits, and clears the flag that the other thread has set. */
  private static void join(Thread other) {
    while (other.isAlive()) {
      Thread.interrupted();
      Thread.onSpinWait();
    }
    Thread.interrupted();
  }

  @Test
  void filesAreLetGo() throws Exception {
    End end =
        interrupted(
            () ->
                FileCholeskyBound.of(TiledCholeskyBound.withDefaults().withWorkingBytes(32 << 20))
                    .lambdaMin(file, Hint.none(), folder));
    assertThat(end.thrown())
        .isInstanceOf(InterruptedException.class)
        .hasMessageContaining("nothing of the computation remains");
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left.filter(p -> p.toString().contains("scratch"))).isEmpty();
    }
    End reading =
        interrupted(
            () -> {
              try (FileOperator open = FileOperator.open(file, (task, done, total) -> {})) {
                for (int i = 0; i < 10_000; i++) {
                  try (INDArray ones = Tensors.filled(DataType.DOUBLE, 1, 2500, 1)) {
                    open.apply(ones).close();
                  }
                }
              }
              return true;
            });
    assertThat(reading.thrown())
        .isInstanceOf(CancelledException.class)
        .hasMessageContaining("Thread.interrupted() clears the flag");
    assertThat(reading.flag()).isTrue();
  }

  /** Recorders are the part of a start and of a close that can be interrupted. */
  @Test
  void aRunIsFreedThatCannotBeginOrEnd() {
    TrainingProblem problem = TrainingProblem.of(NETWORK, theta, few, fewTargets);
    GradientDescent method = GradientDescent.withStepSize(1e-3);
    Recording recording = Recording.every(100).with(Recorders.lambdaMin());
    long before = Backend.tensorBytes();
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> TrainingRun.start(problem, method, recording))
        .isInstanceOf(CancelledException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(Backend.tensorBytes()).isEqualTo(before);
    TrainingRun run = TrainingRun.start(problem, method, recording);
    run.advance(1);
    Thread.currentThread().interrupt();
    assertThatThrownBy(run::close).isInstanceOf(CancelledException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(Backend.tensorBytes()).isEqualTo(before);
  }

  /** As often as it is stopped, a run makes the steps of one that never was. */
  @Test
  void aRunGoesOnAtAWholeStep() throws Exception {
    TrainingProblem problem = TrainingProblem.of(NETWORK, theta, few, fewTargets);
    GradientDescent method = GradientDescent.withStepSize(1e-3).withMomentum(0.5);
    try (TrainingRun whole = TrainingRun.start(problem, method, Recording.every(2));
        TrainingRun stopped = TrainingRun.start(problem, method, Recording.every(2))) {
      whole.advance(12);
      while (stopped.step() < 12) {
        long at = stopped.step();
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> stopped.advance(12 - at))
            .isInstanceOf(CancelledException.class)
            .hasMessageContaining("Thread.interrupted() clears the flag")
            .hasMessageContaining("at step " + at);
        assertThat(Thread.interrupted()).as("the flag is kept").isTrue();
        assertThat(stopped.step()).isEqualTo(at);
        // Interrupted by the run itself, in the middle of its steps.
        try {
          stopped.advance(
              12 - at,
              step -> {
                if (step % 3 == 0) {
                  Thread.currentThread().interrupt();
                }
                return true;
              });
        } catch (CancelledException e) {
          assertThat(Thread.interrupted()).isTrue();
        }
        Thread.interrupted();
      }
      try (INDArray a = whole.theta();
          INDArray b = stopped.theta()) {
        assertThat(Tensors.toDoubles(b)).isEqualTo(Tensors.toDoubles(a));
      }
      assertThat(stopped.trajectory().snapshots()).isEqualTo(whole.trajectory().snapshots());
    }
  }
}
