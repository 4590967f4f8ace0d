package org.fullrank.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.fullrank.evidence.Losses;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.linalg.Backend;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.Slot;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class TrainingRunTest {
  private static final int N = 12;
  private static final int STEPS = 9;
  private static final Network NETWORK =
      Network.of(
          Shape.of(3),
          Dense.of("a", 3, 8).withBias(1),
          Elementwise.of(Activations.TANH),
          Dense.of("b", 8, 2).withBias(1));

  static Stream<TrainingMethod> methods() {
    StochasticGradientDescent sgd = StochasticGradientDescent.of(0.05, 5, Seed.of(3));
    return Stream.of(
        GradientDescent.withStepSize(0.05),
        GradientDescent.withSchedule(StepSize.piecewise(0.1, 0.5, 2, 5), "halved"),
        sgd,
        sgd.withSampling(StochasticGradientDescent.Sampling.WITH_REPLACEMENT),
        sgd.withSampling(StochasticGradientDescent.Sampling.EPOCHS),
        GradientFlow.withTolerance(1e-6, 1e-9),
        GradientDescent.withStepSize(0.02).withMomentum(0.9),
        sgd.withMomentum(0.5),
        TwoPhase.of(sgd, 4, GradientDescent.withStepSize(0.05)),
        TwoPhase.of(sgd.withMomentum(0.5), 4, GradientDescent.withStepSize(0.05)));
  }

  @ParameterizedTest
  @MethodSource("methods")
  void resumesToTheSameBitsFromEveryStep(TrainingMethod method, @TempDir Path folder)
      throws IOException {
    TrainingProblem problem = problem();
    Recording recording = Recording.every(2).with(Recorders.kernelDrift());
    double[] expected;
    Trajectory whole;
    try (TrainingRun run = TrainingRun.start(problem, method, recording)) {
      run.advance(STEPS);
      expected = Tensors.toDoubles(run.theta());
      whole = run.trajectory();
    }
    for (int stop = 0; stop < STEPS; stop++) {
      Path saved = folder.resolve("run");
      try (TrainingRun run = TrainingRun.start(problem, method, recording)) {
        run.advance(stop);
        run.save(saved);
        run.advance(1); // what happens after saving is lost
      }
      try (TrainingRun run = TrainingRun.resume(problem, method, recording, saved)) {
        assertThat(run.step()).isEqualTo(stop);
        run.advance(STEPS - stop);
        assertThat(Tensors.toDoubles(run.theta())).containsExactly(expected);
        assertThat(run.trajectory()).isEqualTo(whole);
      }
      try (Stream<Path> files = Files.list(saved)) {
        assertThat(files).hasSize(method.initialMemory(problem).length > 0 ? 3 : 2);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void everyMethodDescends(TrainingMethod method) {
    try (TrainingRun run = TrainingRun.start(problem(), method, Recording.every(100))) {
      run.advance(200);
      assertThat(run.trajectory().last().loss()).isLessThan(0.5 * run.trajectory().first().loss());
      assertThat(run.trajectory().last().distance()).isPositive();
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void frozenSlotsKeepTheirBits(TrainingMethod method) {
    TrainingProblem problem = problem().withFrozen("a.b", "b.W");
    double[] before = Tensors.toDoubles(problem.theta());
    try (TrainingRun run = TrainingRun.start(problem, method, Recording.every(1))) {
      run.advance(STEPS);
      double[] after = Tensors.toDoubles(run.theta());
      for (Slot slot : NETWORK.slots()) {
        int from = (int) slot.offset();
        int to = (int) (from + slot.size());
        double[] a = Arrays.copyOfRange(after, from, to);
        double[] b = Arrays.copyOfRange(before, from, to);
        if (problem.isTrained(slot)) {
          assertThat(a).isNotEqualTo(b);
        } else {
          assertThat(a).containsExactly(b);
        }
      }
    }
    assertThat(Tensors.toDoubles(problem.theta())).containsExactly(before);
  }

  @Test
  void averageOfAllBatchesIsTheGradient() {
    // Batches of one sample without replacement: twelve steps of an epoch see each sample once.
    TrainingProblem problem = problem();
    StochasticGradientDescent one =
        StochasticGradientDescent.of(1e-3, 1, Seed.of(5))
            .withSampling(StochasticGradientDescent.Sampling.EPOCHS);
    double[] start = Tensors.toDoubles(problem.theta());
    double[] mean = new double[start.length];
    for (int step = 0; step < N; step++) {
      try (var theta = problem.theta().dup('c')) {
        one.step(problem, step, theta, new double[0]);
        double[] moved = Tensors.toDoubles(theta);
        for (int i = 0; i < mean.length; i++) {
          mean[i] += (moved[i] - start[i]) / N;
        }
      }
    }
    try (var theta = problem.theta().dup('c')) {
      GradientDescent.withStepSize(1e-3).step(problem, 0, theta, new double[0]);
      double[] moved = Tensors.toDoubles(theta);
      for (int i = 0; i < mean.length; i++) {
        assertThat(mean[i]).isCloseTo(moved[i] - start[i], within(1e-13));
      }
    }
  }

  @Test
  void batchesFollowTheirRule() {
    StochasticGradientDescent sgd = StochasticGradientDescent.of(1, 4, Seed.of(1));
    List<Integer> epoch = new ArrayList<>();
    StochasticGradientDescent epochs = sgd.withSampling(StochasticGradientDescent.Sampling.EPOCHS);
    for (int step = 0; step < 3; step++) {
      assertThat(Arrays.stream(sgd.batch(step, N)).distinct()).hasSize(4);
      Arrays.stream(epochs.batch(step, N)).forEach(epoch::add);
    }
    assertThat(epoch).doesNotHaveDuplicates().hasSize(N);
    StochasticGradientDescent with =
        sgd.withSampling(StochasticGradientDescent.Sampling.WITH_REPLACEMENT);
    long repeats =
        java.util.stream.IntStream.range(0, 1000)
            .filter(s -> Arrays.stream(with.batch(s, N)).distinct().count() < 4)
            .count();
    // P(no repeat) = 11/12 * 10/12 * 9/12 = 0.573, five standard deviations are 0.078
    assertThat(repeats / 1000.0).isCloseTo(1 - 0.573, within(0.08));
    assertThatThrownBy(
            () ->
                StochasticGradientDescent.of(1, N + 1, Seed.of(1))
                    .step(problem(), 0, problem().theta(), new double[0]))
        .hasMessageContaining("12 samples");
  }

  @Test
  void divergenceIsAStatus() {
    try (TrainingRun run =
        TrainingRun.start(problem(), GradientDescent.withStepSize(1e200), Recording.every(1))) {
      assertThat(run.advance(100)).isEqualTo(RunStatus.DIVERGED);
      assertThat(run.step()).isLessThan(100);
      assertThat(run.status().text()).contains("smaller step");
      assertThat(run.trajectory().first().loss()).isFinite();
    }
  }

  @Test
  void aLossThatOverflowsEndsTheRunEvenWhereNothingIsRecorded() {
    TrainingProblem far =
        problem().at(Tensors.filled(problem().theta().dataType(), 1e200, NETWORK.parameterCount()));
    try (TrainingRun run =
        TrainingRun.start(far, GradientDescent.withStepSize(0.1), Recording.every(1000))) {
      assertThat(run.advance(5)).isEqualTo(RunStatus.DIVERGED);
      assertThat(run.step()).isZero();
    }
  }

  /** Asking twice must not hide a loss that is no longer finite. */
  @Test
  void everyTrajectoryShowsALossThatOverflowed() {
    Network line = Network.of(Shape.of(1), Dense.of("w", 1, 1));
    TrainingProblem problem =
        TrainingProblem.of(
            line,
            Tensors.of(new double[] {1}, 1),
            Tensors.of(new double[] {1}, 1, 1),
            Tensors.of(new double[] {0.5}, 1, 1));
    try (TrainingRun run =
        TrainingRun.start(problem, GradientDescent.withStepSize(1e10), Recording.every(1000))) {
      run.advance(16);
      assertThat(run.trajectory().last().loss()).isInfinite();
      assertThat(run.trajectory().last().loss()).isInfinite();
    }
  }

  @Test
  void aClosedRunKeepsItsLastStep() {
    TrainingRun run =
        TrainingRun.start(problem(), GradientDescent.withStepSize(0.01), Recording.every(1000));
    run.advance(10);
    run.close();
    assertThat(run.trajectory().last().step()).isEqualTo(10);
  }

  @Test
  void recordsChosenStepsAndTheLast() {
    TrainingMethod method = GradientDescent.withStepSize(0.01);
    try (TrainingRun run =
        TrainingRun.start(
            problem(),
            method,
            Recording.atPowersOfTwo()
                .with(Recorders.lambdaMin())
                .with(Recorders.patternChanges()))) {
      run.advance(11);
      Trajectory t = run.trajectory();
      assertThat(t.series(Snapshot::step)).containsExactly(0, 1, 2, 4, 8, 11);
      assertThat(t.series("pattern_changes")[0]).isZero();
      assertThat(Arrays.stream(t.series("lambda_min")).min().orElseThrow()).isPositive();
      assertThatThrownBy(() -> t.series("x")).hasMessageContaining("lambda_min");
    }
    try (TrainingRun run = TrainingRun.start(problem(), method, Recording.atSteps(3, 5))) {
      run.advance(100, made -> made < 6);
      assertThat(run.step()).isEqualTo(6);
      assertThat(run.trajectory().series(Snapshot::step)).containsExactly(0, 3, 5, 6);
    }
  }

  /** Trained: the last weights only. Then K = (H H^T) (x) I with H the features, which stay. */
  @Test
  void kernelRecordersSeeTrainedParametersOnly() {
    TrainingProblem problem = problem().withFrozen("a.W", "a.b", "b.b");
    Recording recording =
        Recording.every(5).with(Recorders.lambdaMin()).with(Recorders.kernelDrift());
    try (TrainingRun run =
        TrainingRun.start(problem, GradientDescent.withStepSize(0.05), recording)) {
      run.advance(10);
      assertThat(run.trajectory().last().distance()).isPositive();
      // Eight features of twelve samples: rank 8, so the least eigenvalue is 0.
      assertThat(run.trajectory().series("kernel_drift")).containsOnly(0);
      for (double lambda : run.trajectory().series("lambda_min")) {
        assertThat(lambda).isCloseTo(0, within(1e-12));
      }
    }
    try (TrainingRun run =
        TrainingRun.start(problem(), GradientDescent.withStepSize(0.05), recording)) {
      run.advance(10);
      assertThat(run.trajectory().series("kernel_drift")[2]).isPositive();
      assertThat(run.trajectory().series("lambda_min")[2]).isGreaterThan(1e-9);
    }
  }

  @Test
  void aRunOfSomethingElseIsNotResumed(@TempDir Path folder) throws IOException {
    TrainingMethod method = GradientDescent.withStepSize(0.01);
    Recording recording = Recording.every(1);
    try (TrainingRun run = TrainingRun.start(problem(), method, recording)) {
      run.save(folder);
    }
    assertThatThrownBy(
            () ->
                TrainingRun.resume(
                    problem(), GradientDescent.withStepSize(0.02), recording, folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("eta = 0.01");
    assertThatThrownBy(
            () ->
                TrainingRun.resume(
                    problem().withLoss(Losses.MEAN_SQUARED), method, recording, folder))
        .hasMessageContaining("1/2 sum");
  }

  @Test
  void damagedFilesAreNotResumed(@TempDir Path folder) throws IOException {
    TrainingMethod method = GradientDescent.withStepSize(0.01).withMomentum(0.5);
    Recording recording = Recording.every(1);
    try (TrainingRun run = TrainingRun.start(problem(), method, recording)) {
      run.advance(3);
      run.save(folder);
    }
    Path state = folder.resolve("run.json");
    String good = Files.readString(state);
    for (String bad :
        List.of(
            good.substring(0, good.length() / 2),
            "[]",
            good.replace("\"time\": \"", "\"time\": \"x"),
            good.replace("\"snapshots\"", "\"figures\""),
            good.replace("\"step\"", "\"stop\""),
            good.replace("theta-", "theta-0"),
            good.replace("\"memory\"", "\"velocity\""))) {
      Files.writeString(state, bad);
      assertThatThrownBy(() -> TrainingRun.resume(problem(), method, recording, folder))
          .as(bad)
          .isInstanceOf(IOException.class);
    }
    Files.writeString(state, good);
    List<Path> tensors;
    try (Stream<Path> files = Files.list(folder)) {
      tensors = files.filter(f -> f.toString().endsWith(".npy")).toList();
    }
    assertThat(tensors).hasSize(2);
    for (Path file : tensors) {
      byte[] bytes = Files.readAllBytes(file);
      byte[] flipped = bytes.clone();
      flipped[bytes.length - 3] ^= 1;
      for (byte[] bad : List.of(flipped, Arrays.copyOf(bytes, bytes.length - 8), new byte[0])) {
        Files.write(file, bad);
        assertThatThrownBy(() -> TrainingRun.resume(problem(), method, recording, folder))
            .isInstanceOf(IOException.class);
      }
      Files.write(file, bytes);
    }
    try (TrainingRun run = TrainingRun.resume(problem(), method, recording, folder)) {
      assertThat(run.step()).isEqualTo(3);
    }
  }

  @Test
  void aDivergedRunStaysDiverged(@TempDir Path folder) throws IOException {
    TrainingMethod method = GradientDescent.withStepSize(1e200);
    Recording recording = Recording.every(100).with(Recorders.lambdaMin());
    try (TrainingRun run = TrainingRun.start(problem(), method, recording)) {
      run.advance(100);
      assertThat(run.trajectory().last().loss()).isNaN();
      assertThat(run.trajectory().series("lambda_min")[1]).isNaN();
      run.save(folder);
    }
    try (TrainingRun run = TrainingRun.resume(problem(), method, recording, folder)) {
      assertThat(run.status()).isEqualTo(RunStatus.DIVERGED);
    }
  }

  @Test
  void givesAllMemoryBack() {
    TrainingProblem problem = problem();
    long before = Backend.tensorBytes();
    for (TrainingMethod method : methods().toList()) {
      try (TrainingRun run =
          TrainingRun.start(problem, method, Recording.every(1).with(Recorders.kernelDrift()))) {
        run.advance(5);
      }
    }
    // Less is possible: the collector may free what other tests have left.
    assertThat(Backend.tensorBytes()).isLessThanOrEqualTo(before);
  }

  private static TrainingProblem problem() {
    Random random = new Random(7);
    double[] x = random.doubles(3L * N, -1, 1).toArray();
    double[] y = random.doubles(2L * N, -1, 1).toArray();
    return TrainingProblem.of(
        NETWORK, NETWORK.initialize(Seed.of(11)), Tensors.of(x, N, 3), Tensors.of(y, N, 2));
  }
}
