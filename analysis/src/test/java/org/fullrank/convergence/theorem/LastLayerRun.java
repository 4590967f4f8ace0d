package org.fullrank.convergence.theorem;

import static org.assertj.core.api.Assertions.assertThat;

import org.fullrank.convergence.Prediction;
import org.fullrank.diff.KroneckerBlock.Layout;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.layer.Dense;
import org.fullrank.training.Comparison;
import org.fullrank.training.GradientDescent;
import org.fullrank.training.Recording;
import org.fullrank.training.TrainingRun;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Gradient descent of the last layer in loops over {@code f = f_0 + M D}, {@code D} the change of
 * the weights: a second implementation, and a fast one.
 */
final class LastLayerRun {
  private static final int LONG = 4096;
  private static final int SHORT = 32;

  private final TrainingProblem problem;
  private final double[][] m;
  private final double[][] start;
  private final double[][] y;
  private final boolean squares;
  private final boolean logistic;
  private final double eta;
  private final double[][] moved;

  LastLayerRun(TrainingProblem problem, double eta) {
    this.problem = problem;
    this.eta = eta;
    m = LastLayerCases.featureMatrix(problem);
    try (INDArray f = problem.network().forward(problem.theta(), problem.x())) {
      start = Tensors.toRows(f);
    }
    y = Tensors.toRows(problem.y());
    squares = problem.loss().text().contains("squares");
    logistic = problem.loss().text().contains("logistic");
    moved = new double[m[0].length][y[0].length];
  }

  /** Holds a prediction against this run and against one of the library. */
  static void keeps(TrainingProblem problem, Prediction p, double infimum) {
    LastLayerRun run = new LastLayerRun(problem, p.stepSize());
    double floor = Comparison.TOLERANCE * p.envelope(0);
    double radius = p.radius().interval().hi() * (1 + Comparison.TOLERANCE);
    for (int t = 0; t <= LONG; t++) {
      double observed =
          p.monitored() == Prediction.Monitored.RESIDUAL_NORM
              ? run.residualNorm()
              : run.loss() - infimum;
      assertThat(observed).as("%s, step %d", p, t).isLessThanOrEqualTo(p.envelope(t) + floor);
      assertThat(run.distance()).as("%s, step %d", p, t).isLessThanOrEqualTo(radius);
      run.step();
    }
    try (TrainingRun library =
        TrainingRun.start(
            problem, GradientDescent.withStepSize(p.stepSize()), Recording.every(1))) {
      library.advance(SHORT);
      Comparison comparison = Comparison.of(p, library.trajectory(), infimum);
      assertThat(comparison.kept()).as(problem + " " + p + " " + comparison).isTrue();
    }
  }

  void step() {
    double[][] f = outputs();
    double factor = eta * LastLayerCases.factor(problem);
    for (int i = 0; i < f.length; i++) {
      double partition = partition(f[i]);
      for (int c = 0; c < y[i].length; c++) {
        double g =
            squares
                ? f[i][c] - y[i][c]
                : logistic
                    ? -y[i][c] / (1 + Math.exp(y[i][c] * f[i][c]))
                    : Math.exp(f[i][c]) / partition - y[i][c];
        for (int j = 0; j < moved.length; j++) {
          moved[j][c] -= factor * m[i][j] * g;
        }
      }
    }
  }

  private double[][] outputs() {
    double[][] f = new double[start.length][];
    for (int i = 0; i < f.length; i++) {
      f[i] = start[i].clone();
      for (int j = 0; j < moved.length; j++) {
        for (int c = 0; c < f[i].length; c++) {
          f[i][c] += m[i][j] * moved[j][c];
        }
      }
    }
    return f;
  }

  private static double partition(double[] f) {
    double sum = 0;
    for (double v : f) {
      sum += Math.exp(v);
    }
    return sum;
  }

  double loss() {
    double sum = 0;
    double[][] f = outputs();
    for (int i = 0; i < f.length; i++) {
      for (int c = 0; c < f[i].length; c++) {
        sum +=
            squares
                ? 0.5 * Math.pow(f[i][c] - y[i][c], 2)
                : logistic
                    ? Math.log1p(Math.exp(-y[i][c] * f[i][c]))
                    : y[i][c] * (Math.log(partition(f[i])) - f[i][c]);
      }
    }
    return sum * LastLayerCases.factor(problem);
  }

  double residualNorm() {
    double[][] f = outputs();
    for (int i = 0; i < f.length; i++) {
      for (int c = 0; c < f[i].length; c++) {
        f[i][c] -= y[i][c];
      }
    }
    return norm(f);
  }

  double distance() {
    return norm(moved);
  }

  private static double norm(double[][] a) {
    double sum = 0;
    for (double[] row : a) {
      for (double v : row) {
        sum += v * v;
      }
    }
    return Math.sqrt(sum);
  }

  /** The current parameters of the last layer, as they lie in the parameter vector. */
  double[] weights() {
    Dense last = LastLayerCases.last(problem);
    double[] w = LastLayerCases.tail(problem);
    int in = (int) last.in();
    int out = (int) last.out();
    for (int j = 0; j < moved.length; j++) {
      for (int c = 0; c < out; c++) {
        boolean bias = j == in;
        int at = last.layout() == Layout.IN_OUT ? j * out + c : c * in + j;
        w[bias ? in * out + c : at] += moved[j][c];
      }
    }
    return w;
  }
}
