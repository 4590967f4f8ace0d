package org.fullrank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.net.URL;
import java.net.URLClassLoader;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.fullrank.convergence.theorem.FullyConnectedExpressivity;
import org.fullrank.convergence.theorem.Theorems;
import org.fullrank.diagnosis.SingularityDiagnosis;
import org.fullrank.diagnosis.SingularityReport;
import org.fullrank.enclosure.NetworkEnclosure;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.expressivity.ExpressivityCondition;
import org.fullrank.linalg.DenseSymmetric;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.oracle.FlushedMode;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.ProgressListener;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.Verdict;
import org.fullrank.spectrum.AllEigenvalues;
import org.fullrank.spectrum.RankAnalysis;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * In a thread that does not compute as Java promises, nothing is proved. Without the check the
 * diagnosis of {@code diag(1e-310, 2^-1029)} is "rank at most 0", and inputs that differ in
 * subnormal numbers are duplicates.
 */
final class FlushedModeTest {
  private static final String REFUSAL = "floating-point mode";

  private final Map<String, String> open = new TreeMap<>();
  private int proofs;
  private int causes;
  private long calls;

  @ParameterizedTest
  @EnumSource(FlushedMode.class)
  void comparisonsOfSubnormalNumbersAreRefused(FlushedMode mode) {
    INDArray tiny = Tensors.ofRows(new double[][] {{1e-310, 0}, {0, 0x1p-1029}});
    INDArray x = Tensors.ofRows(new double[][] {{0x1p-1030, 1}, {0x1p-1031, 1}, {0.5, 1}});
    Network network =
        Network.of(
            Shape.of(2),
            Dense.of("a", 2, 4).withBias(1),
            Elementwise.of(Activations.TANH),
            Dense.of("o", 4, 1).withBias(1));
    INDArray theta = network.initialize(Seed.of(1));
    double[][] features = {{1, 2, 3, 4}, {1, 2, 3, 5}, {1, 2, 4, 5}};
    TrainingProblem problem =
        TrainingProblem.of(network, theta, x, Tensors.of(new double[] {1, 2, 3}, 3, 1));
    Map<String, Callable<Object>> entries =
        Map.of(
            "matrix", () -> SingularityDiagnosis.ofMatrix(tiny),
            "kernel", () -> SingularityDiagnosis.of(network, theta).kernel(x),
            "features", () -> SingularityDiagnosis.of(network, theta).features(x),
            "causes", () -> ExpressivityCondition.of(network, theta).causes(x, features),
            "repeated", () -> ExpressivityCondition.repeatedInputs(x),
            "theorem", () -> FullyConnectedExpressivity.withDefaults().check(problem));
    entries.forEach((name, entry) -> refused(mode, name, entry));
    assertThat(open).isEmpty();
    assertThat(SingularityDiagnosis.ofMatrix(tiny).causes()).isEmpty();
    SingularityReport report = SingularityDiagnosis.of(network, theta).features(x);
    assertThat(report.rankAtMost(Subject.EXACT_NETWORK)).isEmpty();
    assertThat(ExpressivityCondition.repeatedInputs(x)).isEmpty();
    assertThat(FullyConnectedExpressivity.withDefaults().check(problem).verdict())
        .isEqualTo(Verdict.HOLDS);
  }

  /** A listener that switches at one call and back at the next ends the proof at the first. */
  @ParameterizedTest
  @EnumSource(FlushedMode.class)
  void listenersThatSwitchTheModeEndProofs(FlushedMode mode) {
    Network network =
        Network.of(
            Shape.of(2),
            Dense.of("a", 2, 4).withBias(1),
            Elementwise.of(Activations.TANH),
            Dense.of("o", 4, 1).withBias(1));
    INDArray theta = network.initialize(Seed.of(1));
    INDArray x = Tensors.ofRows(new double[][] {{0.1, 1}, {0.2, 1}, {0.5, 1}});
    TrainingProblem problem =
        TrainingProblem.of(network, theta, x, Tensors.of(new double[] {1, 2, 3}, 3, 1));
    DenseSymmetric gram =
        DenseSymmetric.of(Tensors.ofRows(new double[][] {{4, 1, 2}, {1, 3, 1}, {2, 1, 5}}));
    Map<String, Consumer<ProgressListener>> entries =
        Map.of(
            "network", l -> NetworkEnclosure.of(network, theta).withProgress(l).at(x).jacobian(),
            "rank", l -> RankAnalysis.withDefaults().withProgress(l).analyze(x),
            "all", l -> AllEigenvalues.withDefaults().withProgress(l).enclose(gram),
            "theorems", l -> Theorems.check(problem, l));
    entries.forEach(
        (name, entry) -> {
          int at = 0;
          boolean switched = true;
          while (switched) {
            try (SwitchingListener listener = new SwitchingListener(mode, at)) {
              Throwable thrown = catchThrowable(() -> entry.accept(listener));
              switched = listener.calls > at;
              if (switched) {
                assertThat(thrown).as("%s, call %d", name, at).hasMessageContaining(REFUSAL);
                at++;
              } else {
                assertThat(thrown).as(name).isNull();
              }
            }
          }
          assertThat(at).as(name).isGreaterThan(1);
        });
  }

  private static final class SwitchingListener implements ProgressListener, AutoCloseable {
    private final FlushedMode mode;
    private final int at;
    private FlushedMode.@Nullable Switched on;
    private int calls;

    SwitchingListener(FlushedMode mode, int at) {
      this.mode = mode;
      this.at = at;
    }

    @Override
    public void show(String task, long done, long total) {
      close();
      if (calls++ == at) {
        on = mode.on();
      }
    }

    @Override
    public void close() {
      if (on != null) {
        on.close();
        on = null;
      }
    }
  }

  @Test
  void aSampleOfHostileProblems() throws Exception {
    sweep(0, 12);
    assertThat(open).isEmpty();
    assertThat(proofs).isGreaterThan(2);
  }

  /** Seeds from {@code fullrank.from}, so that a sweep can go on where it was stopped. */
  @Test
  @Tag("exhaustive")
  void manyHostileProblems() throws Exception {
    long from = Long.getLong("fullrank.from", 0);
    int count = Integer.getInteger("fullrank.count", 2_000);
    for (long seed = from; seed < from + count; seed += 100) {
      sweep(seed, 100);
      System.out.printf(
          "flushed modes: next seed %d, calls %d, problems with a proof %d, with a cause %d, not"
              + " refused %s%n",
          seed + 100, calls, proofs, causes, open);
    }
    assertThat(open).isEmpty();
  }

  /** A class whose initialisation fails is lost to every thread. */
  @Test
  void aFirstUseInSuchAThreadDoesNotSpoilTheOthers() throws Exception {
    URL[] classes = {Interval.class.getProtectionDomain().getCodeSource().getLocation()};
    for (FlushedMode mode : FlushedMode.values()) {
      try (URLClassLoader fresh = new URLClassLoader(classes, null)) {
        Class<?> type = mode.call(() -> Class.forName("org.fullrank.rigor.Interval", true, fresh));
        Object one = type.getMethod("of", double.class).invoke(null, 1.0);
        assertThat(one).as(mode.toString()).hasToString("[1]");
        assertThat(type.getField("ONE").get(null)).isEqualTo(one);
      }
    }
  }

  private void sweep(long first, int count) throws Exception {
    FlushedMode[] modes = FlushedMode.values();
    for (long seed = first; seed < first + count; seed++) {
      FlushedCase hostile = new FlushedCase(seed);
      Map<String, Callable<Object>> entries = hostile.entries();
      FlushedMode mode = modes[(int) (seed % modes.length)];
      entries.forEach((name, entry) -> refused(mode, name, entry));
      calls += entries.size();
      proofs += hostile.isProvedByATheorem() ? 1 : 0;
      causes += hostile.causes().isEmpty() ? 0 : 1;
    }
  }

  private void refused(FlushedMode mode, String name, Callable<Object> entry) {
    try {
      Object result = mode.call(entry);
      // Nothing was compared or computed where the description of the network was enough to refuse.
      boolean inapplicable =
          result == Verdict.INAPPLICABLE || String.valueOf(result).contains("obstacle=Optional[");
      if (!inapplicable) {
        open.putIfAbsent(name, mode + " gave " + result);
      }
    } catch (Exception e) {
      Throwable cause = e;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      if (!String.valueOf(cause.getMessage()).contains(REFUSAL)) {
        open.putIfAbsent(name, mode + " threw " + e);
      }
    }
  }
}
