package org.fullrank.convergence.theorem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Set;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.Theorem;
import org.fullrank.enclosure.EnclosedNetwork;
import org.fullrank.enclosure.NetworkEnclosure;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.evidence.measure.JacobianNumbers;
import org.fullrank.evidence.measure.Measurements;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.FixedLinear;
import org.fullrank.nn.layer.SurrogateRelu;
import org.fullrank.nn.model.SmoothResNet;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Overflow, near dependence, single precision and blocks: where numbers are not what they seem. */
final class JacobianEdgesTest {
  private static final JacobianDescent THEOREM = JacobianDescent.withDefaults();
  private static final ReducedJacobianDescent REDUCED = ReducedJacobianDescent.withDefaults();

  /** More samples than dimensions. */
  private static TrainingProblem linear(double scale, double target, double[][] directions) {
    Network network = Network.of(Shape.of(2), Dense.of("a", 2, 3), Dense.of("b", 3, 1));
    double[][] x = new double[directions.length][2];
    double[][] y = new double[directions.length][1];
    for (int i = 0; i < x.length; i++) {
      x[i][0] = scale * directions[i][0];
      x[i][1] = scale * directions[i][1];
      y[i][0] = i % 2 == 0 ? target : -target;
    }
    return TrainingProblem.of(
        network, network.initialize(Seed.of(1)), Tensors.ofRows(x), Tensors.ofRows(y));
  }

  private static final double[][] CROSS = {{1, 0}, {0, 1}, {1, 1}, {1, -1}};

  @Test
  void whatIsNotKnownOfTheReachableOutputsIsUndecided() {
    named(REDUCED.check(linear(1e160, 1, CROSS)), "X^T X overflows");
    double[][] near = {{1, 1}, {1, 1 + 1e-12}, {1, 1 - 1e-12}, {1, 1}};
    named(REDUCED.check(linear(1, 1, near)), "the inputs");
    double[][] dependent = {{1, 2}, {2, 4}, {3, 6}, {4, 8}};
    named(REDUCED.check(linear(1, 1, dependent)), "not proved to have rank 2");
    assertThat(REDUCED.residualRadius(Evidence.of(linear(1e160, 1, CROSS)))).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "1e-100, 1e300", "1e100, 1e300", "1e150, 1e300", "1, 1e308", "1, 1e300", "1e-150, 1e300",
    "1e-160, 1", "1e-300, 1e-300", "1e300, 1e300", "1e150, 1", "1e153, 1", "1e-20, 1e308"
  })
  void extremeTargetsAreNoExceptions(double scale, double target) {
    TrainingProblem cross = linear(scale, target, CROSS);
    TrainingProblem few = linear(scale, target, new double[][] {{1, 0}, {0, 1}});
    TrainingProblem equal = linear(scale, target, new double[][] {{1, 0}, {1, 0}});
    for (Theorem theorem : new Theorem[] {REDUCED, THEOREM, THEOREM.withBlock("b.W")}) {
      assertThat(theorem.check(cross).verdict()).isIn(Verdict.UNDECIDED, Verdict.FAILS);
      assertThat(theorem.check(few).verdict()).isIn(Verdict.UNDECIDED, Verdict.FAILS);
      // Opposite targets of equal inputs have the mean 0, which may be near.
      assertThat(theorem.check(equal).verdict()).isNotEqualTo(Verdict.INAPPLICABLE);
    }
  }

  @Test
  void noConstantIsKnownForAnInfiniteBall() {
    JacobianNumbers numbers = Evidence.of(linear(1, 1, CROSS)).get(Measurements.JACOBIAN);
    assertThat(numbers.lipschitzAt(1)).isPresent();
    assertThat(numbers.lipschitzAt(Double.POSITIVE_INFINITY)).isEmpty();
    assertThat(numbers.lipschitzAt(Double.NaN)).isEmpty();
    for (Theorem theorem :
        new Theorem[] {THEOREM, THEOREM.withStepSize(1e-3), JacobianDescent.forGradientFlow()}) {
      named(theorem.check(FixedJacobian.evidence(1e-300, 1, 1e100, r -> 0)), "radius");
    }
  }

  /** Outputs and Jacobian are doubles, their squares are not. */
  @Test
  void anOverflowOfTheGramIsNamedByEveryTheorem() {
    Network network = SmoothResNet.of(1, 2, 1, Activations.TANH).network();
    TrainingProblem problem =
        TrainingProblem.of(
            network,
            Tensors.of(new double[] {0.5, -0.7, 1e200, 1e200}, 4),
            Tensors.ofRows(new double[][] {{1}}),
            Tensors.ofRows(new double[][] {{1e200}}));
    String readout = network.slots().get(0).name();
    for (Theorem theorem :
        new Theorem[] {
          THEOREM,
          THEOREM.withBlock(readout),
          JacobianDescent.forGradientFlow(),
          REDUCED,
          OymakSoltanolkotabi.withDefaults(),
          PolyakLojasiewicz.withDefaults(),
          PyramidalDescent.withDefaults(),
          GulcuResNet.withDefaults()
        }) {
      named(theorem.check(problem), "overflows");
    }
    assertThat(THEOREM.residualRadius(Evidence.of(problem))).isZero();
    assertThat(GulcuResNet.withDefaults().extrapolatedWidth(Evidence.of(problem))).isEmpty();
    Network surrogate =
        Network.of(
            Shape.of(1),
            SurrogateRelu.of("s", Seed.of(1), Dense.of("a", 1, 4)),
            Dense.of("v", 4, 1));
    double[] theta = new double[8];
    Arrays.fill(theta, 1e200);
    named(
        SurrogateDescent.withDefaults()
            .check(
                TrainingProblem.of(
                    surrogate,
                    Tensors.of(theta, 8),
                    Tensors.ofRows(new double[][] {{1}}),
                    Tensors.ofRows(new double[][] {{1}}))),
        "overflows");
  }

  private static void named(Certificate certificate, String text) {
    assertThat(certificate.verdict()).as(certificate.toString()).isEqualTo(Verdict.UNDECIDED);
    assertThat(certificate.obstacle().orElseThrow().toString()).contains(text);
    assertThat(certificate.conclusion()).isEmpty();
  }

  /** With the matrix rounded to single precision the network is 0, and its Jacobian too. */
  private static TrainingProblem cancelled(DataType type) {
    INDArray matrix = Tensors.of(new double[] {1 + 1e-9, -1}, 1, 2);
    Network network =
        Network.of(
            Shape.of(2), FixedLinear.of("f", matrix), Dense.of("v", 1, 1).withScales(1e9, 0));
    return TrainingProblem.of(
        network,
        Tensors.of(type, new double[] {1}, 1),
        Tensors.of(type, new double[] {1, 1}, 1, 2),
        Tensors.of(type, new double[] {2}, 1, 1));
  }

  @Test
  void singlePrecisionIsNoProof() {
    TrainingProblem problem = cancelled(DataType.FLOAT);
    for (Theorem theorem :
        new Theorem[] {
          THEOREM,
          THEOREM.withBlock("v.W"),
          THEOREM.withStepSize(0.1),
          JacobianDescent.forGradientFlow(),
          REDUCED,
          OymakSoltanolkotabi.withDefaults(),
          PolyakLojasiewicz.withDefaults(),
          PyramidalDescent.withDefaults()
        }) {
      Certificate certificate = theorem.check(problem);
      assertThat(certificate.verdict()).isEqualTo(Verdict.INAPPLICABLE);
      assertThat(certificate.obstacle().orElseThrow().toString()).contains("single precision");
    }
    assertThat(THEOREM.check(cancelled(DataType.DOUBLE)).isProof()).isTrue();
  }

  @Test
  void fixedMatricesAreEnclosedAsTheyAreRounded() {
    TrainingProblem problem = cancelled(DataType.FLOAT);
    EnclosedNetwork single =
        NetworkEnclosure.of(problem.network(), problem.theta()).at(problem.x());
    zero(single.output().get(0, 0));
    TrainingProblem same = cancelled(DataType.DOUBLE);
    EnclosedNetwork twice = NetworkEnclosure.of(same.network(), same.theta()).at(same.x());
    assertThat(twice.output().get(0, 0).mid()).isCloseTo(1, within(1e-6));
  }

  @Test
  void frozenGatesAreEnclosedAsTheyAreRounded() {
    SurrogateRelu hidden =
        SurrogateRelu.of("s", Seed.of(1), Dense.of("a", 2, 1))
            .withGates(Tensors.of(new double[] {1 + 1e-9, -1}, 2));
    Network network = Network.of(Shape.of(2), hidden, Dense.of("v", 1, 1));
    INDArray theta = Tensors.of(new double[] {1, 1, 1}, 3);
    INDArray x = Tensors.of(new double[] {1, 1}, 1, 2);
    NetworkEnclosure enclosure = NetworkEnclosure.of(network, theta);
    assertThat(enclosure.at(x).gates().get(0).signals().get(0, 0).lo()).isPositive();
    EnclosedNetwork single =
        NetworkEnclosure.of(network, Tensors.convert(theta, DataType.FLOAT))
            .at(Tensors.convert(x, DataType.FLOAT));
    zero(single.gates().get(0).signals().get(0, 0));
  }

  private static void zero(Interval value) {
    assertThat(value.contains(0)).as(value.toString()).isTrue();
    assertThat(value.magnitude()).isLessThan(1e-15);
  }

  @Test
  void whatOverflowsInSinglePrecisionIsAnObstacle() {
    Network network =
        Network.of(
            Shape.of(1),
            FixedLinear.of("big", Tensors.ofRows(new double[][] {{1e300}})),
            Dense.of("v", 1, 1));
    assertThat(NetworkEnclosure.obstacle(network, DataType.DOUBLE)).isEmpty();
    assertThat(NetworkEnclosure.obstacle(network, DataType.FLOAT).orElseThrow()).contains("big");
    INDArray x = Tensors.of(DataType.FLOAT, new double[] {1}, 1, 1);
    NetworkEnclosure enclosure =
        NetworkEnclosure.of(network, network.initialize(Seed.of(1), DataType.FLOAT));
    assertThatThrownBy(() -> enclosure.at(x))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("big");
  }

  /** F = diag(2, 6), V = (3, 4), g = 1/2: rows g F of one block, g x_i (x) V of the other. */
  @Test
  void aBlockHasItsOwnSmallestSingularValue() {
    Network network =
        Network.of(
            Shape.of(2),
            Dense.of("a", 2, 2).withScales(1, 0),
            Elementwise.of(Activations.IDENTITY),
            Dense.of("b", 2, 1).withScales(0.5, 0));
    Evidence evidence =
        Evidence.of(
            TrainingProblem.of(
                network,
                Tensors.of(new double[] {2, 0, 0, 6, 3, 4}, 6),
                Tensors.ofRows(new double[][] {{1, 0}, {0, 1}}),
                Tensors.ofRows(new double[][] {{0}, {0}})));
    sigma(evidence, 1, "b.W");
    sigma(evidence, 2.5, "a.W");
    sigma(evidence, Math.sqrt(1 + 2.5 * 2.5), "a.W", "b.W");
    JacobianNumbers whole = evidence.get(Measurements.JACOBIAN);
    assertThat(whole.sigmaMin().interval().mid()).isCloseTo(Math.sqrt(7.25), within(1e-6));
    assertThat(evidence.get(Measurements.jacobianBlock("b.W")).norm()).isEqualTo(whole.norm());
  }

  private static void sigma(Evidence evidence, double expected, String... block) {
    Interval s = evidence.get(Measurements.jacobianBlock(block)).sigmaMin().interval();
    assertThat(s.mid()).as(Set.of(block).toString()).isCloseTo(expected, within(1e-6));
    assertThat(s.width()).isLessThan(1e-6);
  }

  /** One column for two samples; the whole Jacobian has full rank. */
  @Test
  void aBlockThatIsTooNarrowIsNotFull() {
    Network network =
        Network.of(
            Shape.of(2),
            Dense.of("a", 2, 1).withScales(1, 0),
            Elementwise.of(Activations.TANH),
            Dense.of("b", 1, 1).withScales(1, 0));
    TrainingProblem problem =
        TrainingProblem.of(
            network,
            Tensors.of(new double[] {0.3, -0.2, 1}, 3),
            Tensors.ofRows(new double[][] {{1, 0}, {0, 1}}),
            Tensors.ofRows(new double[][] {{0.29}, {-0.2}}));
    Evidence evidence = Evidence.of(problem);
    assertThat(evidence.get(Measurements.JACOBIAN).sigmaMin().interval().lo()).isGreaterThan(0.5);
    Interval block = evidence.get(Measurements.jacobianBlock("b.W")).sigmaMin().interval();
    assertThat(block.lo()).isZero();
    assertThat(block.hi()).isLessThan(1e-6);
    assertThat(THEOREM.withBlock("b.W").check(evidence).verdict()).isNotEqualTo(Verdict.HOLDS);
  }
}
