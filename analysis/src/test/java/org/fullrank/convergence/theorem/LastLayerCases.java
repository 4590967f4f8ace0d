package org.fullrank.convergence.theorem;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.EigenDecomposition;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;
import org.fullrank.diff.KroneckerBlock.Layout;
import org.fullrank.evidence.Loss;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Network;
import org.fullrank.nn.Parameterization;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.Slot;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Random networks whose last layer alone is trained, and what a test knows about them. */
final class LastLayerCases {
  private static final List<Activation> ACTIVATIONS =
      List.of(
          Activations.TANH,
          Activations.RELU,
          Activations.SOFTPLUS,
          Activations.ERF,
          Activations.GELU);

  private LastLayerCases() {}

  /** A network, all layers but the last frozen. */
  static TrainingProblem problem(Loss loss, Random random) {
    int d = 2 + random.nextInt(4);
    int n = 1 + random.nextInt(8);
    boolean squares = loss.text().contains("squares");
    int k = (squares ? 1 : 2) + random.nextInt(3);
    boolean bias = random.nextInt(4) > 0;
    int width = n + random.nextInt(n + 3) - (bias ? 1 : 0);
    Parameterization p = random.nextBoolean() ? Parameterization.NTK : Parameterization.STANDARD;
    List<Layer> layers = new ArrayList<>();
    int in = d;
    int depth = 1 + random.nextInt(3);
    for (int l = 1; l <= depth; l++) {
      int out = l == depth ? Math.max(1, width) : 3 + random.nextInt(12);
      layers.add(
          Dense.of("h" + l, in, out)
              .withParameterization(p)
              .withSigmaW(1.5)
              .withBias(0.5 + random.nextDouble()));
      layers.add(Elementwise.of(ACTIVATIONS.get(random.nextInt(ACTIVATIONS.size()))));
      in = out;
    }
    Dense output =
        Dense.of("out", in, k)
            .withParameterization(p)
            .withSigmaW(0.5 + random.nextDouble())
            .withLayout(random.nextBoolean() ? Layout.IN_OUT : Layout.OUT_IN);
    layers.add(bias ? output.withBias(0.3 + random.nextDouble()) : output);
    Network network = Network.of(Shape.of(d), layers);
    double[][] x = gaussian(n, d, random);
    double[][] y = gaussian(n, k, random);
    if (loss.text().contains("logistic")) {
      for (double[] row : y) {
        Arrays.setAll(row, c -> Math.signum(row[c]));
      }
    } else if (!squares) {
      for (int i = 0; i < n; i++) {
        y[i] = new double[k];
        y[i][random.nextInt(k)] = 1;
      }
    }
    TrainingProblem whole =
        TrainingProblem.of(
                network,
                network.initialize(Seed.of(random.nextLong())),
                Tensors.ofRows(x),
                Tensors.ofRows(y))
            .withLoss(loss);
    return lastAlone(whole);
  }

  static TrainingProblem lastAlone(TrainingProblem whole) {
    return whole.withFrozen(
        whole.network().slots().stream()
            .map(Slot::name)
            .filter(s -> !s.startsWith("out"))
            .toArray(String[]::new));
  }

  static Dense last(TrainingProblem problem) {
    List<Layer> layers = problem.network().layers();
    return (Dense) layers.get(layers.size() - 1);
  }

  /** The current parameters of the last layer. */
  static double[] tail(TrainingProblem problem) {
    double[] all = Tensors.toDoubles(problem.theta());
    int own = (int) last(problem).parameterCount();
    return Arrays.copyOfRange(all, all.length - own, all.length);
  }

  /** {@code [g h, tau 1]}, or {@code g h} without bias, from the features and the formula. */
  static double[][] featureMatrix(TrainingProblem problem) {
    Dense last = last(problem);
    try (INDArray features = problem.network().features(problem.theta(), problem.x())) {
      double[][] h = Tensors.toRows(features);
      double[][] m = new double[h.length][h[0].length + (last.hasBias() ? 1 : 0)];
      for (int i = 0; i < m.length; i++) {
        for (int j = 0; j < m[i].length; j++) {
          m[i][j] = j < h[i].length ? last.weightScale() * h[i][j] : last.biasScale();
        }
      }
      return m;
    }
  }

  /** Eigenvalues of {@code M M^T}, descending, with vectors, by commons-math. */
  static EigenDecomposition eigen(TrainingProblem problem) {
    RealMatrix m = new Array2DRowRealMatrix(featureMatrix(problem));
    return new EigenDecomposition(m.multiply(m.transpose()));
  }

  static double largest(EigenDecomposition eigen) {
    double largest = 0;
    for (double lambda : eigen.getRealEigenvalues()) {
      largest = Math.max(largest, lambda);
    }
    return largest;
  }

  /** The square of the smallest of n singular values, 0 if there are fewer; nothing is squared. */
  static double smallest(TrainingProblem problem) {
    double[] sigma =
        new SingularValueDecomposition(new Array2DRowRealMatrix(featureMatrix(problem)))
            .getSingularValues();
    int n = (int) problem.samples();
    return sigma.length < n ? 0 : sigma[n - 1] * sigma[n - 1];
  }

  static double factor(TrainingProblem problem) {
    return problem.loss().averages() ? 1.0 / problem.samples() : 1;
  }

  static double[][] gaussian(int rows, int columns, Random random) {
    double[][] out = new double[rows][columns];
    for (double[] row : out) {
      for (int j = 0; j < columns; j++) {
        row[j] = random.nextGaussian();
      }
    }
    return out;
  }
}
