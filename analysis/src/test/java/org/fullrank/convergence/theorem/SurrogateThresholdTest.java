package org.fullrank.convergence.theorem;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.Random;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.Prediction;
import org.fullrank.convergence.Standing;
import org.fullrank.diff.Jacobian;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.evidence.measure.JacobianNumbers;
import org.fullrank.evidence.measure.Measurements;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.SurrogateRelu;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.Verdict;
import org.fullrank.training.Comparison;
import org.fullrank.training.GradientDescent;
import org.fullrank.training.Recording;
import org.fullrank.training.TrainingRun;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Random surrogate networks on either side of the certified residual radius, and trained there. */
final class SurrogateThresholdTest {
  private static final double CLOSE = 1e-6;
  private static final int STEPS = 128;

  @Test
  void sampledInstancesKeepTheirGuarantee() {
    assertThat(sweep(20, 1)).isGreaterThanOrEqualTo(1 - 1e-9);
  }

  @Test
  @Tag("exhaustive")
  void threeHundredInstancesKeepTheirGuarantee() {
    assertThat(sweep(300, 1000)).isGreaterThanOrEqualTo(1 - 1e-9);
  }

  /** Least slack of the envelope over the certified instances. */
  private static double sweep(int wanted, long firstSeed) {
    double slack = Double.POSITIVE_INFINITY;
    double used = 0;
    int certified = 0;
    int tried = 0;
    for (long seed = firstSeed; certified < wanted; seed++) {
      tried++;
      assertThat(tried).as("random instances tried").isLessThan(4 * wanted + 20);
      Random random = new Random(seed);
      Network network = network(random, seed);
      int n = 1 + random.nextInt(4);
      INDArray x = unitRows(n, (int) network.inputShape().size(0), random);
      INDArray theta = network.initialize(Seed.of(seed));
      int k = (int) network.outputs();
      INDArray f = network.forward(theta, x);
      Evidence evidence = Evidence.of(TrainingProblem.of(network, theta, x, f));
      double radius = threshold(evidence);
      if (radius == 0) {
        continue;
      }
      certified++;
      double[] u = direction(network, theta, x, n * k, random);
      SurrogateDescent theorem = SurrogateDescent.withDefaults();
      TrainingProblem beyond =
          TrainingProblem.of(network, theta, x, moved(f, u, radius * (1 + CLOSE)));
      assertThat(theorem.check(beyond).verdict()).isIn(Verdict.FAILS, Verdict.UNDECIDED);
      TrainingProblem within =
          TrainingProblem.of(network, theta, x, moved(f, u, radius * (1 - CLOSE)));
      Certificate certificate = theorem.check(within);
      assertThat(certificate.isProof()).as(certificate.toString()).isTrue();
      Prediction prediction = certificate.prediction().orElseThrow();
      try (TrainingRun run =
          TrainingRun.start(
              within,
              GradientDescent.withStepSize(prediction.stepSize()),
              Recording.atPowersOfTwo())) {
        run.advance(STEPS);
        Comparison comparison = Comparison.of(prediction, run.trajectory(), 0);
        assertThat(comparison.kept()).as(seed + ": " + comparison).isTrue();
        slack = Math.min(slack, comparison.slack());
        used = Math.max(used, comparison.radiusUsed());
      }
    }
    System.out.printf(
        "surrogate threshold: %d certified of %d tried, least slack %.12f, radius used %.4f%n",
        certified, tried, slack, used);
    assertThat(used).isLessThanOrEqualTo(1 + 1e-9).isGreaterThan(0.05);
    return slack;
  }

  private static Network network(Random random, long seed) {
    int d = 2 + random.nextInt(4);
    int depth = 1 + random.nextInt(3);
    Dense[] layers = new Dense[depth];
    int in = d;
    for (int l = 0; l < depth; l++) {
      int width = 4 + random.nextInt(30);
      layers[l] = Dense.of("l" + l, in, width).withSigmaW(0.7 + random.nextDouble());
      in = width;
    }
    Dense readout = Dense.of("v", in, 1 + random.nextInt(2));
    return Network.of(
        Shape.of(d),
        SurrogateRelu.of("s", Seed.of(seed), layers),
        random.nextBoolean() ? readout : readout.withBias(0.5));
  }

  /** The largest certified residual to about 1e-9, everything else as measured; 0 for none. */
  private static double threshold(Evidence evidence) {
    JacobianNumbers measured = evidence.get(Measurements.JACOBIAN);
    double lo = 0;
    double hi = measured.sigmaMin().interval().hi() * 1e3;
    for (int step = 0; step < 80 && hi > lo * (1 + 1e-9); step++) {
      double middle = lo == 0 ? hi / 8 : (lo + hi) / 2;
      Quantity residual =
          Quantity.verified("R0", Interval.of(middle), Subject.EXACT_NETWORK, "bisection");
      Evidence changed =
          Evidence.fixed()
              .given(Measurements.GATES, evidence.get(Measurements.GATES))
              .given(
                  Measurements.JACOBIAN,
                  new JacobianNumbers(
                      Optional.empty(),
                      measured.sigmaMin(),
                      measured.norm(),
                      residual,
                      measured.lipschitz(),
                      measured.lipschitzRigor(),
                      measured.lipschitzSubject()));
      if (Standing.isProofOfGiven(SurrogateDescent.withDefaults().check(changed))) {
        lo = middle;
      } else {
        hi = middle;
      }
    }
    return lo;
  }

  /** Half of the time the direction in which descent is slowest, to be adversarial. */
  private static double[] direction(
      Network network, INDArray theta, INDArray x, int rows, Random random) {
    double[] u = new double[rows];
    for (int i = 0; i < rows; i++) {
      u[i] = random.nextGaussian();
    }
    if (random.nextBoolean()) {
      double[][] j;
      try (Jacobian jacobian = network.jacobian(theta, x);
          INDArray m = jacobian.toMatrix()) {
        j = Tensors.toRows(m);
      }
      double trace = 0;
      for (double[] row : j) {
        for (double v : row) {
          trace += v * v;
        }
      }
      for (int t = 0; t < 300; t++) {
        u = normalized(slowest(j, u, 2 * trace));
      }
    }
    return normalized(u);
  }

  /** {@code u - J J^T u / bound}, a shorter vector without losing any direction. */
  private static double[] slowest(double[][] j, double[] u, double bound) {
    double[] g = new double[j[0].length];
    for (int i = 0; i < u.length; i++) {
      for (int q = 0; q < g.length; q++) {
        g[q] += j[i][q] * u[i];
      }
    }
    double[] out = u.clone();
    for (int i = 0; i < u.length; i++) {
      for (int q = 0; q < g.length; q++) {
        out[i] -= j[i][q] * g[q] / bound;
      }
    }
    return out;
  }

  private static double[] normalized(double[] u) {
    double norm = 0;
    for (double v : u) {
      norm = Math.hypot(norm, v);
    }
    double[] out = u.clone();
    for (int i = 0; i < out.length; i++) {
      out[i] /= norm;
    }
    return out;
  }

  private static INDArray moved(INDArray f, double[] u, double radius) {
    double[] y = Tensors.toDoubles(f);
    for (int i = 0; i < y.length; i++) {
      y[i] += radius * u[i];
    }
    return Tensors.of(y, f.shape());
  }

  private static INDArray unitRows(int n, int d, Random random) {
    double[] x = new double[n * d];
    for (int i = 0; i < n; i++) {
      double[] row = new double[d];
      for (int j = 0; j < d; j++) {
        row[j] = random.nextGaussian();
      }
      System.arraycopy(normalized(row), 0, x, i * d, d);
    }
    return Tensors.of(x, n, d);
  }
}
