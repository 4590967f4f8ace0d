package org.fullrank.expressivity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Network;
import org.fullrank.nn.RandomStream;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.FixedLinear;
import org.fullrank.nn.layer.Residual;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.Verdict;
import org.fullrank.spectrum.RankAnalysis;
import org.fullrank.testkit.TestActivations;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The cases of Kawaguchi and Sun's condition whose answer is known: n = 20, d = 6, tanh. */
class ExpressivityConditionTest {
  private static final int N = 20;
  private static final int D = 6;

  private static Network network(Activation phi, int input, int... widths) {
    List<Layer> layers = new ArrayList<>();
    int in = input;
    for (int l = 0; l < widths.length; l++) {
      layers.add(Dense.of("h" + l, in, widths[l]).withSigmaW(2).withBias(1));
      layers.add(Elementwise.of(phi));
      in = widths[l];
    }
    layers.add(Dense.of("out", in, 1));
    return Network.of(Shape.of(input), layers);
  }

  private static INDArray inputs(int n, int d) {
    RandomStream stream = Seed.of(11).stream("inputs");
    double[] v = new double[n * d];
    for (int i = 0; i < v.length; i++) {
      v[i] = stream.nextGaussian();
    }
    return Tensors.of(v, n, d);
  }

  private static ExpressivityReport check(Network network, INDArray x) {
    return ExpressivityCondition.of(network, network.initialize(Seed.of(4))).check(x);
  }

  private static int[] widths(String text) {
    return Arrays.stream(text.split(" ")).mapToInt(Integer::parseInt).toArray();
  }

  @ParameterizedTest
  @CsvSource({"50 19", "50 25", "3 3 22"})
  void wideLastLayersAreCertified(String widths) {
    ExpressivityReport report = check(network(Activations.TANH, D, widths(widths)), inputs(N, D));
    assertThat(report.verdict()).isEqualTo(Verdict.HOLDS);
    assertThat(report.certifiedRank()).hasValue(N);
    assertThat(report.numericalRank()).isEqualTo(N);
    assertThat(report.margin().isProof()).isTrue();
    assertThat(report.margin().interval().lo()).isPositive();
    double computed = report.singularValues()[N - 1];
    assertThat(report.margin().interval().lo()).isLessThanOrEqualTo(computed * (1 + 1e-9));
    assertThat(report.causes()).isEmpty();
  }

  @Test
  void anIllConditionedFullRankIsUndecidedNotCertified() {
    // Exact rank 20, but sigma_min is near 1e-18: nothing in double precision can tell.
    ExpressivityReport report = check(network(Activations.TANH, D, 1, 1, 19), inputs(N, D));
    assertThat(report.verdict()).isEqualTo(Verdict.UNDECIDED);
    assertThat(report.certifiedRank()).isEmpty();
    assertThat(report.numericalRank()).isLessThan(N);
    assertThat(report.reason()).contains("numerical rank is " + report.numericalRank());
  }

  @Test
  void theNetworkItselfIsCertifiedWhereTheMarginExceedsTheErrorOfTheFeatures() {
    ExpressivityReport report = check(network(Activations.TANH, D, 50, 25), inputs(N, D));
    assertThat(report.subject()).isEqualTo(Subject.EXACT_NETWORK);
    assertThat(report.margin().subject()).isEqualTo(Subject.EXACT_NETWORK);
    assertThat(report.margin().isProof()).isTrue();
    assertThat(report.margin()).isEqualTo(report.exactMargin().orElseThrow());
    double error = report.featureError().orElseThrow().interval().hi();
    assertThat(error).isBetween(1e-17, 1e-12);
    double lost = report.storedMargin().interval().lo() - report.margin().interval().lo();
    assertThat(lost).isBetween(error * 0.99, error * 1.01 + 1e-16);
    assertThat(report.reason()).contains("network in exact arithmetic are proved");
    assertThat(report.quantities())
        .filteredOn(q -> q.symbol().equals("certified rank"))
        .extracting(Quantity::subject)
        .containsExactly(Subject.EXACT_NETWORK);
  }

  @Test
  void singlePrecisionFeaturesAreFarFromTheNetwork() {
    Network network = network(Activations.TANH, D, 50, 19);
    INDArray theta = network.initialize(Seed.of(4), DataType.FLOAT);
    ExpressivityReport report =
        ExpressivityCondition.of(network, theta)
            .check(Tensors.convert(inputs(N, D), DataType.FLOAT));
    double error = report.featureError().orElseThrow().interval().hi();
    assertThat(error).isBetween(1e-8, 1e-4);
    boolean proved = report.storedMargin().interval().lo() > error * 1.001;
    assertThat(report.subject()).isEqualTo(proved ? Subject.EXACT_NETWORK : Subject.STORED_MATRIX);
  }

  @Test
  void anUnknownActivationLeavesTheStoredFeatures() {
    ExpressivityReport report = check(network(TestActivations.cubic(), D, 50, 25), inputs(N, D));
    assertThat(report.verdict()).isEqualTo(Verdict.HOLDS);
    assertThat(report.subject()).isEqualTo(Subject.STORED_MATRIX);
    assertThat(report.margin().subject()).isEqualTo(Subject.STORED_MATRIX);
    assertThat(report.featureError()).isEmpty();
    assertThat(report.reason()).contains("states no accuracy");
  }

  @Test
  void tooFewFeaturesFail() {
    ExpressivityReport report = check(network(Activations.TANH, D, 50, 18), inputs(N, D));
    assertThat(report.verdict()).isEqualTo(Verdict.FAILS);
    assertThat(report.subject()).isEqualTo(Subject.EXACT_NETWORK);
    assertThat(report.margin().interval().hi()).isZero();
    assertThat(report.causes())
        .extracting(Cause::kind)
        .containsExactly(Cause.Kind.TOO_FEW_FEATURES);
    assertThat(report.causes().get(0).rankAtMost()).isEqualTo(19);
    assertThat(report.numericalRank()).isEqualTo(19);
  }

  @Test
  void duplicateInputsFailWithTheirWitnesses() {
    double[][] x = Tensors.toRows(inputs(N, D));
    x[7] = x[2].clone();
    ExpressivityReport report = check(network(Activations.TANH, D, 50, 25), Tensors.ofRows(x));
    assertThat(report.verdict()).isEqualTo(Verdict.FAILS);
    assertThat(report.causes().get(0).kind()).isEqualTo(Cause.Kind.DUPLICATE_INPUTS);
    assertThat(report.causes().get(0).witnesses()).containsExactly(7L);
  }

  @Test
  void signedZerosAreEqualInputs() {
    double[][] x = Tensors.toRows(inputs(N, D));
    x[3][0] = 0.0;
    x[9] = x[3].clone();
    x[9][0] = -0.0;
    ExpressivityReport report = check(network(Activations.TANH, D, 50, 25), Tensors.ofRows(x));
    assertThat(report.causes().get(0).witnesses()).containsExactly(9L);
  }

  @Test
  void deadUnitsFailWithTheirWitnesses() {
    Network network = network(Activations.RELU, D, 22);
    double[] theta = Tensors.toDoubles(network.initialize(Seed.of(4)));
    // Biases of the first five units far below anything that the inputs can make up for.
    int bias = (int) network.slots().get(1).offset();
    for (int q = 0; q < 5; q++) {
      theta[bias + q] = -1000;
    }
    ExpressivityReport report =
        ExpressivityCondition.of(network, Tensors.of(theta, theta.length)).check(inputs(N, D));
    assertThat(report.verdict()).isEqualTo(Verdict.FAILS);
    assertThat(report.subject()).isEqualTo(Subject.STORED_MATRIX);
    assertThat(report.causes().get(0).kind()).isEqualTo(Cause.Kind.DEAD_UNITS);
    assertThat(report.causes().get(0).witnesses()).containsExactly(0L, 1L, 2L, 3L, 4L);
    assertThat(report.constantUnits()).containsExactly(0L, 1L, 2L, 3L, 4L);
  }

  @Test
  void polynomialActivationsHaveBoundedRank() {
    INDArray x = inputs(N, 1);
    ExpressivityReport report = check(network(TestActivations.cubic(), 1, 30), x);
    assertThat(report.verdict()).isEqualTo(Verdict.FAILS);
    assertThat(report.causes().get(0).kind()).isEqualTo(Cause.Kind.LOW_POLYNOMIAL_DEGREE);
    assertThat(report.causes().get(0).rankAtMost()).isEqualTo(4);
    assertThat(report.numericalRank()).isEqualTo(4);
    // Two layers: degree 9, ten monomials.
    assertThat(check(network(TestActivations.cubic(), 1, 30, 30), x).causes().get(0).rankAtMost())
        .isEqualTo(10);
  }

  @Test
  void deepLinearFeaturesHaveTheRankOfTheInput() {
    List<Layer> layers = new ArrayList<>();
    layers.add(Dense.of("a", 4, 30));
    layers.add(Residual.of(1, Dense.of("b", 30, 30)));
    layers.add(Dense.of("out", 30, 1));
    ExpressivityReport report = check(Network.of(Shape.of(4), layers), inputs(N, 4));
    assertThat(report.verdict()).isEqualTo(Verdict.FAILS);
    assertThat(report.causes().get(0).rankAtMost()).isEqualTo(5);
    assertThat(report.numericalRank()).isLessThanOrEqualTo(5);
  }

  @Test
  void coupledSamplesAreNotBoundedByTheDegree() {
    // Features of degree 1 in the whole batch, for instance every input gathered by each sample,
    // can have full rank: the polynomials are other ones for each sample.
    double[][] x = {{1}, {2}, {3}, {5}};
    double[][] h = {{1, 0, 0, 0}, {0, 2, 0, 0}, {0, 0, 3, 0}, {0, 0, 0, 5}};
    assertThat(Structure.causes(x, h, OptionalInt.of(1), false)).isEmpty();
    assertThat(Structure.causes(x, h, OptionalInt.of(1), true))
        .extracting(Cause::kind)
        .containsExactly(Cause.Kind.LOW_POLYNOMIAL_DEGREE);
  }

  @Test
  void aMarginAboutTheNetworkNamesACauseAboutTheNetwork() {
    // Zero weights: stored duplicates and dead units come first in the list, but they say nothing
    // about the exact network, while the degree does.
    Network network =
        Network.of(Shape.of(1), List.of(Dense.of("a", 1, 10), Dense.of("out", 10, 1)));
    INDArray theta = Tensors.zeros(DataType.DOUBLE, network.parameterCount());
    ExpressivityReport report = ExpressivityCondition.of(network, theta).check(inputs(5, 1));
    assertThat(report.causes().get(0).kind()).isEqualTo(Cause.Kind.DUPLICATE_FEATURES);
    assertThat(report.margin().subject()).isEqualTo(Subject.EXACT_NETWORK);
    assertThat(report.margin().method()).isEqualTo("structure: low polynomial degree");
  }

  @Test
  void monomialCounts() {
    assertThat(Structure.monomials(1, 3)).isEqualTo(4);
    assertThat(Structure.monomials(2, 2)).isEqualTo(6);
    assertThat(Structure.monomials(64, 1)).isEqualTo(65);
    assertThat(Structure.monomials(64, Integer.MAX_VALUE)).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void aCorruptedCandidateCanOnlyLoseTheCertificate() {
    Network network = network(Activations.TANH, D, 50, 25);
    ExpressivityCondition condition =
        ExpressivityCondition.of(network, network.initialize(Seed.of(4)));
    double honest = condition.check(inputs(N, D)).singularValues()[N - 1];
    for (double size : new double[] {1e-12, 1e-2, 10}) {
      RankAnalysis corrupted =
          RankAnalysis.withDefaults()
              .withRightInverse(
                  m -> {
                    double[][] p = new double[m[0].length][m.length];
                    for (int i = 0; i < p.length; i++) {
                      p[i][i % m.length] = size * (i + 1);
                    }
                    return p;
                  });
      ExpressivityReport report = condition.withAnalysis(corrupted).check(inputs(N, D));
      assertThat(report.verdict()).isEqualTo(Verdict.UNDECIDED);
      assertThat(report.margin().interval().lo()).isLessThanOrEqualTo(honest * (1 + 1e-9));
    }
  }

  @Test
  void singlePrecisionFeaturesAreCertifiedAsStored() {
    Network network = network(Activations.TANH, D, 50, 25);
    INDArray theta = network.initialize(Seed.of(4), DataType.FLOAT);
    INDArray x = Tensors.convert(inputs(N, D), DataType.FLOAT);
    assertThat(ExpressivityCondition.of(network, theta).check(x).verdict())
        .isEqualTo(Verdict.HOLDS);
  }

  @Test
  void networksOfFixedLayersHaveFeaturesToo() {
    INDArray m = Tensors.of(new double[] {1, 2, 3, 5}, 2, 2);
    Network network = Network.of(Shape.of(2), FixedLinear.of("f", m), FixedLinear.of("g", m));
    ExpressivityReport report =
        ExpressivityCondition.of(network, Tensors.empty(DataType.DOUBLE)).check(inputs(3, 2));
    assertThat(report.verdict()).isEqualTo(Verdict.HOLDS);
  }

  /** Features of the caller's own are counted as the network's only if there are as many. */
  @Test
  void featuresOfAnotherShapeAreRefused() {
    Network network =
        Network.of(
            Shape.of(2),
            Dense.of("a", 2, 4).withBias(1),
            Elementwise.of(Activations.TANH),
            Dense.of("o", 4, 1).withBias(1));
    ExpressivityCondition condition =
        ExpressivityCondition.of(network, network.initialize(Seed.of(1)));
    INDArray x = Tensors.ofRows(new double[][] {{1, 0}, {0, 1}, {1, 1}});
    double[][] h = {{1, 2, 3, 4}, {1, 2, 3, 5}, {1, 2, 4, 5}};
    assertThat(condition.causes(x, h)).isEmpty();
    refused(() -> condition.causes(x, new double[][] {{1}, {2}, {3}}), "the 4 features", "got 1");
    refused(() -> condition.causes(x, new double[][] {h[0], h[1]}), "of 3 samples", "got 2");
    refused(
        () -> condition.causes(x, new double[][] {h[0], h[1], {1, 2, 3}}), "got 3 for sample 2");
    double[][] infinite = {h[0], h[1], {1, 2, 3, Double.POSITIVE_INFINITY}};
    refused(() -> condition.causes(x, infinite), "finite features", "sample 2, unit 3");
    double nan = Double.NaN;
    INDArray bad = Tensors.ofRows(new double[][] {{nan, 0}, {nan, 0}, {1, 1}});
    refused(() -> condition.causes(bad, h), "inputs", "NaN");
    refused(() -> ExpressivityCondition.repeatedInputs(bad), "inputs", "NaN");
    refused(() -> condition.causes(Tensors.ofRows(new double[3][3]), h), "inputs", "[3, 3]");
  }

  private static void refused(ThrowingCallable call, String... texts) {
    assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).message().contains(texts);
  }
}
