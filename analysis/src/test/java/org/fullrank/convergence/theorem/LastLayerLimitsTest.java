package org.fullrank.convergence.theorem;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.Prediction;
import org.fullrank.convergence.Theorem;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.Losses;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.evidence.measure.LastLayer;
import org.fullrank.evidence.measure.LastLayerNumbers;
import org.fullrank.evidence.measure.Measurements;
import org.fullrank.evidence.measure.ReferenceWeights;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Network;
import org.fullrank.nn.Parameterization;
import org.fullrank.nn.Regularity;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.Verdict;
import org.fullrank.spectrum.RankAnalysis;
import org.fullrank.testkit.StatedActivation;
import org.fullrank.training.Comparison;
import org.fullrank.training.GradientDescent;
import org.fullrank.training.Recording;
import org.fullrank.training.TrainingRun;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Where the theorems on the last layer must say less than one might hope. */
final class LastLayerLimitsTest {
  private static final LastLayerDescent DESCENT = LastLayerDescent.withDefaults();
  private static final LastLayerConvexDescent CONVEX = LastLayerConvexDescent.withDefaults();
  private static final List<Theorem> ALL =
      List.of(
          FeatureRank.withDefaults(),
          FeatureGradientBound.withDefaults(),
          GenericExpressivity.withDefaults(),
          DESCENT,
          DESCENT.withGradientFlow(),
          CONVEX);

  /** An activation about whose accuracy nothing is known: no network with it can be enclosed. */
  private static StatedActivation opaque(DoubleUnaryOperator function, OptionalInt degree) {
    double unbounded = Double.POSITIVE_INFINITY;
    return StatedActivation.of(
        "opaque",
        function,
        x -> 0,
        x -> 0,
        new Regularity(unbounded, unbounded, true, true, false, degree));
  }

  /** One dense layer that reads the data: {@code M = X}. */
  private static TrainingProblem plain(double[][] x, double[] weights, double[][] y) {
    int d = x[0].length;
    Network network = Network.of(Shape.of(d), weight("out", d, y[0].length));
    return TrainingProblem.of(
        network, Tensors.of(weights, weights.length), Tensors.ofRows(x), Tensors.ofRows(y));
  }

  private static Dense weight(String name, int in, int out) {
    return Dense.of(name, in, out).withParameterization(Parameterization.STANDARD);
  }

  private static double[][] identity(int n, double scale) {
    double[][] out = new double[n][n];
    for (int i = 0; i < n; i++) {
      out[i][i] = scale;
    }
    return out;
  }

  private static double[][] ones(int rows) {
    double[][] out = new double[rows][1];
    for (double[] row : out) {
      row[0] = 1;
    }
    return out;
  }

  /** Inputs of one number, hidden weights given, then the activation, the last layer trained. */
  private static TrainingProblem hidden(Activation phi, double[] inputs, double... weights) {
    int width = weights.length;
    Network network =
        Network.of(
            Shape.of(1), weight("a", 1, width), Elementwise.of(phi), weight("out", width, 1));
    double[] theta = new double[2 * width];
    System.arraycopy(weights, 0, theta, 0, width);
    double[][] x = new double[inputs.length][1];
    for (int i = 0; i < x.length; i++) {
      x[i][0] = inputs[i];
    }
    return LastLayerCases.lastAlone(
        TrainingProblem.of(
            network,
            Tensors.of(theta, theta.length),
            Tensors.ofRows(x),
            Tensors.ofRows(ones(inputs.length))));
  }

  private static void undecided(Theorem theorem, TrainingProblem problem, String reason) {
    Certificate certificate = theorem.check(problem);
    assertThat(certificate.verdict()).as(certificate.toString()).isEqualTo(Verdict.UNDECIDED);
    assertThat(certificate.conclusion()).isEmpty();
    assertThat(certificate.obstacle().orElseThrow().toString()).contains(reason);
  }

  @Test
  void aReferenceIsNoMinimum() {
    Random random = new Random(1);
    Network network =
        Network.of(
            Shape.of(2),
            Dense.of("a", 2, 8),
            Elementwise.of(Activations.TANH),
            Dense.of("out", 8, 2));
    TrainingProblem problem =
        LastLayerCases.lastAlone(
            TrainingProblem.of(
                network,
                network.initialize(Seed.of(1)),
                Tensors.ofRows(LastLayerCases.gaussian(3, 2, random)),
                Tensors.ofRows(LastLayerCases.gaussian(3, 2, random))));
    double[] current = LastLayerCases.tail(problem);
    Certificate certificate = CONVEX.withReference(ReferenceWeights.of(current)).check(problem);
    assertThat(certificate.isProof()).isTrue();
    Prediction p = certificate.prediction().orElseThrow();
    assertThat(p.monitored()).isEqualTo(Prediction.Monitored.LOSS_ABOVE_REFERENCE);
    assertThat(certificate.toString()).contains("L(w_t) - L(wbar)").doesNotContain("F*");
    // The infimum is 0, as the default comparison proves; the envelope must not be about it.
    Certificate nearest = CONVEX.check(problem);
    assertThat(nearest.isProof()).isTrue();
    assertThat(nearest.prediction().orElseThrow().monitored())
        .isEqualTo(Prediction.Monitored.EXCESS_LOSS);
    Interval reference = p.referenceLoss().orElseThrow().interval();
    assertThat(reference.lo()).isGreaterThan(0.1);
    assertThat(reference.relativeWidth()).isLessThan(1e-10);
    assertThat(p.envelope(1)).isLessThan(1e-10);
    try (TrainingRun run =
        TrainingRun.start(
            problem, GradientDescent.withStepSize(p.stepSize()), Recording.every(1))) {
      run.advance(20);
      Comparison comparison = Comparison.of(p, run.trajectory(), 0);
      assertThat(comparison.kept()).as(comparison.toString()).isTrue();
      assertThat(run.trajectory().first().loss()).isBetween(reference.lo(), reference.hi() + 1e-9);
    }
  }

  @Test
  void theConstantIsHalfTheSquaredDistanceOverTheStep() {
    TrainingProblem problem = plain(identity(2, 1), new double[2], ones(2));
    double eta = 0x1p-10;
    Interval constant =
        CONVEX
            .withReference(ReferenceWeights.of(3, 4))
            .withStepSize(eta)
            .check(problem)
            .prediction()
            .orElseThrow()
            .rate()
            .interval();
    assertThat(constant.contains(BigDecimal.valueOf(12_800))).isTrue();
    assertThat(constant.relativeWidth()).isLessThan(1e-12);
    // The nearest interpolating point is at distance sqrt(2) here.
    Interval nearest =
        CONVEX.withStepSize(eta).check(problem).prediction().orElseThrow().rate().interval();
    assertThat(nearest.contains(BigDecimal.valueOf(1024))).isTrue();
    assertThat(nearest.relativeWidth()).isLessThan(1e-12);
  }

  @Test
  void theDistanceOfAReferenceCoversItsSubtraction() {
    // 1 + 2^-53 and 1 + 2^-52 + 2^-53, both ties, are rounded down and up.
    BigDecimal half = BigDecimal.ONE.divide(BigDecimal.valueOf(1L << 53));
    TrainingProblem problem = plain(identity(1, 1), new double[] {0x1p-53}, ones(1));
    for (double far : new double[] {-1, -1 - 0x1p-52}) {
      Interval distance = Evidence.of(problem).get(ReferenceWeights.of(far)).distance().interval();
      assertThat(distance.contains(new BigDecimal(far).negate().add(half))).isTrue();
    }
  }

  @Test
  void aMeanPermitsNTimesTheStep() {
    TrainingProblem sum = plain(identity(4, 1), new double[4], ones(4));
    TrainingProblem mean = sum.withLoss(Losses.MEAN_SQUARED);
    for (Theorem theorem : List.of(DESCENT, CONVEX)) {
      assertThat(theorem.check(sum).prediction().orElseThrow().stepSize()).isBetween(0.999999, 1.0);
      assertThat(theorem.check(mean).prediction().orElseThrow().stepSize()).isBetween(3.99999, 4.0);
    }
    assertThat(DESCENT.withStepSize(1.001).check(sum).verdict()).isEqualTo(Verdict.FAILS);
    assertThat(DESCENT.withStepSize(3.999).check(mean).isProof()).isTrue();
    assertThat(DESCENT.withStepSize(4.001).check(mean).verdict()).isEqualTo(Verdict.FAILS);
  }

  @Test
  void aCauseKeepsItsSubject() {
    // The exact features are quadratics in one variable, of rank 3; rounding makes a fourth.
    double[] weights = new Random(3).doubles(40, -2, 2).toArray();
    TrainingProblem problem =
        hidden(opaque(x -> x * x, OptionalInt.of(2)), new double[] {0.1, 0.7, 1.3, 2.9}, weights);
    try (INDArray m = Tensors.ofRows(LastLayer.of(problem).featureMatrix())) {
      assertThat(RankAnalysis.withDefaults().analyze(m).certifiedRank()).hasValue(4);
    }
    LastLayerNumbers numbers = Evidence.of(problem).get(Measurements.LAST_LAYER);
    assertThat(numbers.deficiency().orElseThrow()).contains("polynomials of degree at most 2");
    assertThat(numbers.sigmaMin().interval()).isEqualTo(Interval.ZERO);
    assertThat(numbers.sigmaMin().subject()).isEqualTo(Subject.EXACT_NETWORK);
    Certificate certificate = FeatureRank.withDefaults().check(problem);
    assertThat(certificate.verdict()).isEqualTo(Verdict.FAILS);
    assertThat(certificate.obstacle().orElseThrow().subject()).isEqualTo(Subject.EXACT_NETWORK);
  }

  @Test
  void coincidencesOfStoredFeaturesSayNothingAboutTheNetwork() {
    // tanh is 1.0 in doubles from 19.1 on: equal rows, then dead units, but distinct exactly.
    for (double[] inputs : new double[][] {{30, 40}, {30, 40, 50}}) {
      TrainingProblem problem = hidden(Activations.TANH, inputs, 1, 2, 3);
      LastLayerNumbers numbers = Evidence.of(problem).get(Measurements.LAST_LAYER);
      assertThat(numbers.deficiency()).isEmpty();
      assertThat(numbers.sigmaMin().subject()).isEqualTo(Subject.EXACT_NETWORK);
      assertThat(numbers.sigmaMin().interval().hi()).isPositive();
      ALL.forEach(theorem -> undecided(theorem, problem, "rank M = n"));
    }
    // A saturated unit beside two that are not: rank 1 stored, 3 exactly.
    TrainingProblem dead = hidden(Activations.TANH, new double[] {0.1, 0.2, 0.3}, 1, 500, 600);
    assertThat(Evidence.of(dead).get(Measurements.LAST_LAYER).deficiency()).isEmpty();
    undecided(DESCENT, dead, "rank M = n");
    // About the stored features the same coincidence is a reason.
    TrainingProblem stored =
        hidden(opaque(Math::tanh, OptionalInt.empty()), new double[] {30, 40}, 1, 2, 3);
    LastLayerNumbers numbers = Evidence.of(stored).get(Measurements.LAST_LAYER);
    assertThat(numbers.deficiency()).isPresent();
    assertThat(numbers.sigmaMin().subject()).isEqualTo(Subject.STORED_MATRIX);
  }

  @Test
  void aRankThatRoundingMayHaveMadeIsNone() {
    Network network =
        Network.of(
            Shape.of(2),
            weight("a", 2, 2),
            Elementwise.of(opaque(x -> x, OptionalInt.empty())),
            weight("out", 2, 1));
    double[][] x = {{1, 1}, {1, 1 + 0x1p-52}};
    TrainingProblem problem =
        LastLayerCases.lastAlone(
            TrainingProblem.of(
                network,
                Tensors.of(new double[] {1, 0, 0, 1, 0, 0}, 6),
                Tensors.ofRows(x),
                Tensors.ofRows(ones(2))));
    try (INDArray m = Tensors.ofRows(x)) {
      assertThat(RankAnalysis.withDefaults().analyze(m).certifiedRank()).hasValue(2);
    }
    assertThat(Evidence.of(problem).get(Measurements.LAST_LAYER).sigmaMin().interval().lo())
        .isZero();
    ALL.forEach(theorem -> undecided(theorem, problem, "rank M = n"));
  }

  @Test
  void overflowIsNoCrash() {
    TrainingProblem stored =
        hidden(opaque(x -> Math.exp(1000 * x), OptionalInt.empty()), new double[] {1, 2}, 1, 2, 3);
    TrainingProblem exact = hidden(Activations.IDENTITY, new double[] {1e200, 1e300}, 1e200, 1, 2);
    for (TrainingProblem problem : List.of(stored, exact)) {
      ALL.forEach(theorem -> undecided(theorem, problem, "rank M = n"));
      undecided(CONVEX.withReference(ReferenceWeights.of(1, 2, 3)), problem, "the step is short");
    }
    TrainingProblem few = hidden(opaque(x -> x / 0, OptionalInt.empty()), new double[] {1, 2}, 1);
    assertThat(DESCENT.check(few).verdict()).isEqualTo(Verdict.FAILS);
  }

  @Test
  void unboundedNumbersAreNoGuarantee() {
    double[] huge = {1.5e308, 1.5e308};
    TrainingProblem far = plain(identity(2, 1), huge, ones(2));
    for (Theorem theorem : List.of(DESCENT, DESCENT.withGradientFlow(), CONVEX)) {
      undecided(theorem, far, "bounded");
    }
    undecided(
        CONVEX.withReference(ReferenceWeights.of(huge)),
        plain(identity(2, 1), new double[2], ones(2)),
        "bounded");
    undecided(
        CONVEX, plain(identity(2, 1e-160), new double[2], ones(2)), "constant of the envelope");
  }

  @Test
  void aRateOfZeroIsNone() {
    TrainingProblem tiny = plain(identity(2, 1e-310), new double[2], ones(2));
    undecided(DESCENT.withGradientFlow(), tiny, "the guaranteed rate is positive");
    TrainingProblem steps = plain(identity(2, 1e-100), new double[2], ones(2));
    undecided(DESCENT.withStepSize(1e-200), steps, "the guaranteed rate is positive");
    undecided(FeatureGradientBound.withDefaults(), tiny, "mu = c sigma_min(M)^2 > 0");
    assertThat(FeatureGradientBound.withDefaults().check(steps).isProof()).isTrue();
  }

  @Test
  void singlePrecisionDescendsAnotherNetwork() {
    TrainingProblem p = LastLayerDescentTest.certifiable(Losses.SQUARED, 5);
    TrainingProblem single =
        LastLayerCases.lastAlone(
            TrainingProblem.of(
                p.network(),
                Tensors.convert(p.theta(), DataType.FLOAT),
                Tensors.convert(p.x(), DataType.FLOAT),
                Tensors.convert(p.y(), DataType.FLOAT)));
    ReferenceWeights zero =
        ReferenceWeights.of(new double[(int) LastLayerCases.last(p).parameterCount()]);
    for (Theorem theorem :
        List.of(DESCENT, DESCENT.withGradientFlow(), CONVEX, CONVEX.withReference(zero))) {
      Certificate certificate = theorem.check(single);
      assertThat(certificate.verdict()).isEqualTo(Verdict.INAPPLICABLE);
      assertThat(certificate.obstacle().orElseThrow().reason())
          .isEqualTo("the parameters are single precision; convert the problem to DOUBLE");
    }
    double[] tenths = new double[(int) LastLayerCases.last(p).parameterCount()];
    Arrays.fill(tenths, 0.1);
    ReferenceWeights.Numbers numbers = Evidence.of(single).get(ReferenceWeights.of(tenths));
    assertThat(numbers.obstacle().orElseThrow()).contains("single precision");
    // A rank is one of the exact network at these parameters, whoever trains it.
    assertThat(FeatureRank.withDefaults().check(single).isProof()).isTrue();
  }

  @Test
  void everyEarlierActivationIsLookedAt() {
    for (int bad = 0; bad <= 4; bad++) {
      List<Layer> layers = new ArrayList<>();
      for (int l = 0; l < 5; l++) {
        layers.add(Dense.of("h" + l, 2, 2).withBias(1));
        layers.add(Elementwise.of(l == bad && bad < 4 ? Activations.RELU : Activations.TANH));
      }
      layers.add(Dense.of("out", 2, 1).withBias(1));
      Network network = Network.of(Shape.of(2), layers);
      Certificate certificate =
          FullyConnectedExpressivity.withDefaults()
              .check(
                  TrainingProblem.of(
                      network,
                      network.initialize(Seed.of(1)),
                      Tensors.ofRows(identity(2, 1)),
                      Tensors.ofRows(ones(2))));
      assertThat(certificate.verdict()).isEqualTo(bad < 4 ? Verdict.INAPPLICABLE : Verdict.HOLDS);
    }
  }
}
