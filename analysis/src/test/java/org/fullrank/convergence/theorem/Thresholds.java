package org.fullrank.convergence.theorem;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.function.LongFunction;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.Prediction;
import org.fullrank.convergence.Theorem;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Network;
import org.fullrank.rigor.Verdict;
import org.fullrank.training.Comparison;
import org.fullrank.training.GradientDescent;
import org.fullrank.training.Recording;
import org.fullrank.training.Snapshot;
import org.fullrank.training.TrainingRun;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A theorem at the largest residual it allows: just below, it proves convergence and a run keeps
 * it; just above, it does not hold.
 */
final class Thresholds {
  /** Finer than the distance of the two residuals tried. */
  private static final double BISECTION = 1e-8;

  /** Residuals up to this are tried; if the Jacobian is constant, all of them are allowed. */
  private static final double LARGEST = 1e3;

  private Thresholds() {}

  /** Problems that differ in how far the targets are from the initial outputs. */
  static final class Family {
    private final Network network;
    private final INDArray theta;
    private final INDArray x;
    private final double[] outputs;
    private final double[] direction;
    private final String[] frozen;

    Family(Network network, INDArray theta, INDArray x, Random random, String... frozen) {
      this.network = network;
      this.theta = theta;
      this.x = x;
      this.frozen = frozen;
      outputs = Tensors.toDoubles(network.forward(theta, x));
      direction = new double[outputs.length];
      double norm = 0;
      for (int i = 0; i < direction.length; i++) {
        direction[i] = random.nextGaussian();
        norm = Math.hypot(norm, direction[i]);
      }
      for (int i = 0; i < direction.length; i++) {
        direction[i] /= norm;
      }
    }

    TrainingProblem at(double distance) {
      double[] y = outputs.clone();
      for (int i = 0; i < y.length; i++) {
        y[i] += distance * direction[i];
      }
      long n = x.size(0);
      return TrainingProblem.of(network, theta, x, Tensors.of(y, n, y.length / n))
          .withFrozen(frozen);
    }
  }

  /** The largest residual for which a theorem holds, 0 if there is none. */
  static double threshold(Theorem theorem, Evidence evidence) {
    double lo = 0;
    double hi = LARGEST;
    while (hi > lo * (1 + BISECTION) && hi > 1e-9) {
      double middle = lo == 0 ? hi / 16 : Math.sqrt(lo * hi);
      boolean holds =
          theorem.check(FixedJacobian.withResidual(evidence, middle)).verdict() == Verdict.HOLDS;
      lo = holds ? middle : lo;
      hi = holds ? hi : middle;
    }
    return lo;
  }

  /**
   * How many of the first random families had a threshold to try; everything about them is
   * asserted.
   */
  static int sweep(Theorem theorem, LongFunction<Family> families, int count, int steps) {
    int tried = 0;
    for (long seed = 0; seed < count; seed++) {
      if (tried(theorem, families.apply(seed), steps, theorem.name() + ", seed " + seed)) {
        tried++;
      }
    }
    return tried;
  }

  private static boolean tried(Theorem theorem, Family family, int steps, String where) {
    Evidence evidence = Evidence.of(family.at(1));
    theorem.check(evidence); // measures what the bisection needs
    double threshold = threshold(theorem, evidence);
    // Below, rounding of the outputs would blur the two residuals tried.
    if (!(threshold > 1e-7)) {
      return false;
    }
    TrainingProblem inside = family.at(0.999999 * threshold);
    Certificate certificate = theorem.check(inside);
    assertThat(certificate.isProof()).as(where + "\n" + certificate).isTrue();
    if (threshold < 0.999 * LARGEST) {
      Certificate outside = theorem.check(family.at(1.000001 * threshold));
      assertThat(outside.verdict()).as(where + "\n" + outside).isNotEqualTo(Verdict.HOLDS);
      assertThat(outside.prediction()).isEmpty();
    }
    kept(inside, certificate, steps, where);
    return true;
  }

  /** Envelope and radius of a run with the predicted step, to {@link Comparison#TOLERANCE}. */
  private static void kept(
      TrainingProblem problem, Certificate certificate, int steps, String where) {
    Prediction prediction = certificate.prediction().orElseThrow();
    try (TrainingRun run =
        TrainingRun.start(
            problem,
            GradientDescent.withStepSize(prediction.stepSize()),
            Recording.atPowersOfTwo())) {
      run.advance(steps);
      Comparison comparison = Comparison.of(prediction, run.trajectory(), 0);
      String what = where + "\n" + certificate + "\n" + comparison;
      assertThat(comparison.kept()).as(what).isTrue();
      assertThat(comparison.slack()).as(what).isGreaterThanOrEqualTo(1 - Comparison.TOLERANCE);
      // All these theorems bound residual and distance together: c path_t + ||r_t|| <= ||r_0||.
      double first = run.trajectory().first().residualNorm();
      double radius = prediction.radius().interval().hi();
      for (Snapshot s : run.trajectory().snapshots()) {
        assertThat(first * s.distance() / radius + s.residualNorm())
            .as(what)
            .isLessThanOrEqualTo(first * (1 + Comparison.TOLERANCE));
      }
    }
  }
}
