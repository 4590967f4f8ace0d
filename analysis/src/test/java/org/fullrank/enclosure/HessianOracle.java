package org.fullrank.enclosure;

import java.util.Random;
import org.fullrank.diff.Jacobian;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Network;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * How fast a Jacobian changes, by central differences of Jacobians: at a point the largest {@code
 * u^T DJ[v] w} over unit vectors, climbed to by alternating maximisation, a lower bound of the
 * Lipschitz constant on every ball around that holds the point.
 */
final class HessianOracle {
  private static final double STEP = 1e-5;
  private static final int CLIMBS = 3;
  private static final int ROUNDS = 25;

  private final Network network;
  private final INDArray x;
  private final int[] trained;

  /** {@code trained}: indices of the parameters that move. */
  HessianOracle(Network network, INDArray x, int[] trained) {
    this.network = network;
    this.x = x;
    this.trained = trained;
  }

  /** The largest found over random points of the ball, most of them on its surface. */
  double inBall(double[] center, double radius, int points, Random random) {
    double best = 0;
    for (int t = 0; t < points; t++) {
      double[] d = unit(trained.length, random);
      double size = t % 3 == 2 ? radius * random.nextDouble() : radius;
      double[] p = center.clone();
      for (int j = 0; j < d.length; j++) {
        p[trained[j]] += size * d[j];
      }
      best = Math.max(best, at(p, random));
    }
    return best;
  }

  private double at(double[] theta, Random random) {
    int p = trained.length;
    double[][][] slices = new double[p][][];
    for (int j = 0; j < p; j++) {
      double[][] up = jacobian(moved(theta, trained[j], STEP));
      double[][] down = jacobian(moved(theta, trained[j], -STEP));
      for (int r = 0; r < up.length; r++) {
        for (int c = 0; c < p; c++) {
          up[r][c] = (up[r][c] - down[r][c]) / (2 * STEP);
        }
      }
      slices[j] = up;
    }
    double best = 0;
    for (int climb = 0; climb < CLIMBS; climb++) {
      best = Math.max(best, climb(slices, random));
    }
    return best;
  }

  private static double climb(double[][][] t, Random random) {
    int p = t.length;
    int rows = t[0].length;
    double[] u = unit(rows, random);
    double[] w = unit(p, random);
    double value = 0;
    for (int round = 0; round < ROUNDS; round++) {
      double[] v = new double[p];
      double[] next = new double[p];
      for (int j = 0; j < p; j++) {
        for (int r = 0; r < rows; r++) {
          for (int c = 0; c < p; c++) {
            v[j] += t[j][r][c] * u[r] * w[c];
          }
        }
      }
      value = normalise(v);
      double[] left = new double[rows];
      for (int j = 0; j < p; j++) {
        for (int r = 0; r < rows; r++) {
          for (int c = 0; c < p; c++) {
            left[r] += t[j][r][c] * v[j] * w[c];
          }
        }
      }
      normalise(left);
      u = left;
      for (int j = 0; j < p; j++) {
        for (int r = 0; r < rows; r++) {
          for (int c = 0; c < p; c++) {
            next[c] += t[j][r][c] * v[j] * u[r];
          }
        }
      }
      value = Math.max(value, normalise(next));
      w = next;
    }
    return value;
  }

  private double[][] jacobian(double[] theta) {
    try (INDArray point = Tensors.of(theta, theta.length);
        Jacobian j = network.jacobian(point, x);
        INDArray m = j.toMatrix()) {
      double[][] all = Tensors.toRows(m);
      double[][] some = new double[all.length][trained.length];
      for (int r = 0; r < all.length; r++) {
        for (int c = 0; c < trained.length; c++) {
          some[r][c] = all[r][trained[c]];
        }
      }
      return some;
    }
  }

  private static double[] moved(double[] theta, int index, double by) {
    double[] out = theta.clone();
    out[index] += by;
    return out;
  }

  static double[] unit(int length, Random random) {
    double[] d = new double[length];
    for (int i = 0; i < length; i++) {
      d[i] = random.nextGaussian();
    }
    normalise(d);
    return d;
  }

  private static double normalise(double[] d) {
    double norm = 0;
    for (double v : d) {
      norm = Math.hypot(norm, v);
    }
    for (int i = 0; i < d.length && norm > 0; i++) {
      d[i] /= norm;
    }
    return norm;
  }
}
