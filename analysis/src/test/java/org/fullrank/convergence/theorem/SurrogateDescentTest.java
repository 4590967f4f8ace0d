package org.fullrank.convergence.theorem;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.HypothesisCheck;
import org.fullrank.convergence.Standing;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.Losses;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.evidence.measure.GateNumbers;
import org.fullrank.evidence.measure.JacobianNumbers;
import org.fullrank.evidence.measure.Measurements;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.SurrogateRelu;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.Verdict;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

final class SurrogateDescentTest {
  private static Quantity exact(String symbol, Interval value) {
    return Quantity.verified(symbol, value, Subject.EXACT_NETWORK, "test");
  }

  private static GateNumbers decided() {
    return new GateNumbers(
        Optional.empty(),
        6,
        0,
        Optional.empty(),
        Optional.empty(),
        exact("min |t|", Interval.atLeast(0.1)));
  }

  private static JacobianNumbers numbers(
      Interval s0, Interval b0, Interval r0, DoubleUnaryOperator lipschitz) {
    return new JacobianNumbers(
        Optional.empty(),
        exact("s0", s0),
        exact("b0", b0),
        exact("R0", r0),
        lipschitz,
        Rigor.VERIFIED,
        Subject.EXACT_NETWORK);
  }

  private static Certificate check(GateNumbers gates, JacobianNumbers jacobian) {
    return SurrogateDescent.withDefaults()
        .check(
            Evidence.fixed()
                .given(Measurements.GATES, gates)
                .given(Measurements.JACOBIAN, jacobian));
  }

  @Test
  void everyMissingHypothesisIsNamed() {
    JacobianNumbers good = numbers(Interval.ONE, Interval.ONE, Interval.of(0.2), r -> 1);
    assertThat(Standing.isProofOfGiven(check(decided(), good))).isTrue();
    named(check(GateNumbers.not("no gates here"), good), Verdict.INAPPLICABLE, "no gates here");
    GateNumbers open =
        new GateNumbers(
            Optional.empty(),
            6,
            2,
            Optional.of("unit 3 of layer a on sample 5"),
            Optional.of("unit 3 of layer a on sample 5"),
            exact("min |t|", Interval.atLeast(0)));
    named(check(open, good), Verdict.UNDECIDED, "2 of 6 are not, first unit 3 of layer a");
    named(check(decided(), JacobianNumbers.not("the loss")), Verdict.INAPPLICABLE, "the loss");
    named(
        check(decided(), numbers(Interval.of(0, 1), Interval.ONE, Interval.of(0.2), r -> 1)),
        Verdict.UNDECIDED,
        "full row rank");
    named(
        check(decided(), numbers(Interval.ZERO, Interval.ONE, Interval.of(0.2), r -> 1)),
        Verdict.FAILS,
        "full row rank");
    named(
        check(decided(), numbers(Interval.ONE, Interval.ONE, Interval.of(0.2501), r -> 1)),
        Verdict.FAILS,
        "changes little");
    named(
        check(
            decided(),
            numbers(Interval.ONE, Interval.ONE, Interval.of(0.2), r -> Double.POSITIVE_INFINITY)),
        Verdict.UNDECIDED,
        "no constant");
    named(
        SurrogateDescent.withDefaults()
            .withStepSize(0.6)
            .check(
                Evidence.fixed()
                    .given(Measurements.GATES, decided())
                    .given(Measurements.JACOBIAN, good)),
        Verdict.FAILS,
        "step is short");
  }

  private static void named(Certificate certificate, Verdict verdict, String text) {
    assertThat(certificate.verdict()).as(certificate.toString()).isEqualTo(verdict);
    HypothesisCheck obstacle = certificate.obstacle().orElseThrow();
    assertThat(obstacle.toString()).contains(text);
    assertThat(certificate.conclusion()).isEmpty();
    assertThat(certificate.isProof()).isFalse();
  }

  @Test
  void weakEvidenceIsNoProof() {
    JacobianNumbers good = numbers(Interval.ONE, Interval.ONE, Interval.of(0.2), r -> 1);
    GateNumbers computed =
        new GateNumbers(
            Optional.empty(),
            6,
            0,
            Optional.empty(),
            Optional.empty(),
            exact("min |t|", Interval.atLeast(0.1)).weakenedTo(Rigor.COMPUTED));
    Certificate certificate = check(computed, good);
    assertThat(certificate.verdict()).isEqualTo(Verdict.HOLDS);
    assertThat(Standing.ofNumbers(certificate)).isEqualTo(Rigor.COMPUTED);
    assertThat(certificate.isProof()).isFalse();
    Certificate weakJacobian =
        check(
            decided(),
            new JacobianNumbers(
                Optional.empty(),
                exact("s0", Interval.ONE),
                exact("b0", Interval.ONE),
                exact("R0", Interval.of(0.2)),
                r -> 1,
                Rigor.COMPUTED,
                Subject.EXACT_NETWORK));
    assertThat(weakJacobian.isProof()).isFalse();
  }

  @Test
  void theTransformIsPromisedOnlyWithoutZeroSignals() {
    JacobianNumbers good = numbers(Interval.ONE, Interval.ONE, Interval.of(0.2), r -> 1);
    assertThat(check(decided(), good).conclusion().orElseThrow().statement())
        .contains("twice the hidden widths");
    GateNumbers zero =
        new GateNumbers(
            Optional.empty(),
            6,
            0,
            Optional.empty(),
            Optional.of("unit 1 of layer a on sample 0"),
            exact("min |t|", Interval.atLeast(0)));
    Certificate certificate = check(zero, good);
    assertThat(Standing.isProofOfGiven(certificate)).isTrue();
    assertThat(certificate.conclusion().orElseThrow().statement())
        .contains("not promised, because of unit 1");
  }

  @Test
  void theCitationSaysWhatIsNotThePapers() {
    SurrogateDescent theorem = SurrogateDescent.withDefaults();
    assertThat(theorem.source().toString()).contains("Noy", "2101.04243", "width and time");
    assertThat(check(decided(), numbers(Interval.ONE, Interval.ONE, Interval.of(0.2), r -> 1)))
        .hasToString(
            check(decided(), numbers(Interval.ONE, Interval.ONE, Interval.of(0.2), r -> 1))
                .toString());
  }

  /** Whatever the network, a certificate and not an exception. */
  @Test
  void problemsOfAnotherFormGetACertificate() {
    INDArray x = Tensors.of(new double[] {1, 2, -1, 3}, 2, 2);
    INDArray y = Tensors.of(new double[] {1, 0}, 2, 1);
    SurrogateRelu hidden = SurrogateRelu.of("s", Seed.of(4), Dense.of("a", 2, 64));
    Network good = Network.of(Shape.of(2), hidden, Dense.of("v", 64, 1));
    INDArray theta = good.initialize(Seed.of(1));
    TrainingProblem problem = TrainingProblem.of(good, theta, x, y);
    SurrogateDescent theorem = SurrogateDescent.withDefaults();
    // One hypothesis violated at a time.
    named(
        theorem.check(problem.withLoss(Losses.MEAN_SQUARED)),
        Verdict.INAPPLICABLE,
        "the same with step sizes divided by n");
    Network relu =
        Network.of(
            Shape.of(2),
            Dense.of("a", 2, 64),
            Elementwise.of(Activations.RELU),
            Dense.of("v", 64, 1));
    named(theorem.check(TrainingProblem.of(relu, theta, x, y)), Verdict.INAPPLICABLE, "the layers");
    Network noReadout =
        Network.of(Shape.of(2), SurrogateRelu.of("s", Seed.of(4), Dense.of("a", 2, 1)));
    named(
        theorem.check(TrainingProblem.of(noReadout, noReadout.initialize(Seed.of(1)), x, y)),
        Verdict.INAPPLICABLE,
        "the layers");
    Network moving = Network.of(Shape.of(2), Dense.of("z", 2, 2), hidden, Dense.of("v", 64, 1));
    named(
        theorem.check(TrainingProblem.of(moving, moving.initialize(Seed.of(1)), x, y)),
        Verdict.INAPPLICABLE,
        "the layers");
    named(
        theorem.check(
            TrainingProblem.of(
                good,
                Tensors.convert(theta, DataType.FLOAT),
                Tensors.convert(x, DataType.FLOAT),
                Tensors.convert(y, DataType.FLOAT))),
        Verdict.INAPPLICABLE,
        "single precision");
    INDArray twice = Tensors.of(new double[] {1, 2, 1, 2}, 2, 2);
    Certificate duplicate = theorem.check(TrainingProblem.of(good, theta, twice, y));
    assertThat(duplicate.verdict()).isIn(Verdict.UNDECIDED, Verdict.FAILS);
    assertThat(duplicate.obstacle().orElseThrow().toString()).contains("full row rank");
    INDArray far = Tensors.of(new double[] {1e6, 0}, 2, 1);
    named(theorem.check(TrainingProblem.of(good, theta, x, far)), Verdict.FAILS, "changes little");
  }

  @Test
  void anUncertainGateIsNamedAndStopsTheProof() {
    // t of unit 0 in layer b is the difference of two equal units: 0 up to rounding.
    SurrogateRelu hidden =
        SurrogateRelu.of("s", Seed.of(1), Dense.of("a", 3, 2), Dense.of("b", 2, 2))
            .withGates(Tensors.of(new double[] {.1, .1, .2, .2, .3, .3, 1, 1, -1, 1}, 10));
    Network network = Network.of(Shape.of(3), hidden, Dense.of("v", 2, 1));
    INDArray theta = network.initialize(Seed.of(2));
    INDArray x = Tensors.of(new double[] {1, 2, 3}, 1, 3);
    INDArray y = network.forward(theta, x);
    TrainingProblem problem = TrainingProblem.of(network, theta, x, y);
    named(
        SurrogateDescent.withDefaults().check(problem),
        Verdict.UNDECIDED,
        "1 of 4 are not, first unit 0 of layer b on sample 0");
    assertThat(SurrogateDescent.withDefaults().residualRadius(Evidence.of(problem))).isZero();
  }

  /** t of unit 0 in layer a is .1 + .2 - .3 of one double; layer b does not read it. */
  @Test
  void uncertainGatesOfAllLayersCount() {
    SurrogateRelu hidden =
        SurrogateRelu.of("s", Seed.of(1), Dense.of("a", 3, 2), Dense.of("b", 2, 2))
            .withGates(Tensors.of(new double[] {.1, .2, .1, .2, -.1, .3, 0, 0, 1, -1}, 10));
    Network network = Network.of(Shape.of(3), hidden, Dense.of("v", 2, 1));
    INDArray theta = network.initialize(Seed.of(2));
    INDArray x = Tensors.of(new double[] {1, 2, 3}, 1, 3);
    named(
        SurrogateDescent.withDefaults()
            .check(TrainingProblem.of(network, theta, x, network.forward(theta, x))),
        Verdict.UNDECIDED,
        "1 of 4 are not, first unit 0 of layer a on sample 0");
  }

  @Test
  void measuredGatesAreCountedAndVerified() {
    SurrogateRelu hidden =
        SurrogateRelu.of("s", Seed.of(4), Dense.of("a", 2, 8), Dense.of("b", 8, 4));
    Network network = Network.of(Shape.of(2), hidden, Dense.of("v", 4, 1));
    INDArray theta = network.initialize(Seed.of(1));
    INDArray x = Tensors.of(new Random(1).doubles(6, -1, 1).toArray(), 3, 2);
    INDArray y = Tensors.of(new double[3], 3, 1);
    GateNumbers gates =
        Evidence.of(TrainingProblem.of(network, theta, x, y)).get(Measurements.GATES);
    assertThat(gates.gates()).isEqualTo(3 * (8 + 4));
    assertThat(gates.undecided()).isZero();
    assertThat(gates.clearance().isProof()).isTrue();
    double[] least = {Double.POSITIVE_INFINITY};
    try (var l = network.linearize(theta, x)) {
      l.forEachPreActivation(
          (name, t) -> {
            for (double v : Tensors.toDoubles(t)) {
              least[0] = Math.min(least[0], Math.abs(v));
            }
          });
    }
    assertThat(gates.clearance().interval().lo())
        .isBetween(least[0] * (1 - 1e-9), least[0] * (1 + 1e-9));
  }
}
