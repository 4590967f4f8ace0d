package org.fullrank.convergence.theorem;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.model.DeepLinearResNet;

/**
 * A random deep linear residual network with data, and targets on a ray from its initial outputs,
 * with the constants of the theorems in plain doubles.
 */
final class ResNetCase {
  final int depth;
  final double[][] a;
  final double[][] b;
  final double[][] x;
  final double[][] direction;
  final double normA;
  final double normB;
  final double normX;
  final double smallest;

  /** Norm of the part of the direction that the network can reach. */
  final double reached;

  private ResNetCase(int depth, double[][] a, double[][] b, double[][] x, double[][] direction) {
    this.depth = depth;
    this.a = a;
    this.b = b;
    this.x = x;
    this.direction = direction;
    normA = LinearOracle.largest(a);
    normB = LinearOracle.largest(b);
    normX = LinearOracle.largest(x);
    smallest = LinearOracle.smallest(a) * LinearOracle.smallest(b) * LinearOracle.smallest(x);
    reached = LinearOracle.frobenius(LinearOracle.projected(direction, x));
  }

  /** Depths 1 to 8; {@code n < d}, {@code n = d} and {@code n > d}; also {@code k > d}. */
  static ResNetCase of(int seed, boolean interpolating) {
    Random random = new Random(seed);
    int depth = 1 + seed % 8;
    int d = 1 + random.nextInt(4);
    int n = 1 + random.nextInt(interpolating ? d : 2 * d + 1);
    int k = 1 + random.nextInt(4);
    int m = Math.max(d, k) + random.nextInt(4);
    return new ResNetCase(
        depth,
        LinearOracle.near(m, d, 0.5 + random.nextDouble(), random),
        LinearOracle.near(k, m, 0.5 + random.nextDouble(), random),
        LinearOracle.near(n, d, 0.5 + random.nextDouble(), random),
        LinearOracle.gaussian(n, k, 1, random));
  }

  static ResNetCase of(int depth, double[][] a, double[][] b, double[][] x, double[][] direction) {
    return new ResNetCase(depth, a, b, x, direction);
  }

  /** Targets at distance t along the direction. */
  double[][] targets(double t) {
    double[][] start =
        LinearOracle.product(
            LinearOracle.product(x, LinearOracle.transpose(a)), LinearOracle.transpose(b));
    return LinearOracle.plus(start, t, direction);
  }

  TrainingProblem at(double t) {
    DeepLinearResNet model = DeepLinearResNet.of(Tensors.ofRows(a), Tensors.ofRows(b), depth);
    return TrainingProblem.of(
        model.network(), model.theta(), Tensors.ofRows(x), Tensors.ofRows(targets(t)));
  }

  List<PlainChain.Factor> factors() {
    List<PlainChain.Factor> out = new ArrayList<>();
    out.add(new PlainChain.Factor(a, false, false, 1));
    for (int l = 0; l < depth; l++) {
      out.add(new PlainChain.Factor(new double[a.length][a.length], true, true, 1));
    }
    out.add(new PlainChain.Factor(b, false, false, 1));
    return out;
  }

  /** {@code F*} of that problem. */
  double infimum(double t) {
    double[][] rest = LinearOracle.plus(direction, -1, LinearOracle.projected(direction, x));
    return 0.5 * Math.pow(t * LinearOracle.frobenius(rest), 2);
  }

  double k() {
    return normA * normB * normX;
  }

  double mu(double c) {
    double p = Math.pow(1 - c / depth, depth - 1);
    return depth * Math.pow(p * smallest, 2);
  }

  double u(double c, int factors) {
    return Math.pow(1 + c / depth, factors);
  }

  /** Theory 2.2, D1: where the condition becomes an equality. */
  double thresholdD1(double c, double h) {
    double q = (1 - c / depth) / (1 + c / depth);
    double sum = 0;
    for (int j = 0; j < depth; j++) {
      sum += Math.pow(q, 2 * j);
    }
    return c / depth * (1 - h / 2) * Math.sqrt(sum * mu(c)) / reached;
  }

  /** Theory 2.2, D0. */
  double thresholdD0(double c) {
    double given =
        Math.pow(LinearOracle.smallest(a) * LinearOracle.smallest(b), 2) / (normA * normB);
    double needed =
        2
            * Math.sqrt(2)
            * Math.exp(3 * c)
            / c
            * normX
            / Math.pow(LinearOracle.smallest(x), 2)
            * reached
            / Math.sqrt(2);
    return given / needed;
  }

  /** Theory 2.3: {@code S_g}. */
  double noise(double c) {
    double longest = 0;
    for (double[] row : x) {
      longest = Math.max(longest, LinearOracle.frobenius(new double[][] {row}));
    }
    return x.length * depth * Math.pow(normA * normB * u(c, depth - 1) * longest, 2);
  }

  /** Theory 2.3: where {@code delta = 1}. */
  double thresholdD2(double c) {
    return c * mu(c) / (2 * depth * Math.sqrt(noise(c)) * reached);
  }

  /** Theory 2.3: the largest step size. */
  double stepD2(double c, double t) {
    double ax = LinearOracle.frobenius(LinearOracle.product(x, LinearOracle.transpose(a)));
    double residual = (u(c, depth) - 1) * normB * ax + t * reached;
    double beta =
        depth * Math.pow(u(c, depth - 1) * k(), 2)
            + (depth - 1) * u(c, Math.max(depth - 2, 0)) * k() * residual;
    return mu(c) / (beta * noise(c));
  }
}
