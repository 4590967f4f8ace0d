package org.fullrank.convergence.theorem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Optional;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.Standing;
import org.fullrank.diff.KroneckerBlock.Layout;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.evidence.measure.JacobianNumbers;
import org.fullrank.evidence.measure.Measurements;
import org.fullrank.evidence.measure.PyramidalNetwork;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Network;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.Verdict;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

final class PyramidalDescentTest {
  private static final PyramidalDescent THEOREM = PyramidalDescent.withDefaults();

  @Test
  void aSampleAtTheThreshold() {
    assertThat(Thresholds.sweep(THEOREM, RandomNetworks::pyramid, 20, 64)).isGreaterThan(14);
  }

  @Test
  @Tag("exhaustive")
  void allAtTheThreshold() {
    int tried = Thresholds.sweep(THEOREM, RandomNetworks::pyramid, 300, 64);
    System.out.println(THEOREM.name() + ": " + tried + " of 300 had a threshold");
    assertThat(tried).isGreaterThan(200);
  }

  /** The bound is one of the same number that the Gram matrix of all trained layers gives. */
  @Test
  void theBoundIsBelowTheSmallestSingularValue() {
    int positive = 0;
    for (long seed = 0; seed < 60; seed++) {
      Evidence evidence = Evidence.of(RandomNetworks.pyramid(seed).at(1));
      PyramidalNetwork net = evidence.get(Measurements.PYRAMIDAL);
      assertThat(net.obstacle()).isEmpty();
      Interval bound = PyramidalDescent.lowerBound(net).interval();
      Interval sigma = evidence.get(Measurements.JACOBIAN).sigmaMin().interval();
      assertThat(bound.lo()).as("seed " + seed).isLessThanOrEqualTo(sigma.hi());
      positive += bound.lo() > 0 ? 1 : 0;
    }
    assertThat(positive).isGreaterThan(50);
  }

  /**
   * Where the bound is attained: F_1 = diag(2, 6), g_2 = 1/2, all units of the second layer on
   * their slope 1/4, W_3 with orthogonal columns of length 3 and 4 times g_3 = 2. A residual on the
   * first sample and output gives 1/2 * 2 * 1/4 * 2 * 3 = 3/2.
   */
  @Test
  void theBoundIsAttained() {
    Network network =
        Network.of(
            Shape.of(2),
            Dense.of("a", 2, 2).withScales(1, 0),
            Elementwise.of(Activations.IDENTITY),
            Dense.of("b", 2, 3).withScales(0.5, 0),
            Elementwise.of(Activations.leakyRelu(0.25)),
            Dense.of("c", 3, 2).withScales(2, 0).withLayout(Layout.OUT_IN));
    double[] theta = {2, 0, 0, 2, -1, -1, -1, -1, -1, -1, 3, 0, 0, 0, 4, 0};
    TrainingProblem problem =
        TrainingProblem.of(
                network,
                Tensors.of(theta, theta.length),
                Tensors.ofRows(new double[][] {{1, 0}, {0, 3}}),
                Tensors.ofRows(new double[][] {{0, 0}, {0, 0}}))
            .withFrozen("a.W", "c.W");
    Evidence evidence = Evidence.of(problem);
    PyramidalNetwork net = evidence.get(Measurements.PYRAMIDAL);
    Interval bound = PyramidalDescent.lowerBound(net).interval();
    Interval sigma = evidence.get(Measurements.JACOBIAN).sigmaMin().interval();
    assertThat(bound.contains(1.5)).as(bound.toString()).isTrue();
    assertThat(bound.width()).isLessThan(1e-6);
    assertThat(sigma.contains(1.5)).as(sigma.toString()).isTrue();
    assertThat(net.features().interval().contains(2)).isTrue();
    assertThat(net.slopes().get(0).interval().contains(0.25)).isTrue();
    assertThat(net.weights().get(0).interval().contains(6)).isTrue();
    assertThat(net.norms().get(2).interval().contains(4)).isTrue();
    assertThat(net.normX().interval().contains(3)).isTrue();
    assertThat(net.frobeniusX().interval().mid()).isCloseTo(Math.sqrt(10), within(1e-14));
    assertThat(net.published()).isFalse();
  }

  /** Unit 0 of the second layer has the slope 1, the others 1/4. */
  @Test
  void theSmallestSlopeCounts() {
    Network network =
        Network.of(
            Shape.of(2),
            Dense.of("a", 2, 2).withScales(1, 0),
            Elementwise.of(Activations.IDENTITY),
            Dense.of("b", 2, 2).withScales(1, 0),
            Elementwise.of(Activations.leakyRelu(0.25)),
            Dense.of("c", 2, 1).withScales(1, 0));
    double[] theta = {2, 0, 0, 2, 1, -1, 1, -1, 1, 1};
    TrainingProblem problem =
        TrainingProblem.of(
            network,
            Tensors.of(theta, theta.length),
            Tensors.ofRows(new double[][] {{1, 0}, {0, 3}}),
            Tensors.ofRows(new double[][] {{0}, {0}}));
    Interval slope = Evidence.of(problem).get(Measurements.PYRAMIDAL).slopes().get(0).interval();
    assertThat(slope.contains(0.25)).as(slope.toString()).isTrue();
    assertThat(slope.width()).isLessThan(1e-12);
  }

  /** The two ratios of the paper's conditions, in plain arithmetic. */
  @Test
  void publishedRatiosAreQuotedNotConcluded() {
    Network network =
        Network.of(
            Shape.of(1),
            Dense.of("a", 1, 1).withScales(1, 0),
            Elementwise.of(Activations.IDENTITY),
            Dense.of("b", 1, 1).withScales(1, 0),
            Elementwise.of(Activations.leakyRelu(0.5)),
            Dense.of("c", 1, 1).withScales(1, 0));
    // F_1 = 6, Z_2 = -30, f = -15 * 7.
    TrainingProblem problem =
        TrainingProblem.of(
            network,
            Tensors.of(new double[] {3, -5, 7}, 3),
            Tensors.ofRows(new double[][] {{2}}),
            Tensors.ofRows(new double[][] {{-105.5}}));
    double gamma = 0.5;
    double first = 2.0 / 3 * 4;
    double second = 2.0 / 3 * 6;
    double common = Math.pow(gamma, 4) / 3 * Math.pow(6 / gamma / gamma, 3) * 2 * 0.5 * 7 / 49;
    double worst = Math.max(2 * first * second / 49, Math.max(first, second));
    List<Quantity> ratios = THEOREM.publishedRatios(Evidence.of(problem));
    assertThat(ratios).hasSize(2).allMatch(q -> q.rigor() == Rigor.ASSUMED);
    assertThat(ratios.get(0).interval().mid()).isCloseTo(common * worst / 36, within(1e-6));
    assertThat(ratios.get(1).interval().mid())
        .isCloseTo(2 * common * 2 * second / 216, within(1e-6));
    assertThat(THEOREM.check(problem).toString()).doesNotContain("needed over given");
    assertThat(THEOREM.publishedRatios(Evidence.of(RandomNetworks.pyramid(0).at(1)))).isEmpty();
  }

  @Test
  void weakEvidenceIsNoProof() {
    for (int weak = -1; weak < 7; weak++) {
      Quantity[] q = new Quantity[3];
      for (int i = 0; i < 3; i++) {
        q[i] = FixedJacobian.exact("q" + i, Interval.ONE);
        q[i] = i == weak ? q[i].weakenedTo(Rigor.COMPUTED) : q[i];
      }
      PyramidalNetwork net =
          new PyramidalNetwork(
              Optional.empty(),
              3,
              q[0],
              1,
              List.of(q[1]),
              List.of(q[2]),
              List.of(q[0], q[0], q[0]),
              q[0],
              q[0],
              false);
      // Index 3 is the measured sigma_min, which this theorem does not use.
      int other = weak == 3 ? 0 : weak - 3;
      Evidence evidence =
          (weak < 4 ? FixedJacobian.scalar(0.1) : OymakSoltanolkotabiTest.weakScalar(other, 0.1))
              .given(Measurements.PYRAMIDAL, net);
      Certificate certificate = THEOREM.check(evidence);
      assertThat(certificate.verdict()).isEqualTo(Verdict.HOLDS);
      assertThat(Standing.isProofOfGiven(certificate))
          .as("number " + weak)
          .isEqualTo(weak == -1 || weak == 3);
    }
  }

  /**
   * s0 is that of the block: with the factor 1/2 the threshold of the scalar example falls by 4.
   */
  @Test
  void theBoundTakesThePlaceOfTheSmallestSingularValue() {
    Quantity one = FixedJacobian.exact("1", Interval.ONE);
    PyramidalNetwork net =
        new PyramidalNetwork(
            Optional.empty(), 2, one, 0.5, List.of(), List.of(), List.of(one, one), one, one, true);
    for (double factor : new double[] {0.999999, 1.000001}) {
      Evidence evidence = FixedJacobian.scalar(factor / 16).given(Measurements.PYRAMIDAL, net);
      assertThat(Standing.isProofOfGiven(THEOREM.check(evidence))).isEqualTo(factor < 1);
    }
    Evidence unmeasured =
        Evidence.fixed()
            .given(Measurements.PYRAMIDAL, net)
            .given(Measurements.JACOBIAN, JacobianNumbers.not("layer X"));
    assertThat(THEOREM.check(unmeasured).verdict()).isEqualTo(Verdict.INAPPLICABLE);
  }
}
