package org.fullrank.convergence.theorem;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.fullrank.convergence.Certificate;
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
import org.fullrank.rigor.Verdict;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

final class DeepLinearDescentTest {
  private static final DeepLinearDescent THEOREM = DeepLinearDescent.withDefaults();

  /** {@code n <= d}, so that F* = 0; targets at a given distance from the initial outputs. */
  private static TrainingProblem problem(int depth, double distance, Random random) {
    int d = 3 + random.nextInt(3);
    int n = 1 + random.nextInt(d);
    int k = 1 + random.nextInt(3);
    int m = Math.max(d, k) + random.nextInt(4);
    double[][] a = gaussian(m, d, random);
    double[][] b = gaussian(k, m, random);
    double[][] x = gaussian(n, d, random);
    double[][] y = product(product(x, transpose(a)), transpose(b));
    double[][] direction = gaussian(n, k, random);
    double norm = 0;
    for (double[] row : direction) {
      for (double v : row) {
        norm = Math.hypot(norm, v);
      }
    }
    for (int i = 0; i < n; i++) {
      for (int c = 0; c < k; c++) {
        y[i][c] += distance / norm * direction[i][c];
      }
    }
    List<Layer> layers = new ArrayList<>();
    layers.add(FixedLinear.of("A", Tensors.ofRows(a)));
    for (int l = 1; l <= depth; l++) {
      layers.add(Residual.of(1, weight("W" + l, m)));
    }
    layers.add(FixedLinear.of("B", Tensors.ofRows(b)));
    Network network = Network.of(Shape.of(d), layers);
    return TrainingProblem.of(
        network,
        Tensors.zeros(DataType.DOUBLE, network.parameterCount()),
        Tensors.ofRows(x),
        Tensors.ofRows(y));
  }

  private static Dense weight(String name, int m) {
    return Dense.of(name, m, m).withParameterization(Parameterization.STANDARD);
  }

  @Test
  void theObstacleIsNamed() {
    TrainingProblem good = problem(2, 1e-3, new Random(1));
    assertThat(THEOREM.check(good).verdict()).isEqualTo(Verdict.HOLDS);
    refused(good.withLoss(Losses.MEAN_SQUARED), "1/(2n)");
    refused(good.withFrozen("W1.W"), "frozen");
    refused(good.at(Tensors.filled(good.theta().dataType(), 0.1, good.theta().length())), "zero");
    Network curved =
        Network.of(
            Shape.of(2),
            FixedLinear.of("A", Tensors.ofRows(new double[][] {{1, 0}, {0, 1}})),
            Residual.of(1, weight("W", 2), Elementwise.of(Activations.TANH)),
            FixedLinear.of("B", Tensors.ofRows(new double[][] {{1, 0}})));
    refused(
        TrainingProblem.of(
            curved,
            Tensors.zeros(good.theta().dataType(), 4),
            Tensors.ofRows(new double[][] {{1, 2}}),
            Tensors.ofRows(new double[][] {{1}})),
        "residual layer h + W h");
  }

  private static void refused(TrainingProblem problem, String reason) {
    Certificate certificate = THEOREM.check(problem);
    assertThat(certificate.verdict()).isEqualTo(Verdict.INAPPLICABLE);
    assertThat(certificate.prediction()).isEmpty();
    assertThat(certificate.obstacle().orElseThrow().toString()).contains(reason);
  }

  @Test
  void numericallyDeficientInputsAreNotCertified() {
    // "sigma_r = 1" would certify convergence to 1/2 although the infimum is 0.
    Network network =
        Network.of(
            Shape.of(2),
            FixedLinear.of("A", Tensors.ofRows(new double[][] {{1, 0}, {0, 1}})),
            Residual.of(1, weight("W", 2)),
            FixedLinear.of("B", Tensors.ofRows(new double[][] {{1, 0}, {0, 1}})));
    Certificate certificate =
        THEOREM.check(
            TrainingProblem.of(
                network,
                Tensors.zeros(DataType.DOUBLE, 4),
                Tensors.ofRows(new double[][] {{1, 0}, {0, 1e-17}}),
                Tensors.ofRows(new double[][] {{1.1, 0}, {0, 1}})));
    assertThat(certificate.verdict()).isNotEqualTo(Verdict.HOLDS);
  }

  private static double[][] gaussian(int rows, int columns, Random random) {
    double[][] out = new double[rows][columns];
    for (double[] row : out) {
      for (int j = 0; j < columns; j++) {
        row[j] = random.nextGaussian();
      }
    }
    return out;
  }

  private static double[][] transpose(double[][] rows) {
    double[][] out = new double[rows[0].length][rows.length];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < out.length; j++) {
        out[j][i] = rows[i][j];
      }
    }
    return out;
  }

  private static double[][] product(double[][] a, double[][] b) {
    double[][] out = new double[a.length][b[0].length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < out[i].length; j++) {
        for (int k = 0; k < b.length; k++) {
          out[i][j] += a[i][k] * b[k][j];
        }
      }
    }
    return out;
  }
}
