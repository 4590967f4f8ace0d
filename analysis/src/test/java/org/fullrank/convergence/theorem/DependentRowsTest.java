package org.fullrank.convergence.theorem;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.HypothesisCheck;
import org.fullrank.convergence.Theorem;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.evidence.measure.Measurements;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.Verdict;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Where rows of the Jacobian are certainly dependent, the theorems fail and say which and why. */
final class DependentRowsTest {
  private static final List<Theorem> THEOREMS =
      List.of(
          JacobianDescent.withDefaults(),
          JacobianDescent.forGradientFlow(),
          JacobianDescent.withDefaults().withBlock("o.W"),
          PolyakLojasiewicz.withDefaults(),
          OymakSoltanolkotabi.withDefaults());

  private static Network tanh(int inputs, int width) {
    return Network.of(
        Shape.of(inputs),
        Dense.of("a", inputs, width).withBias(1),
        Elementwise.of(Activations.TANH),
        Dense.of("o", width, 1).withBias(1));
  }

  private static TrainingProblem problem(Network network, INDArray theta, double[][] x) {
    double[] y = new double[x.length];
    Arrays.setAll(y, i -> i % 3);
    return TrainingProblem.of(network, theta, Tensors.ofRows(x), Tensors.of(y, y.length, 1));
  }

  private static void fails(TrainingProblem problem, String... texts) {
    Evidence evidence = Evidence.of(problem);
    for (Theorem theorem : THEOREMS) {
      Certificate certificate = theorem.check(evidence);
      assertThat(certificate.verdict()).as(certificate.toString()).isEqualTo(Verdict.FAILS);
      HypothesisCheck obstacle = certificate.obstacle().orElseThrow();
      assertThat(obstacle.rigor()).isEqualTo(Rigor.VERIFIED);
      assertThat(obstacle.subject()).isEqualTo(Subject.EXACT_NETWORK);
      assertThat(obstacle.statement()).contains("full row rank");
      assertThat(obstacle.reason()).contains(texts);
    }
    assertThat(evidence.get(Measurements.JACOBIAN).sigmaMin().interval()).isEqualTo(Interval.ZERO);
  }

  private static double[][] iris() throws IOException {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(
                    DependentRowsTest.class.getResourceAsStream("/iris.csv"), "iris.csv"),
                StandardCharsets.UTF_8))) {
      return lines
          .lines()
          .skip(1)
          .map(
              line ->
                  Arrays.stream(line.split(","))
                      .limit(4)
                      .mapToDouble(Double::parseDouble)
                      .toArray())
          .toArray(double[][]::new);
    }
  }

  @Test
  void equalInputsOfIrisAreNamed() throws IOException {
    Network network = tanh(4, 40);
    double[][] x = iris();
    assertThat(x).hasDimensions(150, 4);
    TrainingProblem problem = problem(network, network.initialize(Seed.of(1)), x);
    fails(problem, "samples 101 and 142 have equal inputs", "ReducedJacobianDescent");
    assertThat(ReducedJacobianDescent.withDefaults().check(problem).verdict())
        .isNotEqualTo(Verdict.FAILS);
  }

  @Test
  void aZeroOfEitherSignIsTheSameInput() {
    Network network = tanh(2, 8);
    double[][] x = {{1, 0.0}, {2, 3}, {1, -0.0}, {2, 3}};
    fails(
        problem(network, network.initialize(Seed.of(1)), x),
        "samples 0 and 2 have equal inputs, and 1 more sample repeats an earlier one");
  }

  @Test
  void tooFewFeaturesBelowAReadoutOfZeros() {
    double[][] x = {{1, 2}, {3, 4}, {5, 7}, {0, 1}, {1, 1}};
    Network narrow = tanh(2, 3);
    INDArray theta = narrow.initialize(Seed.of(1));
    Certificate random = JacobianDescent.withDefaults().check(problem(narrow, theta, x));
    assertThat(random.obstacle().map(HypothesisCheck::reason).orElse("")).doesNotContain("are 0");
    for (int i = 9; i < 12; i++) {
      theta.putScalar(i, i % 2 == 0 ? 0.0 : -0.0);
    }
    fails(problem(narrow, theta, x), "the last layer are 0", "4 trained columns for 5 samples");
    fails(
        problem(narrow, theta, x).withFrozen("o.b"),
        "the last layer are 0",
        "3 trained columns for 5 samples");
    // Enough features: their rank decides.
    Network wide = tanh(2, 4);
    INDArray start = wide.initialize(Seed.of(1));
    for (int i = 12; i < 16; i++) {
      start.putScalar(i, 0);
    }
    TrainingProblem enough = problem(wide, start, x);
    assertThat(Evidence.of(enough).get(Measurements.JACOBIAN).deficiency()).isEmpty();
  }

  @Test
  void tooFewTrainedParameters() {
    double[][] x = {{1, 2}, {3, 4}, {5, 7}, {0, 1}, {1, 1}};
    Network network = Network.of(Shape.of(2), Dense.of("o", 2, 1).withBias(1));
    fails(
        problem(network, network.initialize(Seed.of(1)), x),
        "3 trained parameters for 5 rows of J");
  }
}
