package org.fullrank.convergence.theorem;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.Prediction;
import org.fullrank.convergence.Theorem;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.evidence.measure.Measurements;
import org.fullrank.nn.Network;
import org.fullrank.nn.Slot;
import org.fullrank.rigor.Verdict;
import org.fullrank.training.Comparison;
import org.fullrank.training.GradientDescent;
import org.fullrank.training.GradientFlow;
import org.fullrank.training.Recording;
import org.fullrank.training.TrainingMethod;
import org.fullrank.training.TrainingRun;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Random problems with the residual just below and just above what can be certified: the verdict
 * flips, and runs from just below keep the envelope and the radius.
 */
final class JacobianThresholdTest {
  private static final double BELOW = 0.999999;
  private static final double ABOVE = 1.000001;
  private static final int STEPS = 40;

  /** Each with seven gradients or more. */
  private static final int FLOW_STEPS = 12;

  /** Six variants in turn. */
  private static final int SAMPLE = 30;

  private static final int ALL = 300;

  @Test
  void verdictsFlipAndRunsKeepWhatIsGuaranteed() {
    check(SAMPLE, 1);
  }

  @Test
  @Tag("exhaustive")
  void verdictsFlipAndRunsKeepWhatIsGuaranteedForAllInstances() {
    check(ALL, 2);
  }

  private static void check(int count, long seed) {
    double used = 0;
    int certified = 0;
    for (int index = 0; index < count; index++) {
      double own = instance(index, new Random(1000 * seed + index));
      used = Math.max(used, own);
      certified += own > 0 ? 1 : 0;
    }
    assertThat(certified).as("more than five of six variants").isGreaterThan(5 * count / 6);
    // A test that stops far from the boundary would not see a radius that is too small.
    assertThat(used).isGreaterThan(0.3);
  }

  /** A certified variant of the theorem with its certified radius. */
  private record Case(Theorem theorem, Function<Evidence, Double> radius, TrainingProblem solved) {
    static Case of(JacobianDescent theorem, TrainingProblem solved) {
      return new Case(theorem, theorem::residualRadius, solved);
    }
  }

  /** The share of the radius that a run used; 0 if there is no radius. */
  private static double instance(int index, Random random) {
    Network network = JacobianInstances.network(random);
    int k = (int) network.outputs();
    int n = 2 + random.nextInt(3);
    TrainingProblem solved =
        JacobianInstances.solved(
            network, JacobianInstances.inputs(network, n, random), random.nextInt());
    JacobianDescent theorem = JacobianDescent.withDefaults();
    double[] inside = JacobianInstances.gaussians(n * k, 1, random);
    Case variant =
        switch (index % 6) {
          case 0 -> Case.of(theorem, solved);
          case 1 -> {
            double norm = JacobianInstances.norm(solved);
            double eta = (0.01 + 0.3 * random.nextDouble()) / (norm * norm);
            yield Case.of(theorem.withStepSize(eta), solved);
          }
          case 2 -> Case.of(theorem.withBlock(random.nextBoolean() ? "a.W" : "b.W"), solved);
          case 3 -> Case.of(theorem, solved.withFrozen(oneOf(network, random)));
          case 4 -> Case.of(JacobianDescent.forGradientFlow(), solved);
          default -> null;
        };
    double[] direction = inside;
    double[] outside = new double[inside.length];
    if (variant == null) {
      int[] multiplicities = random.ints(n, 1, 4).toArray();
      multiplicities[0] = 2;
      TrainingProblem repeated =
          JacobianInstances.solved(
              network, JacobianInstances.repeated(solved.x(), multiplicities), random.nextInt());
      ReducedJacobianDescent reduced = ReducedJacobianDescent.withDefaults();
      variant = new Case(reduced, reduced::residualRadius, repeated);
      direction = repeated(inside, k, multiplicities);
      outside = sumsToZero(k, multiplicities, random);
    }
    double radius = variant.radius.apply(Evidence.of(variant.solved));
    if (radius == 0) {
      // A block that is too narrow, or rows that are too nearly dependent.
      assertThat(variant.theorem.check(variant.solved).verdict()).isNotEqualTo(Verdict.HOLDS);
      return 0;
    }
    TrainingProblem below = JacobianInstances.away(variant.solved, direction, BELOW * radius);
    TrainingProblem above = JacobianInstances.away(variant.solved, direction, ABOVE * radius);
    // Targets outside of what can be reached must not matter.
    if (index % 6 == 5) {
      below = JacobianInstances.away(below, outside, radius);
      above = JacobianInstances.away(above, outside, radius);
    }
    String text = index + ": " + variant.theorem.name() + ", " + variant.solved;
    if (changes(variant.solved)) {
      assertThat(variant.theorem.check(above).verdict()).as(text).isNotEqualTo(Verdict.HOLDS);
    }
    Certificate certificate = variant.theorem.check(below);
    assertThat(certificate.isProof()).as(text + "\n" + certificate).isTrue();
    return run(below, certificate.prediction().orElseThrow(), infimum(index, radius), text);
  }

  /** Whether there is a threshold: not if only the last layer is trained. */
  private static boolean changes(TrainingProblem problem) {
    return Evidence.of(problem)
            .get(Measurements.JACOBIAN)
            .lipschitzAt(1)
            .orElseThrow()
            .interval()
            .hi()
        > 0;
  }

  private static double infimum(int index, double radius) {
    return index % 6 == 5 ? radius * radius / 2 : 0;
  }

  private static double run(
      TrainingProblem problem, Prediction prediction, double infimum, String text) {
    TrainingMethod method =
        prediction.isFlow()
            ? GradientFlow.withTolerance(1e-11, 1e-14)
            : GradientDescent.withStepSize(prediction.stepSize());
    try (TrainingRun run = TrainingRun.start(problem, method, Recording.every(2))) {
      run.advance(prediction.isFlow() ? FLOW_STEPS : STEPS);
      Comparison comparison = Comparison.of(prediction, run.trajectory(), infimum);
      assertThat(comparison.kept()).as(text + "\n" + prediction + "\n" + comparison).isTrue();
      return comparison.radiusUsed();
    }
  }

  private static String oneOf(Network network, Random random) {
    String[] names = network.slots().stream().map(Slot::name).toArray(String[]::new);
    return names[random.nextInt(names.length)];
  }

  /** Each row as often as its sample, in the order of {@link JacobianInstances#repeated}. */
  private static double[] repeated(double[] rows, int k, int[] multiplicities) {
    return Stream.iterate(0, round -> round + 1)
        .limit(IntStream.of(multiplicities).max().orElseThrow())
        .flatMapToDouble(
            round ->
                IntStream.range(0, multiplicities.length)
                    .filter(i -> round < multiplicities[i])
                    .flatMap(i -> IntStream.range(i * k, (i + 1) * k))
                    .mapToDouble(j -> rows[j]))
        .toArray();
  }

  /** A direction whose entries add up to zero on equal inputs. */
  private static double[] sumsToZero(int k, int[] multiplicities, Random random) {
    int n = multiplicities.length;
    double[] one = new double[n * k];
    for (int c = 0; c < k; c++) {
      one[c] = 1 + random.nextDouble();
    }
    double[] first = repeated(one, k, multiplicities);
    // Sample 0 is there twice: first in row 0, then in row n.
    for (int c = 0; c < k; c++) {
      first[n * k + c] = -first[c];
    }
    return first;
  }
}
