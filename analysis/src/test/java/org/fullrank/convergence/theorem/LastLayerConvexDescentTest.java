package org.fullrank.convergence.theorem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.EigenDecomposition;
import org.fullrank.convergence.Certificate;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.Loss;
import org.fullrank.evidence.Losses;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.evidence.measure.ReferenceWeights;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Network;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.rigor.Verdict;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

final class LastLayerConvexDescentTest {
  private static final LastLayerConvexDescent THEOREM = LastLayerConvexDescent.withDefaults();
  private static final List<Losses> LOSSES = List.of(Losses.values());

  @Test
  void noRunLeavesItsGuaranteeOnASample() {
    assertThat(sweep(12, 3)).isEqualTo(12);
  }

  @Test
  @Tag("exhaustive")
  void noRunLeavesItsGuarantee() {
    int certified = sweep(300, 4);
    System.out.println("LastLayerConvexDescent: " + certified + " of 300 certified and kept");
    assertThat(certified).isEqualTo(300);
  }

  /** With reference weights the theorem needs no rank, so all instances are certified. */
  private static int sweep(int instances, long seed) {
    int certified = 0;
    int interpolating = 0;
    Random seeds = new Random(seed);
    for (int i = 0; i < instances; i++) {
      Random random = new Random(seeds.nextLong());
      Loss loss = LOSSES.get(i % LOSSES.size());
      TrainingProblem problem = LastLayerCases.problem(loss, random);
      double[] reference = reference(problem, random);
      LastLayerConvexDescent theorem = THEOREM.withReference(ReferenceWeights.of(reference));
      double smoothness =
          LastLayerCases.factor(problem)
              * curvature(loss)
              * LastLayerCases.largest(LastLayerCases.eigen(problem));
      Certificate inside = theorem.withStepSize(0.999999 / smoothness).check(problem);
      assertThat(inside.isProof()).as(inside.toString()).isTrue();
      Certificate outside = theorem.withStepSize(1.000001 / smoothness).check(problem);
      assertThat(outside.verdict()).isEqualTo(Verdict.FAILS);
      assertThat(outside.obstacle().orElseThrow().statement()).contains("the step is short");
      double least = loss(problem, reference);
      LastLayerRun.keeps(problem, inside.prediction().orElseThrow(), least);
      LastLayerRun.keeps(problem, theorem.check(problem).prediction().orElseThrow(), least);
      Certificate nearest = THEOREM.check(problem);
      assertThat(nearest.verdict() != Verdict.INAPPLICABLE)
          .isEqualTo(loss.text().contains("squares"));
      if (nearest.verdict() == Verdict.HOLDS) {
        LastLayerRun.keeps(problem, nearest.prediction().orElseThrow(), 0);
        interpolating++;
      }
      certified++;
    }
    assertThat(interpolating).isGreaterThanOrEqualTo(instances / 6);
    return certified;
  }

  /** The largest second derivative of a sample's loss. */
  private static double curvature(Loss loss) {
    return loss.text().contains("squares") ? 1 : loss.text().contains("logistic") ? 0.25 : 0.5;
  }

  /** Sometimes anything, sometimes what a run reaches, which is hard to beat. */
  private static double[] reference(TrainingProblem problem, Random random) {
    int own = (int) LastLayerCases.last(problem).parameterCount();
    if (random.nextInt(3) == 0) {
      double[] w = new double[own];
      for (int j = 0; j < own; j++) {
        w[j] = 3 * random.nextGaussian();
      }
      return w;
    }
    double eta =
        1
            / (LastLayerCases.factor(problem)
                * LastLayerCases.largest(LastLayerCases.eigen(problem)));
    LastLayerRun run = new LastLayerRun(problem, eta);
    for (int t = 0; t < 3000; t++) {
      run.step();
    }
    return run.weights();
  }

  /** By the textbook formulas. */
  private static double loss(TrainingProblem problem, double[] last) {
    double[] theta = Tensors.toDoubles(problem.theta());
    System.arraycopy(last, 0, theta, theta.length - last.length, last.length);
    double sum = 0;
    try (INDArray f = problem.network().forward(Tensors.of(theta, theta.length), problem.x())) {
      double[][] rows = Tensors.toRows(f);
      double[][] y = Tensors.toRows(problem.y());
      for (int i = 0; i < rows.length; i++) {
        double partition = 0;
        for (double v : rows[i]) {
          partition += Math.exp(v);
        }
        for (int c = 0; c < rows[i].length; c++) {
          sum +=
              problem.loss().text().contains("squares")
                  ? 0.5 * Math.pow(rows[i][c] - y[i][c], 2)
                  : problem.loss().text().contains("logistic")
                      ? Math.log1p(Math.exp(-y[i][c] * rows[i][c]))
                      : y[i][c] * (Math.log(partition) - rows[i][c]);
        }
      }
    }
    return sum * LastLayerCases.factor(problem);
  }

  @Test
  void lossesAreEnclosed() {
    for (int i = 0; i < 40; i++) {
      Random random = new Random(0x9E3779B97F4A7C15L * (i + 1));
      Loss loss = LOSSES.get(i % LOSSES.size());
      TrainingProblem problem = LastLayerCases.problem(loss, random);
      int own = (int) LastLayerCases.last(problem).parameterCount();
      double[] reference = random.doubles(own, -2, 2).toArray();
      ReferenceWeights.Numbers numbers = Evidence.of(problem).get(ReferenceWeights.of(reference));
      double expected = loss(problem, reference);
      assertThat(numbers.loss().interval().mid()).isCloseTo(expected, within(1e-9));
      assertThat(numbers.loss().interval().width()).isLessThan(1e-9);
      double[] now = LastLayerCases.tail(problem);
      double square = 0;
      for (int j = 0; j < own; j++) {
        square += Math.pow(reference[j] - now[j], 2);
      }
      assertThat(numbers.distance().interval().lo()).isLessThanOrEqualTo(Math.sqrt(square) + 1e-13);
      assertThat(numbers.distance().interval().hi())
          .isGreaterThanOrEqualTo(Math.sqrt(square) - 1e-13);
    }
  }

  @Test
  void softmaxIsHalfSmoothAndNotSmoother() {
    // diag(p) - p p^T: at most 1/2, attained by two equal probabilities.
    Random random = new Random(5);
    double largest = 0;
    for (int trial = 0; trial < 2000; trial++) {
      int k = 1 + random.nextInt(6);
      double[] p = random.doubles(k, 0, 1).map(v -> Math.pow(v, 4)).toArray();
      double sum = java.util.Arrays.stream(p).sum();
      double[][] hessian = new double[k][k];
      for (int i = 0; i < k; i++) {
        for (int j = 0; j < k; j++) {
          hessian[i][j] = (i == j ? p[i] / sum : 0) - p[i] * p[j] / (sum * sum);
        }
      }
      largest = Math.max(largest, norm(hessian));
    }
    assertThat(largest).isBetween(0.45, 0.5 + 1e-12);
    assertThat(norm(new double[][] {{0.25, -0.25}, {-0.25, 0.25}})).isCloseTo(0.5, within(1e-15));
  }

  private static double norm(double[][] a) {
    double largest = 0;
    for (double v : new EigenDecomposition(new Array2DRowRealMatrix(a)).getRealEigenvalues()) {
      largest = Math.max(largest, Math.abs(v));
    }
    return largest;
  }

  @Test
  void theObstacleIsNamed() {
    TrainingProblem squares = LastLayerDescentTest.certifiable(Losses.SQUARED, 5);
    assertThat(THEOREM.check(squares).isProof()).isTrue();
    int own = (int) LastLayerCases.last(squares).parameterCount();
    ReferenceWeights zeros = ReferenceWeights.of(new double[own]);
    assertThat(THEOREM.withReference(zeros).check(squares).isProof()).isTrue();
    refused(THEOREM.withReference(ReferenceWeights.of(1, 2)), squares, "2 were given");
    refused(
        THEOREM.withReference(zeros), squares.withFrozen("out.b"), "is not trained but differs");
    refused(
        THEOREM,
        TrainingProblem.of(squares.network(), squares.theta(), squares.x(), squares.y()),
        "a.W below the last layer is trained");
    double[][] y = new double[5][2];
    for (double[] row : y) {
      row[0] = 1;
    }
    TrainingProblem entropies =
        LastLayerCases.lastAlone(
            TrainingProblem.of(squares.network(), squares.theta(), squares.x(), Tensors.ofRows(y))
                .withLoss(Losses.CROSS_ENTROPY));
    refused(THEOREM, entropies, "no reference weights are given; give some with withReference");
    assertThat(THEOREM.withReference(zeros).check(entropies).isProof()).isTrue();
    y[2] = new double[] {0.9, 0.1 - 1e-9};
    TrainingProblem nearly =
        LastLayerCases.lastAlone(
            TrainingProblem.of(squares.network(), squares.theta(), squares.x(), Tensors.ofRows(y))
                .withLoss(Losses.CROSS_ENTROPY));
    refused(THEOREM.withReference(zeros), nearly, "targets of sample 2 sum to");
    refused(THEOREM.withReference(zeros), squares.withLoss(new Absolute()), "absolute");
  }

  private static void refused(
      LastLayerConvexDescent theorem, TrainingProblem problem, String reason) {
    Certificate certificate = theorem.check(problem);
    assertThat(certificate.verdict()).isEqualTo(Verdict.INAPPLICABLE);
    assertThat(certificate.conclusion()).isEmpty();
    assertThat(certificate.obstacle().orElseThrow().toString()).contains(reason);
  }

  /** A loss the library does not know. */
  static final class Absolute implements Loss {
    @Override
    public String text() {
      return "sum of absolute values";
    }

    @Override
    public boolean averages() {
      return false;
    }

    @Override
    public double evaluate(double[] outputs, double[] targets, int samples, double[] gradient) {
      double sum = 0;
      for (int i = 0; i < outputs.length; i++) {
        sum += Math.abs(outputs[i] - targets[i]);
        gradient[i] = Math.signum(outputs[i] - targets[i]);
      }
      return sum;
    }
  }

  @Test
  void conventionsOfTheLossAreKept() {
    // The mean permits n times the step of the sum, and cross-entropy twice that of squares.
    List<Double> steps =
        List.of(Losses.SQUARED, Losses.MEAN_SQUARED).stream()
            .map(l -> THEOREM.check(LastLayerDescentTest.certifiable(l, 5)))
            .map(c -> c.prediction().orElseThrow().stepSize())
            .toList();
    assertThat(steps.get(1) / steps.get(0)).isCloseTo(5, within(1e-9));
  }

  /** The bounds of the losses are for the targets that a problem accepts when it is made. */
  @Test
  void targetsThatWereWrittenAfterTheProblemWasMadeAreCheckedAgain() {
    TrainingProblem logistic = oneWeight(Losses.LOGISTIC, 1, -1);
    assertThat(compared(logistic, 1).isProof()).isTrue();
    // Curvature 9/4 in place of 1/4: descent from 0.01 with the step 2 leaves every envelope.
    logistic.y().muli(3);
    Certificate steep = compared(logistic, 1);
    assertThat(steep.verdict()).isEqualTo(Verdict.INAPPLICABLE);
    assertThat(steep.toString()).contains("-1 or +1 but sample 0 has 3.0");

    TrainingProblem entropy = oneWeight(Losses.CROSS_ENTROPY, 1, 0, 0, 1);
    assertThat(compared(entropy, 2).isProof()).isTrue();
    entropy.y().putScalar(0, 0, 2).putScalar(0, 1, -1); // the sum is still exactly 1
    assertThat(compared(entropy, 2).verdict()).isEqualTo(Verdict.INAPPLICABLE);
  }

  /** Two samples, equal inputs 1. */
  private static TrainingProblem oneWeight(Losses loss, double... y) {
    int k = y.length / 2;
    return TrainingProblem.of(
            Network.of(Shape.of(1), Dense.of("out", 1, k)),
            Tensors.of(k == 1 ? new double[] {0.01} : new double[] {0.01, 0}, k),
            Tensors.of(new double[] {1, 1}, 2, 1),
            Tensors.of(y, 2, k))
        .withLoss(loss);
  }

  private static Certificate compared(TrainingProblem problem, int weights) {
    return THEOREM.withReference(ReferenceWeights.of(new double[weights])).check(problem);
  }
}
