package org.fullrank.convergence.theorem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.fullrank.convergence.theorem.ExpressivityCases.D;
import static org.fullrank.convergence.theorem.ExpressivityCases.N;
import static org.fullrank.convergence.theorem.ExpressivityCases.network;
import static org.fullrank.convergence.theorem.ExpressivityCases.problem;
import static org.fullrank.convergence.theorem.ExpressivityCases.proved;
import static org.fullrank.convergence.theorem.ExpressivityCases.refused;
import static org.fullrank.convergence.theorem.ExpressivityCases.tanh;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.Theorem;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.evidence.measure.Measurements;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Network;
import org.fullrank.nn.Shape;
import org.fullrank.nn.Shared;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.Residual;
import org.fullrank.rigor.Verdict;
import org.fullrank.testkit.TestActivations;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rank at one point, almost everywhere, and from the description: n = 20, d = 6. */
final class ExpressivityTheoremsTest {
  private static final FeatureRank RANK = FeatureRank.withDefaults();
  private static final GenericExpressivity GENERIC = GenericExpressivity.withDefaults();
  private static final FullyConnectedExpressivity CONNECTED =
      FullyConnectedExpressivity.withDefaults();

  /** Whether double precision can see the rank at one point, and whether it is generic. */
  @ParameterizedTest
  @CsvSource({
    "50 19, HOLDS, HOLDS",
    "50 25, HOLDS, HOLDS",
    "3 3 22, HOLDS, HOLDS",
    "1 1 19, UNDECIDED, HOLDS",
    "50 18, FAILS, FAILS",
    "1 1 18, FAILS, FAILS"
  })
  void widths(String text, Verdict here, Verdict everywhere) {
    TrainingProblem problem =
        tanh(Arrays.stream(text.split(" ")).mapToInt(Integer::parseInt).toArray());
    for (Theorem theorem : List.of(RANK, GENERIC, FeatureGradientBound.withDefaults())) {
      Certificate certificate = theorem.check(problem);
      assertThat(certificate.verdict()).as(certificate.toString()).isEqualTo(here);
      assertThat(certificate.isProof()).isEqualTo(here == Verdict.HOLDS);
    }
    Certificate connected = CONNECTED.check(problem);
    assertThat(connected.verdict()).as(connected.toString()).isEqualTo(everywhere);
    assertThat(connected.isProof()).isEqualTo(everywhere == Verdict.HOLDS);
    if (everywhere == Verdict.FAILS) {
      assertThat(connected.obstacle().orElseThrow().statement()).contains("at least n columns");
    }
  }

  /** A certificate speaks of parameters, of which a shared layer has one set. */
  @Test
  void sharedParametersCountOnce() {
    Shared w = Shared.of(Dense.of("w", D, D).withBias(.5));
    Elementwise tanh = Elementwise.of(Activations.TANH);
    Dense wide = Dense.of("h", D, 50).withBias(.5);
    Dense out = Dense.of("out", 50, 2).withBias(.5);
    Network network = Network.of(Shape.of(D), w, tanh, w, tanh, wide, tanh, out);
    TrainingProblem problem = problem(network);
    assertThat(proved(GENERIC, problem).toString())
        .contains(D * (D + 1) + 50 * (D + 1) + " parameters below the last layer");
    Evidence frozen = Evidence.of(problem.withFrozen("out.b"));
    assertThat(frozen.get(Measurements.HIDDEN_LAYERS).frozen()).isEmpty();
  }

  @Test
  void withoutOutputBiasTheFeaturesThemselvesNeedRankN() {
    proved(RANK, problem(network(Activations.TANH, 1, false, 50, 20)));
    proved(CONNECTED, problem(network(Activations.TANH, 1, false, 50, 20)));
    TrainingProblem narrow = problem(network(Activations.TANH, 1, false, 50, 19));
    refused(RANK, narrow, Verdict.FAILS, "g h has 19 columns");
    refused(GENERIC, narrow, Verdict.FAILS, "g h has 19 columns");
    refused(CONNECTED, narrow, Verdict.FAILS, "at least n columns");
    TrainingProblem frozen = tanh(50, 19).withFrozen("out.b");
    refused(RANK, frozen, Verdict.FAILS, "g h has 19 columns");
    refused(CONNECTED, frozen, Verdict.FAILS, "at least n columns");
  }

  @Test
  void activationsOfTheLibrary() {
    List<String> increasing = List.of("tanh", "sigmoid", "softplus", "softplus(100)", "erf");
    for (String name : increasing) {
      Activation phi = Activations.named(name);
      proved(CONNECTED, problem(network(phi, 1, true, 5, 25)));
      proved(CONNECTED, problem(network(phi, 1, true, 25)));
    }
    for (String name : List.of("sin", "cos", "gelu_erf", "gelu_tanh", "silu", "gaussian")) {
      // Enough for the last hidden layer, but earlier ones may merge samples.
      Activation phi = Activations.named(name);
      proved(CONNECTED, problem(network(phi, 1, true, 25)));
      refused(
          CONNECTED,
          problem(network(phi, 1, true, 5, 25)),
          Verdict.INAPPLICABLE,
          name + " is not strictly increasing");
    }
    for (String name : List.of("relu", "abs", "leaky_relu(0.1)")) {
      TrainingProblem kinked = problem(network(Activations.named(name), 1, true, 50, 60));
      refused(CONNECTED, kinked, Verdict.INAPPLICABLE, name + " is not real analytic");
      refused(GENERIC, kinked, Verdict.INAPPLICABLE, name + " is not real analytic");
    }
    proved(RANK, problem(network(Activations.RELU, 1, true, 50, 60)));
    refused(
        CONNECTED,
        problem(network(Activations.IDENTITY, 1, true, 5, 25)),
        Verdict.INAPPLICABLE,
        "is or may be a polynomial");
    refused(
        RANK,
        problem(network(Activations.IDENTITY, 1, true, 5, 25)),
        Verdict.FAILS,
        "polynomials of degree at most 1");
  }

  @Test
  void silenceAboutBeingAPolynomialIsNoClaim() {
    for (boolean degree : new boolean[] {true, false}) {
      refused(
          CONNECTED,
          problem(network(TestActivations.odd(degree), 1, true, 25)),
          Verdict.INAPPLICABLE,
          "odd is or may be a polynomial");
    }
  }

  @Test
  void biasesAreNeededInTheLastHiddenLayerOnly() {
    refused(
        CONNECTED,
        problem(network(Activations.TANH, -1, true, 25)),
        Verdict.INAPPLICABLE,
        "has no bias");
    refused(
        CONNECTED,
        problem(network(Activations.TANH, 0, true, 5, 25)),
        Verdict.INAPPLICABLE,
        "factor 0 (sigma_b = 0)");
    // A standard bias has the factor 1 whatever its deviation.
    Network mixed =
        Network.of(
            Shape.of(D),
            Dense.of("a", D, 8).withSigmaW(2),
            Elementwise.of(Activations.TANH),
            Dense.of("b", 8, 30)
                .withParameterization(org.fullrank.nn.Parameterization.STANDARD)
                .withSigmaW(2)
                .withBias(0),
            Elementwise.of(Activations.TANH),
            Dense.of("out", 30, 2).withBias(1));
    proved(CONNECTED, problem(mixed));
    proved(GENERIC, problem(mixed));
  }

  /** Why the bias is needed: odd features of x and -x are dependent whatever the weights. */
  @Test
  void withoutBiasOppositeInputsAreNeverIndependentForOddActivations() {
    double[][] x = LastLayerCases.gaussian(N, D, new Random(11));
    for (int i = 0; i < N / 2; i++) {
      for (int j = 0; j < D; j++) {
        x[N / 2 + i][j] = -x[i][j];
      }
    }
    refused(
        RANK,
        problem(network(Activations.TANH, -1, true, 50), x),
        Verdict.UNDECIDED,
        "sigma_min(M)");
    proved(RANK, problem(network(Activations.TANH, 1, true, 50), x));
  }

  @Test
  void duplicatesAreFoundExactly() {
    double[][] x = LastLayerCases.gaussian(N, D, new Random(11));
    x[7] = x[2].clone();
    TrainingProblem equal = problem(network(Activations.TANH, 1, true, 25), x);
    refused(CONNECTED, equal, Verdict.FAILS, "sample 7 repeats an earlier one");
    refused(RANK, equal, Verdict.FAILS, "sample 7");
    refused(GENERIC, equal, Verdict.FAILS, "sample 7");
    x[7][3] = Math.nextUp(x[7][3]);
    TrainingProblem close = problem(network(Activations.TANH, 1, true, 25), x);
    proved(CONNECTED, close);
    refused(RANK, close, Verdict.UNDECIDED, "sigma_min(M)");
  }

  @Test
  void structureIsSeen() {
    refused(CONNECTED, tanh(5, 25).withFrozen("h0.W"), Verdict.INAPPLICABLE, "h0.W is frozen");
    refused(
        CONNECTED, tanh(5, 25).withFrozen("out.W"), Verdict.INAPPLICABLE, "weights of the last");
    proved(GENERIC, tanh(5, 25).withFrozen("h0.W"));
    Network residual =
        Network.of(
            Shape.of(D),
            Dense.of("a", D, 25).withSigmaW(2).withBias(1),
            Elementwise.of(Activations.TANH),
            Residual.of(0.5, Dense.of("b", 25, 25).withBias(1), Elementwise.of(Activations.TANH)),
            Dense.of("out", 25, 2).withBias(1));
    refused(CONNECTED, problem(residual), Verdict.INAPPLICABLE, "stands where a Dense");
    proved(GENERIC, problem(residual));
    Network linear = Network.of(Shape.of(D), Dense.of("out", D, 2).withBias(1));
    refused(CONNECTED, problem(linear), Verdict.INAPPLICABLE, "no hidden layer");
    refused(GENERIC, problem(linear), Verdict.INAPPLICABLE, "there are hidden parameters");
    Network open =
        Network.of(
            Shape.of(D), Dense.of("out", D, 2).withBias(1), Elementwise.of(Activations.TANH));
    refused(RANK, problem(open), Verdict.INAPPLICABLE, "not a Dense");
    refused(CONNECTED, problem(open), Verdict.INAPPLICABLE, "activation before the last layer");
    refused(GENERIC, problem(open), Verdict.INAPPLICABLE, "not a Dense");
  }
}
