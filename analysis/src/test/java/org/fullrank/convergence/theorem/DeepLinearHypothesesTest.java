package org.fullrank.convergence.theorem;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.Prediction;
import org.fullrank.convergence.Theorem;
import org.fullrank.evidence.Losses;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Network;
import org.fullrank.nn.Parameterization;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.FixedLinear;
import org.fullrank.nn.layer.Residual;
import org.fullrank.nn.model.DeepLinearResNet;
import org.fullrank.rigor.Exponential;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Each theorem with one hypothesis violated at a time: the certificate says which. */
final class DeepLinearHypothesesTest {
  private static final double[][] X = {{1, 0.2, 0}, {0.1, 1, 0.3}};
  private static final double[][] A = {{5, 0, 0}, {0, 6, 1}, {1, 0, 5}, {0, 1, 0}};
  private static final double[][] B = {{0, 1, 0, 6}, {5, 0, 1, 0}};

  private static final Theorem D0 = DeepLinearZouForm.withDefaults();
  private static final Theorem D1 = DeepLinearDescent.withDefaults();
  private static final Theorem D2 = DeepLinearStochasticDescent.withDefaults();
  private static final Theorem D3 = LinearChainDescent.withDefaults();
  private static final Theorem ZAS = ZeroAsymmetricFlow.withDefaults();

  static Stream<Theorem> onResidualNetworks() {
    return Stream.of(D0, D1, D2);
  }

  /** Targets near the initial outputs. */
  private static TrainingProblem problem(
      double[][] a, double[][] b, double[][] x, double distance) {
    DeepLinearResNet model = DeepLinearResNet.of(Tensors.ofRows(a), Tensors.ofRows(b), 2);
    return near(model.network(), model.theta(), x, distance);
  }

  private static TrainingProblem near(
      Network network, INDArray theta, double[][] x, double distance) {
    INDArray inputs = Tensors.ofRows(x);
    double[] y = Tensors.toDoubles(network.forward(theta, inputs));
    y[0] += distance;
    return TrainingProblem.of(network, theta, inputs, Tensors.of(y, x.length, network.outputs()));
  }

  private static TrainingProblem good() {
    return problem(A, B, X, 1e-3);
  }

  private static TrainingProblem with(Layer... blocks) {
    List<Layer> layers = new ArrayList<>();
    layers.add(FixedLinear.of("A", Tensors.ofRows(A)));
    layers.addAll(List.of(blocks));
    layers.add(FixedLinear.of("B", Tensors.ofRows(B)));
    Network network = Network.of(Shape.of(3), layers);
    return near(network, Tensors.zeros(DataType.DOUBLE, network.parameterCount()), X, 1e-3);
  }

  private static Dense weight(String name, int in, int out) {
    return Dense.of(name, in, out).withParameterization(Parameterization.STANDARD);
  }

  private static INDArray theta(double... values) {
    return Tensors.of(values, values.length);
  }

  @ParameterizedTest
  @MethodSource("onResidualNetworks")
  void theUnchangedProblemIsProved(Theorem theorem) {
    assertThat(theorem.check(good()).isProof()).as(theorem.check(good()).toString()).isTrue();
  }

  static Stream<Arguments> violations() {
    double[] tiny = new double[32];
    tiny[7] = Double.MIN_VALUE;
    double[] more = new double[32];
    more[31] = -1;
    return Stream.of(
        Arguments.of("1/(2n)", good().withLoss(Losses.MEAN_SQUARED)),
        Arguments.of("frozen", good().withFrozen("W2.W")),
        Arguments.of("do not start at zero", good().at(theta(tiny))),
        Arguments.of("do not start at zero", good().at(theta(more))),
        Arguments.of(
            "width m = 2 is below max(d, k) = 3",
            problem(new double[][] {{5, 0, 1}, {0, 5, 0}}, new double[][] {{1, 0}}, X, 1e-3)),
        Arguments.of(
            "width m = 3 is below max(d, k) = 4",
            problem(
                new double[][] {{5, 0, 1}, {0, 5, 0}, {0, 0, 5}},
                new double[][] {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {1, 1, 1}},
                X,
                1e-3)),
        Arguments.of(
            "residual layer h + W h with scale 1",
            with(Residual.of(1, weight("W", 4, 4), Elementwise.of(Activations.TANH)))),
        Arguments.of(
            "residual layer h + W h with scale 1", with(Residual.of(0.5, weight("W", 4, 4)))),
        Arguments.of("residual layer h + W h with scale 1", with(weight("W", 4, 4))),
        Arguments.of("without bias", with(Residual.of(1, weight("W", 4, 4).withBias(1)))),
        Arguments.of("with scale 1", with(Residual.of(1, Dense.of("W", 4, 4)))),
        Arguments.of(
            "not a FixedLinear",
            near(
                Network.of(
                    Shape.of(3),
                    weight("A", 3, 4),
                    Residual.of(1, weight("W", 4, 4)),
                    FixedLinear.of("B", Tensors.ofRows(B))),
                Tensors.zeros(DataType.DOUBLE, 28),
                X,
                1e-3)),
        Arguments.of(
            "not a FixedLinear",
            near(
                Network.of(
                    Shape.of(3),
                    FixedLinear.of("A", Tensors.ofRows(A)),
                    Residual.of(1, weight("W", 4, 4)),
                    weight("B", 4, 2)),
                Tensors.zeros(DataType.DOUBLE, 24),
                X,
                1e-3)),
        Arguments.of("single precision", single()));
  }

  private static TrainingProblem single() {
    TrainingProblem p = good();
    return TrainingProblem.of(
        p.network(),
        Tensors.convert(p.theta(), DataType.FLOAT),
        Tensors.convert(p.x(), DataType.FLOAT),
        Tensors.convert(p.y(), DataType.FLOAT));
  }

  @ParameterizedTest
  @MethodSource("violations")
  void aNetworkOfAnotherFormIsRefused(String reason, TrainingProblem problem) {
    onResidualNetworks().forEach(t -> refused(t, problem, Verdict.INAPPLICABLE, reason));
  }

  @ParameterizedTest
  @MethodSource("onResidualNetworks")
  void deficientMatricesAreNotCertified(Theorem theorem) {
    double[][] a = {{1, 1, 0}, {2, 2, 1}, {1, 1, 5}, {0, 0, 3}};
    open(theorem, problem(a, B, X, 1e-6), "A has rank d");
    double[][] b = {{1, 0, 2, 3}, {2, 0, 4, 6}};
    open(theorem, problem(A, b, X, 1e-6), "B has rank k");
  }

  /** The rank cannot be disproved in floating point; the inequality may fail beside it. */
  private static void open(Theorem theorem, TrainingProblem problem, String hypothesis) {
    Certificate certificate = theorem.check(problem);
    assertThat(certificate.verdict()).isIn(Verdict.UNDECIDED, Verdict.FAILS);
    assertThat(certificate.checks())
        .anySatisfy(
            c -> {
              assertThat(c.statement()).contains(hypothesis);
              assertThat(c.verdict()).isEqualTo(Verdict.UNDECIDED);
            });
  }

  @ParameterizedTest
  @MethodSource("onResidualNetworks")
  void farTargetsFail(Theorem theorem) {
    String inequality = theorem == D0 ? "A and B are large" : theorem == D1 ? "< c/L" : "delta";
    refused(theorem, problem(A, B, X, 1e4), Verdict.FAILS, inequality);
  }

  @Test
  void equalSamplesAreNotCertified() {
    double[][] twice = {{1, 2, 3}, {1, 2, 3}};
    for (Theorem theorem : List.of(D0, D1, D3)) {
      refused(theorem, problem(A, B, twice, 1e-6), Verdict.UNDECIDED, "X has full rank");
    }
    // Equal samples with equal targets can be interpolated; D2 is not refuted, only unproved.
    refused(D2, problem(A, B, twice, 1e-6), Verdict.UNDECIDED, "X has full rank");
    assertThat(D2.check(problem(A, B, twice, 1e-6)).checks())
        .anySatisfy(
            c -> {
              assertThat(c.statement()).startsWith("F* = 0");
              assertThat(c.verdict()).isEqualTo(Verdict.UNDECIDED);
              assertThat(c.reason()).contains("not proved to have full column rank n = 2");
            });
  }

  @Test
  void stochasticDescentSaysWhatItsEnvelopeCounts() {
    assertThat(D2.check(good()).conclusion().orElseThrow().statement())
        .isEqualTo(
            "the expected loss, runs that leave the region counted as 0, falls to zero at a linear"
                + " rate; the region is kept with probability at least 1 - delta");
  }

  @Test
  void aRateThatUnderflowsIsNone() {
    Certificate certificate =
        DeepLinearDescent.withDefaults().withStepShare(Double.MIN_VALUE).check(good());
    assertThat(certificate.verdict()).as(certificate.toString()).isEqualTo(Verdict.UNDECIDED);
    assertThat(certificate.prediction()).isEmpty();
  }

  @Test
  void stochasticDescentNeedsIndependentSamples() {
    double[][] four = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {1, 1, 1}};
    // The targets can be reached, but nothing proves it.
    refused(D2, problem(A, B, four, 0), Verdict.INAPPLICABLE, "full column rank n = 4");
    assertThat(D1.check(problem(A, B, four, 1e-3)).verdict()).isEqualTo(Verdict.HOLDS);
  }

  @Test
  void nearlyDeficientInputsAreATrap() {
    // "sigma_r = 1, F* = 1/2" would certify convergence to 1/2 although the infimum is 0.
    double[][] one = {{1, 0}, {0, 1}};
    INDArray y = Tensors.ofRows(new double[][] {{1.1, 0}, {0, 1}});
    TrainingProblem near = problem(one, one, new double[][] {{1, 0}, {0, 1e-17}}, 0);
    TrainingProblem trap = TrainingProblem.of(near.network(), near.theta(), near.x(), y);
    for (Theorem theorem : List.of(D0, D1, D2, D3)) {
      assertThat(theorem.check(trap).verdict()).as(theorem.name()).isNotEqualTo(Verdict.HOLDS);
    }
    // The flow needs no condition, and its rate 2 s^2 is the true one, which is not visible.
    TrainingProblem flow =
        chain(theta(1, 0, 0, 1, 0, 0, 0, 0), new double[][] {{1, 0}, {0, 1e-17}});
    Certificate certificate = ZAS.check(flow);
    assertThat(certificate.prediction().orElseThrow().rate().interval().contains(2e-34)).isTrue();
    assertThat(certificate.prediction().orElseThrow().rate().interval().hi()).isLessThan(2.1e-34);
  }

  /** Two dense layers of width 2. */
  private static TrainingProblem chain(INDArray theta, double[][] x) {
    Network network = Network.of(Shape.of(2), weight("W1", 2, 2), weight("W2", 2, 2));
    return near(network, theta, x, 1e-3);
  }

  private static TrainingProblem layers(double[] theta, Layer... layers) {
    return near(
        Network.of(Shape.of(2), layers), theta(theta), new double[][] {{1, 0}, {0.5, 1}}, 1e-3);
  }

  static Stream<Arguments> chainViolations() {
    double[] start = {1, 0, 0, 1, 0.5, 0, 0, 1};
    TrainingProblem two = layers(start, weight("W1", 2, 2), weight("W2", 2, 2));
    return Stream.of(
        Arguments.of("1/(2n)", two.withLoss(Losses.MEAN_SQUARED)),
        Arguments.of(
            "hidden widths differ: 2 after the first layer, 3",
            layers(new double[16], weight("W1", 2, 2), weight("W2", 2, 3), weight("W3", 3, 2))),
        Arguments.of(
            "width m = 1 is below max(d, k) = 2",
            layers(new double[4], weight("W1", 2, 1), weight("W2", 1, 2))),
        Arguments.of(
            "width m = 2 is below max(d, k) = 3",
            layers(new double[10], weight("W1", 2, 2), weight("W2", 2, 3))),
        Arguments.of(
            "without bias",
            layers(new double[10], weight("W1", 2, 2).withBias(1), weight("W2", 2, 2))),
        Arguments.of(
            "is not a fixed matrix",
            layers(
                start, weight("W1", 2, 2), Elementwise.of(Activations.TANH), weight("W2", 2, 2))),
        Arguments.of(
            "is not a fixed matrix",
            layers(
                start,
                weight("W1", 2, 2),
                Residual.of(1, weight("W2", 2, 2))
                    .withShortcut(
                        FixedLinear.of("S", Tensors.ofRows(new double[][] {{1, 0}, {0, 2}}))))));
  }

  @ParameterizedTest
  @MethodSource("chainViolations")
  void aChainOfAnotherFormIsRefused(String reason, TrainingProblem problem) {
    refused(D3, problem, Verdict.INAPPLICABLE, reason);
    refused(ZAS, problem, Verdict.INAPPLICABLE, reason);
  }

  @Test
  void singularFactorsAndFarTargetsAreNotCertified() {
    refused(
        D3,
        layers(new double[] {1, 0, 0, 0, 0, 0, 0, 1}, weight("W1", 2, 2), weight("W2", 2, 2)),
        Verdict.UNDECIDED,
        "omega");
    TrainingProblem far =
        near(
            Network.of(Shape.of(2), weight("W1", 2, 2), weight("W2", 2, 2)),
            theta(1, 0, 0, 1, 1, 0, 0, 1),
            new double[][] {{1, 0}, {0.5, 1}},
            100);
    refused(D3, far, Verdict.FAILS, "omega");
    // One singular factor is no obstacle: the gradient of its own weights does not see it.
    TrainingProblem one =
        layers(new double[] {1, 0, 0, 1, 0, 0, 0, 0}, weight("W1", 2, 2), weight("W2", 2, 2));
    assertThat(D3.check(one).isProof()).as(D3.check(one).toString()).isTrue();
    // A frozen layer and a start anywhere are no obstacles here.
    TrainingProblem close =
        layers(new double[] {1, 0, 0, 1, 2, 1, 0, 2}, weight("W1", 2, 2), weight("W2", 2, 2));
    assertThat(D3.check(close.withFrozen("W1.W")).isProof()).isTrue();
    assertThat(D3.check(close).isProof()).isTrue();
  }

  static Stream<Arguments> wrongStarts() {
    Dense one = weight("W1", 2, 2);
    Dense two = weight("W2", 2, 2);
    double[] good = {1, 0, 0, 1, 0, 0, 0, 0};
    return Stream.of(
        Arguments.of(
            "does not start at the identity",
            layers(new double[] {1, 1e-300, 0, 1, 0, 0, 0, 0}, one, two)),
        Arguments.of(
            "does not start at zero", layers(new double[] {1, 0, 0, 1, 0, 0, 1e-300, 0}, one, two)),
        Arguments.of(
            "does not start at the identity",
            layers(new double[] {0, 1, 1, 0, 0, 0, 0, 0}, one, two)),
        Arguments.of("has the factor", layers(good, Dense.of("W1", 2, 2), two)),
        Arguments.of("has a shortcut", layers(new double[8], Residual.of(1, one), two)),
        Arguments.of("is not trained", layers(good, one, two).withFrozen("W1.W")));
  }

  @ParameterizedTest
  @MethodSource("wrongStarts")
  void theFlowNeedsTheExactStart(String reason, TrainingProblem problem) {
    refused(ZAS, problem, Verdict.INAPPLICABLE, reason);
  }

  @Test
  void theFlowIsProvedFromItsStart() {
    Certificate certificate =
        ZAS.check(chain(theta(1, 0, 0, 1, 0, 0, 0, 0), new double[][] {{1, 0}, {0, 1}}));
    assertThat(certificate.isProof()).as(certificate.toString()).isTrue();
    Interval rate = certificate.prediction().orElseThrow().rate().interval();
    assertThat(rate.lo()).isBetween(1.999999, 2.0);
    // F_0 - F* = 1e-6/2 for X = 3 I: rate 2 * 9, radius 1e-3/3.
    Prediction scaled =
        ZAS.check(chain(theta(1, 0, 0, 1, 0, 0, 0, 0), new double[][] {{3, 0}, {0, 3}}))
            .prediction()
            .orElseThrow();
    assertThat(scaled.rate().interval().lo()).isBetween(17.99999, 18.0);
    assertThat(scaled.radius().interval().hi()).isBetween(1e-3 / 3 * 0.999999, 1e-3 / 3 * 1.000001);
    assertThat(scaled.envelope(0)).isBetween(0.4999999e-6, 0.5000001e-6);
  }

  @Test
  void numbersBeyondTheRangeOfDoublesAreNoCrash() {
    double[][] huge = {{1e200, 0, 0}, {0, 1e200, 0}, {0, 0, 1e200}};
    double[][] x = {{1e200, 0, 0}, {0, 1e200, 0}};
    double[][] one = {{1, 0, 0}, {0, 1, 0}};
    DeepLinearResNet model = DeepLinearResNet.of(Tensors.ofRows(huge), Tensors.ofRows(one), 2);
    TrainingProblem problem =
        TrainingProblem.of(
            model.network(), model.theta(), Tensors.ofRows(x), Tensors.ofRows(new double[2][2]));
    for (Theorem theorem : List.of(D0, D1, D2, D3)) {
      assertThat(theorem.check(problem).verdict()).as(theorem.name()).isEqualTo(Verdict.UNDECIDED);
    }
    double[][] tiny = {{1e-200, 0, 0}, {0, 1e-200, 0}};
    for (Theorem theorem : List.of(D0, D1, D2, D3)) {
      assertThat(theorem.check(problem(A, B, tiny, 0)).verdict())
          .as(theorem.name())
          .isNotEqualTo(Verdict.INAPPLICABLE);
    }
  }

  /** Where {@code ||X||^2} overflows and nothing else does, no step is short enough. */
  @Test
  void noStepSizeIsNamedWithWhatHelps() {
    TrainingProblem problem = problem(A, B, new double[][] {{1e155, 0, 0}, {0, 1e150, 0}}, 0);
    for (Theorem theorem : List.of(D0, D1, D3)) {
      refused(theorem, problem, Verdict.UNDECIDED, "the step size is a positive double");
      refused(
          theorem,
          problem,
          Verdict.UNDECIDED,
          "known to be short enough; norms of inputs, weights");
    }
  }

  @Test
  void enclosuresOfTheExponentialContainIt() {
    Random random = new Random(1);
    for (int i = 0; i < 200; i++) {
      double x = 4 * random.nextDouble();
      // Taylor's series in 60 digits.
      MathContext digits = new MathContext(60);
      BigDecimal term = BigDecimal.ONE;
      BigDecimal sum = term;
      for (int j = 1; j < 120; j++) {
        term = term.multiply(new BigDecimal(x), digits).divide(BigDecimal.valueOf(j), digits);
        sum = sum.add(term, digits);
      }
      Interval e = Exponential.of(Interval.of(x));
      assertThat(e.contains(sum)).as("e^" + x).isTrue();
      assertThat(e.relativeWidth()).isLessThan(1e-13);
    }
  }

  private static void refused(
      Theorem theorem, TrainingProblem problem, Verdict verdict, String reason) {
    Certificate certificate = theorem.check(problem);
    assertThat(certificate.verdict()).as(certificate.toString()).isEqualTo(verdict);
    assertThat(certificate.prediction()).isEmpty();
    assertThat(certificate.isProof()).isFalse();
    assertThat(certificate.obstacle().orElseThrow().toString()).contains(reason);
  }
}
